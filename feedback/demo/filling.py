"""Tickets and ratings for the small demo: a year of them, and what is open today."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from contacts.models import Customer, Entry
from crm.mail.actions import Content, Recipient, compose
from crm.mail.models import LANGUAGES, OutgoingMail, Sender, State
from crm.team.models import Team, User
from feedback.demo.cast import habits_of
from feedback.demo.ratings import Asked
from feedback.demo.story import Channel, Kind, Story
from feedback.demo.year import ANGRY, Year
from feedback.kinds import TICKET
from feedback.models import Message, Pause, ServiceRules, Ticket
from feedback.presets import PRESETS
from followups.demo.stage import KESSLER
from followups.models import FollowUp

CALM, PROMISED = 11, 4


def fill(team: Team, random: Random, now: datetime) -> None:
    random = Random(random.random())
    rules = ServiceRules.objects.create(
        team=team, has_contact_page=True, asks_to_recommend=True, email="tickets@carton-co.example"
    )
    for language, _own in LANGUAGES:
        for preset in PRESETS:
            preset.script(team, language).save()
    team_habits = habits_of(list(User.objects.filter(team=team).order_by("pk")))
    stories = _stories(Year(rules, team_habits, random, now=now), team)
    _write(rules, stories)
    asked = Asked(rules, {each.user.pk: each for each in team_habits}, random, now, _lead(team))
    _rate(asked, stories, team)


def _lead(team: Team) -> User:
    return User.objects.filter(team=team, role=User.Role.LEAD).get()


def _stories(year: Year, team: Team) -> list[Story]:
    """In the order in which they were opened, with their numbers."""
    customers = Customer.objects.filter(team=team).select_related("owner__team", "main_person").order_by("pk")
    kessler = customers.get(name=KESSLER)
    others = list(customers.exclude(pk=kessler.pk))
    giorgi = next(each for each in year.team if each.user.email.startswith("giorgi"))
    stories = [*year.settled(others), year.kessler(kessler, giorgi), *_open(year, others)]
    twins = year.merged([stories[3], stories[40]])
    pairs = list(zip(twins, (stories[3], stories[40]), strict=True))
    stories = sorted([*stories, *twins], key=lambda story: story.ticket.opened_at)
    for number, story in enumerate(stories, start=1):
        story.ticket.number = number
    year.join(pairs)
    return stories


def _open(year: Year, others: Sequence[Customer]) -> Iterator[Story]:
    by_id = {each.pk: each for each in others}
    places = FollowUp.objects.open().filter(customer__in=by_id, precision="day").order_by("due_on", "pk")
    lies = [(by_id[place.customer_id], place.due_on) for place in places if place.due_on]
    today = [customer for customer, day in lies if day == year.today]
    later = [(customer, day) for customer, day in lies if day > year.today]
    calm = [each for each in others if each.legal_basis_id is None and each not in today]
    yield year.angry(today.pop())
    yield from year.open(
        today, year.random.sample(calm, CALM), later[:: max(1, len(later) // PROMISED)][:PROMISED]
    )


def _write(rules: ServiceRules, stories: list[Story]) -> None:
    for story in stories:
        story.finish()
    merged = [story for story in stories if story.ticket.merged_into]
    Ticket.objects.bulk_create(_filed(story.ticket) for story in stories if story not in merged)
    Ticket.objects.bulk_create(_filed(story.ticket) for story in merged)
    Message.objects.bulk_create(_messages(rules, stories))
    Pause.objects.bulk_create(pause for story in stories for pause in story.pauses)
    Entry.objects.bulk_create(entry for story in stories for entry in _entries(story.ticket))
    ServiceRules.objects.filter(pk=rules.pk).update(last_number=len(stories))


def _filed(ticket: Ticket) -> Ticket:
    ticket.refresh_search()
    return ticket


def _messages(rules: ServiceRules, stories: list[Story]) -> list[Message]:
    """Answers to mails were mails."""
    sender = Sender.objects.get(team=rules.team)
    rows = [message for story in stories for message in story.messages]
    mails = []
    for n, message in enumerate(rows):
        ticket = message.ticket
        if message.kind == Kind.OUT and ticket.channel != Channel.DOSSIER and ticket.from_email:
            message.mail = _mail(sender, rules, message, n)
            mails.append(message.mail)
    OutgoingMail.objects.bulk_create(sorted(mails, key=lambda mail: mail.queued_at))
    return rows


def _mail(sender: Sender, rules: ServiceRules, message: Message, n: int) -> OutgoingMail:
    ticket, at, by = message.ticket, message.happened_at, message.author
    to = Recipient(ticket.from_name, ticket.from_email, "en", id=ticket.customer_id)
    content = Content(f"Re: {ticket.subject} [{ticket.number}]", message.text, f"<p>{message.text}</p>")
    mail = compose(
        sender=sender, kind=TICKET, key=f"ticket:demo-{n}", to=to, content=content, now=at, by=by,
        valid_for=timedelta(days=7), from_name=f"{by.name}, {sender.name}", reply_to=rules.email,
    )  # fmt: skip
    mail.state, mail.attempts, mail.detail = State.SENT, 1, "250 2.0.0 kept on this machine"
    mail.handed_off_at = mail.settled_at = at + timedelta(seconds=3)
    return mail


def _entries(ticket: Ticket) -> Iterator[Entry]:
    if not ticket.customer:
        return
    same = {"customer": ticket.customer, "kind": "ticket", "source": "ticket", "source_id": ticket.pk}
    title = f"Ticket {ticket.number} opened"
    yield Entry(
        text=f"{title}\n\n{ticket.subject}", author=ticket.opened_by, happened_at=ticket.opened_at, **same
    )
    if ticket.closed_at and not ticket.merged_into:
        text = f"Ticket {ticket.number} closed\n\n{ticket.subject}. {ticket.done}"
        took = ticket.solved_in
        yield Entry(text=text, author=ticket.closed_by, happened_at=ticket.closed_at, minutes=took, **same)


def _rate(asked: Asked, stories: list[Story], team: Team) -> None:
    tickets = [story.ticket for story in stories if story.ticket.closed_at]
    kessler = next(ticket for ticket in tickets if ticket.customer.name == KESSLER)
    angry = max(tickets, key=lambda ticket: (ticket.subject == ANGRY.subject, ticket.closed_at))
    apart = {kessler.customer_id, angry.customer_id}  # nobody is asked twice within a month
    asked.ask(ticket for ticket in tickets if ticket.customer_id not in apart)
    asked.praised(kessler, "Quick, and honest about the delivery time.")
    asked.bad_today(angry)
    agreed = Customer.objects.filter(team=team).open_to_advertising().select_related("team").order_by("pk")
    asked.recommend(list(agreed))
    asked.write()
