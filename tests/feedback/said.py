"""Many ratings at once: what customers said of tickets that were answered and settled, by whom and how fast."""

from datetime import datetime, timedelta
from itertools import count

from contacts.models import Customer
from crm.team.models import User
from feedback.models import Invitation, Rating, Recommendation, Ticket
from tests.factories import NOW, make_customer

_numbers = count(10_000)


def settle(
    employee: User,
    n: int = 1,
    *,
    closed_at: datetime = NOW,
    answered_in: int | None = 60,
    solved_in: int = 300,
    **kw,
) -> list[Ticket]:
    """Tickets that were closed then, each of a customer of its own; the first answer is in time unless told."""
    opened = closed_at - timedelta(days=2)
    answered = {} if answered_in is None else {
        "answered_in": answered_in, "first_answered_at": opened + timedelta(minutes=answered_in),
        "first_answered_by": employee,
    }  # fmt: skip
    fields = {
        "team": employee.team, "assignee": employee, "subject": "Where is it?", "opened_at": opened,
        "answer_due_at": opened + timedelta(hours=10), "solution_due_at": opened + timedelta(days=5),
        "closed_at": closed_at, "closed_by": employee, "solved_in": solved_in, "resolution": 1,
    }  # fmt: skip
    customer = Customer.objects.filter(owner=employee).first() or make_customer(owner=employee)
    fields |= {"customer": customer} | answered | kw
    tickets = [Ticket(number=next(_numbers), **fields) for _ in range(n)]
    for ticket in tickets:
        ticket.refresh_search()
    return Ticket.objects.bulk_create(tickets)


def ask(tickets: list[Ticket], *, at: datetime | None = None, **kw) -> list[Invitation]:
    """Whether all was well, when each was closed."""
    return Invitation.objects.bulk_create(
        Invitation(
            **{
                "team": ticket.team, "customer": ticket.customer, "ticket": ticket, "resolution": ticket.resolution,
                "employee": ticket.assignee, "ticket_kind": ticket.kind, "product_group": ticket.product_group,
                "made_at": at or ticket.closed_at, "asked_at": at or ticket.closed_at,
            } | kw
        )
        for ticket in tickets
    )  # fmt: skip


def say(invitations: list[Invitation], value: str, *, at: datetime | None = None, **kw) -> list[Rating]:
    same = ("team", "ticket", "customer", "employee", "ticket_kind", "product_group", "group")
    return Rating.objects.bulk_create(
        Rating(
            **{name: getattr(each, name) for name in same}
            | {"invitation": each, "value": value, "rated_at": at or each.asked_at} | kw
        )
        for each in invitations
    )  # fmt: skip


def rate(
    employee: User, *, good: int = 0, neutral: int = 0, bad: int = 0, at: datetime = NOW, **kw
) -> list[Rating]:
    """So many of each value, of as many tickets closed then."""
    asked = {name: kw.pop(name) for name in ("group",) if name in kw}
    said = {name: kw.pop(name) for name in ("comment",) if name in kw}
    found = []
    for value, n in (("good", good), ("neutral", neutral), ("bad", bad)):
        found += say(ask(settle(employee, n, closed_at=at, **kw), **asked), value, at=at, **said)
    return found


def recommend(employee: User, *scores: int, at: datetime = NOW, silent: int = 0) -> None:
    """These scores, and so many who were asked in vain."""
    customer = make_customer(owner=employee)
    fields = {
        "team": employee.team,
        "customer": customer,
        "question": "recommend",
        "made_at": at,
        "asked_at": at,
    }
    asked = Invitation.objects.bulk_create(Invitation(**fields) for _ in range(len(scores) + silent))
    Recommendation.objects.bulk_create(
        Recommendation(invitation=each, team=employee.team, customer=customer, score=score, rated_at=at)
        for each, score in zip(asked, scores, strict=False)
    )
