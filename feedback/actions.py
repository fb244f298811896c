"""What happens to a ticket together with its conversation, its dossier and the outbox. Each is one transaction."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import Customer, Entry, Person
from crm.mail.actions import Content, Recipient, compose, queue
from crm.mail.models import Sender
from crm.team.models import Absence, Team, User
from feedback.kinds import TICKET
from feedback.models import Message, ServiceRules, Ticket
from feedback.models.rules import next_number

ANSWER_KEEPS = timedelta(days=7)
Event, Kind = Message.Event, Message.Kind

_on_closed: list[Callable[[Ticket, datetime], None]] = []
_on_reopened: list[Callable[[Ticket, datetime], None]] = []


def on_closed(listener: Callable[[Ticket, datetime], None]) -> None:
    """`listener(ticket, now)` hears of each ticket that is settled, in the same transaction."""
    _on_closed.append(listener)


def on_reopened(listener: Callable[[Ticket, datetime], None]) -> None:
    """`listener(ticket, now)` hears of each ticket that goes on after all, in the same transaction."""
    _on_reopened.append(listener)


@transaction.atomic
def open_ticket(
    *,
    team: Team,
    kind: str,
    subject: str,
    text: str,
    channel: str,
    now: datetime,
    customer: Customer | None = None,
    person: Person | None = None,
    from_name: str = "",
    from_email: str = "",
    from_phone: str = "",
    language: str = "",
    product_group: str = "",
    assignee: User | None = None,
    by: User | None = None,
    call_at: datetime | None = None,
    promised_on: date | None = None,
    message_id: str = "",
) -> Ticket:
    """Take down what a customer asks for. `by` is the colleague who does, None if the customer wrote it himself.

    Unless `assignee` is given, the dossier's owner answers for it, or who stands in for him that day.
    """
    rules = ServiceRules.of(team)
    ticket = Ticket(
        team=team, number=next_number(team), customer=customer, person=person, kind=kind, channel=channel,
        subject=" ".join(subject.split())[:200], from_name=from_name[:200], from_email=from_email,
        from_phone=from_phone[:60], language=language, product_group=product_group,
        assignee=assignee or (customer and keeper_of(customer, on=customer.owner.today(now))),
        opened_at=now, opened_by=by, call_at=call_at, promised_on=promised_on,
        answer_due_at=rules.hours.due(now, rules.answer_time),
        solution_due_at=rules.hours.due(now, rules.solution_time),
    )  # fmt: skip
    ticket.next_due_at = min(ticket.answer_due_at, ticket.solution_due_at)
    ticket.save()
    ticket.messages.create(kind=Kind.IN, text=text, author=by, happened_at=now, message_id=message_id)
    file_entry(
        ticket, _("Ticket %(number)s opened") % {"number": ticket.number}, ticket.subject, by=by, now=now
    )
    return ticket


def keeper_of(customer: Customer, *, on: date) -> User:
    """The dossier's owner, or who stands in for him on that day."""
    absences = Absence.objects.running(on=on).filter(user=customer.owner_id, stand_in__isnull=False)
    absence = absences.select_related("stand_in__team").order_by("starts_on", "pk").first()
    return absence.stand_in if absence else customer.owner


def file_entry(ticket: Ticket, title: str, text: str, *, by: User | None, now: datetime) -> None:
    """A line in the dossier's timeline that leads to the ticket; none while nobody knows whose it is."""
    if ticket.customer_id:
        Entry.objects.create(
            customer_id=ticket.customer_id, kind=Entry.Kind.TICKET, text=f"{title}\n\n{text}".strip(), author=by,
            happened_at=now, source=Entry.Kind.TICKET, source_id=ticket.pk,
        )  # fmt: skip


@transaction.atomic
def answer(
    *,
    ticket: Ticket,
    content: Content,
    by: User,
    now: datetime,
    token: UUID,
    sender: Sender | None = None,
    to: Recipient | None = None,
) -> Message:
    """Answer the customer: by mail if `sender` and `to` are given, else it was said by other ways.

    Of the same `token` only the first is sent. An answer lets a ticket that waited go on.
    """
    rules = ServiceRules.of(ticket.team)
    mail = None
    if sender and to:
        mail = queue(
            compose(
                sender=sender, kind=TICKET, key=f"ticket:{token}", to=to, content=content, now=now,
                valid_for=ANSWER_KEEPS, by=by, from_name=f"{by.name}, {sender.name}",
                reply_to=rules.email or sender.reply_to,
            )
        )  # fmt: skip
        if said := Message.objects.filter(mail=mail).first():
            return said
    message = ticket.messages.create(kind=Kind.OUT, text=content.text, author=by, happened_at=now, mail=mail)
    ticket.note_answer(by=by, hours=rules.hours, now=now)
    go_on(ticket=ticket, by=by, now=now)
    return message


@transaction.atomic
def receive(*, ticket: Ticket, text: str, now: datetime, message_id: str = "") -> Message:
    """The customer says more. Whatever is closed is open again, and what waited for him goes on."""
    message, is_new = (
        ticket.messages.get_or_create(
            message_id=message_id, kind=Kind.IN, defaults={"text": text, "happened_at": now}
        )
        if message_id
        else (ticket.messages.create(kind=Kind.IN, text=text, happened_at=now), True)
    )
    if is_new:
        reopen(ticket=ticket, by=None, now=now)
        go_on(ticket=ticket, by=None, now=now)
    return message


