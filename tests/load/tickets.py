"""Two years of tickets and ratings, in bulk: as many as one likes, the same for the same seed."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Max

from contacts.models import Customer
from crm.team.models import Team
from feedback.models import Invitation, Message, Rating, Recommendation, ServiceRules, Ticket

KINDS = ("question", "complaint", "callback", "service")
PRODUCTS = ("Boxes", "Cartons", "Labels", "Paper", "Ribbons", "")
GROUPS = ("vip", "growing", "beginner", "one_time", "lost")
SUBJECTS = (
    "Where is my delivery?", "Corners are crushed", "Invoice to another address", "600 gift cartons, matt",
    "Please call me back", "Labels do not stick", "Change of our order", "Boxes for 200 jars",
)  # fmt: skip
ASKED = "It should have come on Friday. Can you find out where it is, and when we shall have it?"
SAID = "It left on Thursday and is with the carrier. You have it tomorrow before noon."
DAYS = 730
AT_ONCE = 5_000
COMMENTS = {
    "good": ("Fast and friendly", "Thank you!", "As always", "Called me back as promised"),
    "neutral": ("Took a while", "Had to ask twice"),
    "bad": ("Nobody called back", "Still creased", "Three weeks for one answer"),
}


def fill(team: Team, *, tickets: int, seed: int, until: datetime, days: int = DAYS) -> None:
    """Tickets of the last `days`, half of them rated; who answers fast is liked better."""
    chance = random.Random(seed)
    customers = list(Customer.objects.filter(team=team).order_by("pk").values_list("pk", "owner_id")[:20_000])
    number = Ticket.objects.filter(team=team).aggregate(last=Max("number"))["last"] or 0
    made = (
        _ticket(chance, team, number + n, customers, until - timedelta(days) * (1 - n / tickets), until)
        for n in range(1, tickets + 1)
    )
    while some := list(islice(made, AT_ONCE)):
        written = Ticket.objects.bulk_create(some)
        Message.objects.bulk_create(message for ticket in written for message in _talk(ticket))
        _rate(chance, [ticket for ticket in written if ticket.closed_at])
    ServiceRules.objects.update_or_create(team=team, defaults={"last_number": number + tickets})
    _recommend(chance, team, customers, until)


def _ticket(
    chance: random.Random, team: Team, number: int, customers: list, opened: datetime, until: datetime
) -> Ticket:
    customer, owner = chance.choice(customers)
    slowness = 0.6 + (owner % 7) / 7
    answered = round(min(chance.lognormvariate(4.6, 1.1) * slowness, 6000))
    solved = answered + round(chance.lognormvariate(5.5, 1.0) * slowness)
    closed = opened + timedelta(minutes=solved * 2)
    answered_at = opened + timedelta(minutes=answered * 2)
    due = {
        "answer_due_at": opened + timedelta(minutes=1200),
        "solution_due_at": opened + timedelta(minutes=5400),
    }
    fields = {"next_due_at": due["solution_due_at" if answered_at < until else "answer_due_at"]}
    if answered_at < until:
        fields |= {"first_answered_at": answered_at, "first_answered_by_id": owner, "answered_in": answered}
    if closed < until:
        fields |= {
            "closed_at": closed,
            "closed_by_id": owner,
            "solved_in": solved,
            "resolution": 1,
            "next_due_at": None,
        }
    ticket = Ticket(
        team=team, number=number, customer_id=customer, assignee_id=owner, kind=chance.choices(KINDS, (6, 2, 1, 3))[0],
        subject=chance.choice(SUBJECTS), product_group=chance.choice(PRODUCTS), opened_at=opened,
        reopened=chance.random() < 0.07, passed_on=chance.choices((0, 1, 2), (80, 15, 5))[0], **due, **fields,
    )  # fmt: skip
    ticket.refresh_search()
    return ticket


def _talk(ticket: Ticket) -> Iterator[Message]:
    """The question, and our answer."""
    asked = {"ticket": ticket, "kind": Message.Kind.IN, "text": ASKED, "happened_at": ticket.opened_at}
    yield Message(**asked)
    if ticket.first_answered_at:
        yield Message(
            ticket=ticket, kind=Message.Kind.OUT, text=SAID, author_id=ticket.assignee_id,
            happened_at=ticket.first_answered_at,
        )  # fmt: skip


def _rate(chance: random.Random, tickets: list[Ticket]) -> None:
    asked = Invitation.objects.bulk_create(
        _invited(chance, ticket) for ticket in tickets if chance.random() < 0.7
    )
    by_ticket = {ticket.pk: ticket for ticket in tickets}
    Rating.objects.bulk_create(
        _rating(chance, each, by_ticket[each.ticket_id]) for each in asked if chance.random() < 0.72
    )


def _invited(chance: random.Random, ticket: Ticket) -> Invitation:
    asked = ticket.closed_at + timedelta(hours=1)
    return Invitation(
        team_id=ticket.team_id, customer_id=ticket.customer_id, ticket=ticket, resolution=1,
        employee_id=ticket.assignee_id, ticket_kind=ticket.kind, product_group=ticket.product_group,
        group=chance.choice(GROUPS), made_at=asked, asked_at=asked,
    )  # fmt: skip


def _rating(chance: random.Random, asked: Invitation, ticket: Ticket) -> Rating:
    good = (
        0.93 - min(ticket.answered_in, 1200) / 3000 - 0.15 * bool(ticket.reopened) - 0.08 * ticket.passed_on
    )
    luck = chance.random()
    value = "good" if luck < good else "neutral" if luck < good + (1 - good) * 0.6 else "bad"
    same = ("team_id", "ticket_id", "customer_id", "employee_id", "ticket_kind", "product_group", "group")
    return Rating(
        invitation=asked, value=value, rated_at=asked.asked_at + timedelta(hours=chance.expovariate(0.1)),
        comment=chance.choice(COMMENTS[value]) if chance.random() < 0.2 else "",
        **{name: getattr(asked, name) for name in same},
    )  # fmt: skip


def _recommend(chance: random.Random, team: Team, customers: list, until: datetime) -> None:
    for quarters in range(6):
        asked = Invitation.objects.bulk_create(_asked_to_recommend(chance, team, customers, until, quarters))
        answers = [each for each in asked if chance.random() < 0.35]
        Recommendation.objects.bulk_create(
            Recommendation(
                invitation=each, team=team, customer_id=each.customer_id, rated_at=each.asked_at + timedelta(1),
                score=chance.choices(range(11), (1, 1, 1, 1, 2, 3, 5, 10, 22, 26, 28))[0],
            )
            for each in answers
        )  # fmt: skip


def _asked_to_recommend(
    chance: random.Random, team: Team, customers: list, until: datetime, quarters: int
) -> Iterator[Invitation]:
    some = islice(chance.sample(customers, len(customers)), max(1, len(customers) // 4))
    for customer, _owner in some:
        at = until - timedelta(91 * quarters + chance.randint(5, 60))
        yield Invitation(
            team=team, customer_id=customer, question=Invitation.Question.RECOMMEND, made_at=at, asked_at=at
        )