@transaction.atomic
def note(*, ticket: Ticket, text: str, by: User, now: datetime) -> Message:
    """Words for colleagues only."""
    return ticket.messages.create(kind=Kind.NOTE, text=text, author=by, happened_at=now)


@transaction.atomic
def wait(*, ticket: Ticket, by: User, now: datetime) -> bool:
    """Wait for the customer. False if it does already, or is closed."""
    return ticket.wait(now=now) and bool(_tell(ticket, Event.WAITS, by=by, now=now))


@transaction.atomic
def go_on(*, ticket: Ticket, by: User | None, now: datetime) -> bool:
    """False if it did not wait."""
    is_changed = ticket.go_on(rules=ServiceRules.of(ticket.team), now=now)
    return is_changed and bool(_tell(ticket, Event.GOES_ON, by=by, now=now))


@transaction.atomic
def close(*, ticket: Ticket, done: str, by: User, now: datetime) -> bool:
    """Settle it, and tell those who listen. False if somebody did before."""
    if not ticket.close(done=done, by=by, hours=ServiceRules.of(ticket.team).hours, now=now):
        return False
    _tell(ticket, Event.CLOSED, by=by, now=now, text=done)
    words = _("Ticket %(number)s closed") % {"number": ticket.number}
    file_entry(ticket, words, f"{ticket.subject}. {done}".strip(), by=by, now=now)
    for listener in _on_closed:
        listener(ticket, now)
    return True


@transaction.atomic
def reopen(*, ticket: Ticket, by: User | None, now: datetime) -> bool:
    """False if it is open."""
    if not ticket.reopen(rules=ServiceRules.of(ticket.team), now=now):
        return False
    _tell(ticket, Event.REOPENED, by=by, now=now)
    for listener in _on_reopened:
        listener(ticket, now)
    return True


@transaction.atomic
def assign(*, ticket: Ticket, to: User | None, by: User, now: datetime, text: str = "") -> bool:
    """Let somebody else answer for it. False if somebody else was quicker."""
    return ticket.assign(to=to) and bool(_tell(ticket, Event.ASSIGNED, by=by, who=to, now=now, text=text))


@transaction.atomic
def escalate(*, ticket: Ticket, text: str, by: User, now: datetime) -> bool:
    """Ask the lead to look at it. False if somebody did before."""
    return ticket.escalate(by=by, now=now) and bool(_tell(ticket, Event.ESCALATED, by=by, now=now, text=text))


@transaction.atomic
def calm(*, ticket: Ticket, by: User, now: datetime) -> bool:
    """Take an escalation back. False if there is none."""
    return ticket.calm() and bool(_tell(ticket, Event.CALMED, by=by, now=now))


@transaction.atomic
def merge(*, ticket: Ticket, into: Ticket, by: User, now: datetime) -> bool:
    """Two tickets are one: what was said goes to `into`, and the other is closed. False if it is closed already."""
    hours = ServiceRules.of(ticket.team).hours
    words = {"number": into.number}
    if not ticket.close(done=_("Merged into ticket %(number)s") % words, by=by, hours=hours, now=now):
        return False
    Ticket.objects.filter(pk=ticket.pk).update(merged_into=into)
    ticket.merged_into = into
    ticket.messages.exclude(kind=Kind.EVENT).update(ticket=into)
    _tell(ticket, Event.MERGED, by=by, now=now, text=_("into ticket %(number)s") % words)
    _tell(into, Event.MERGED, by=by, now=now, text=_("with ticket %(number)s") % {"number": ticket.number})
    return True


@transaction.atomic
def file_under(*, ticket: Ticket, customer: Customer, by: User, now: datetime) -> bool:
    """Say whose ticket it is. False if somebody said so before."""
    if not Ticket.objects.filter(pk=ticket.pk, customer__isnull=True).update(customer=customer):
        return False
    ticket.customer = customer
    _tell(ticket, Event.FILED, by=by, now=now, text=customer.name)
    words = _("Ticket %(number)s opened") % {"number": ticket.number}
    file_entry(ticket, words, ticket.subject, by=None, now=ticket.opened_at)
    return True


@transaction.atomic
def set_promise(
    *, ticket: Ticket, promised_on: date | None, call_at: datetime | None, by: User, now: datetime
) -> None:
    """An answer is promised for a day, or a call for an instant; None takes it back."""
    Ticket.objects.filter(pk=ticket.pk).update(promised_on=promised_on, call_at=call_at)


@transaction.atomic
def set_kind(*, ticket: Ticket, kind: str, product_group: str, by: User, now: datetime) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(kind=kind, product_group=product_group)


@transaction.atomic
def rules_changed(*, team: Team, now: datetime) -> None:
    """Work out anew what is due when, of all that is open."""
    rules = ServiceRules.of(team)
    for ticket in Ticket.objects.filter(team=team).open().prefetch_related("pauses"):
        ticket.set_due(rules)


def _tell(
    ticket: Ticket, event: str, *, by: User | None, now: datetime, who: User | None = None, text: str = ""
) -> Message:
    return ticket.messages.create(
        kind=Kind.EVENT, event=event, author=by, who=who, text=text, happened_at=now
    )
