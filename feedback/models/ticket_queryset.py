"""What one asks of tickets."""

from datetime import date, datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from contacts.folding import search_forms
from contacts.models import Customer
from crm.team.models import User
from feedback.models.rules import ServiceRules
from feedback.ticket_words import among_which

if TYPE_CHECKING:
    from feedback.models.ticket import Ticket

OPEN = Q(closed_at__isnull=True)
OUR_MOVE = OPEN & Q(waiting_since__isnull=True)
UNANSWERED = OUR_MOVE & Q(first_answered_at__isnull=True)
_MOST_WORDS = 8
_MOST_CUSTOMERS = 200  # whose tickets a search also finds


def _beyond(column: str, sign: str, edge: "Ticket") -> Q:
    """Behind it ("gt") or before it ("lt") in the order of (column, id)."""
    # Not "beyond, or equal and": PostgreSQL would read the index from its beginning.
    value, back = getattr(edge, column), {"gt": "lte", "lt": "gte"}[sign]
    return Q(**{f"{column}__{sign}e": value}) & ~Q(**{column: value, f"pk__{back}": edge.pk})


def _occurs(word: str) -> Q:
    number = word.removeprefix("#")
    if number.isdecimal() and len(number) < 10:
        return Q(number=int(number)) | Q(search_text__contains=number)
    return reduce(or_, (Q(search_text__contains=form) for form in search_forms(word)))


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: User, *, on: date | None = None) -> Self:
        """The team's tickets; where managers see only their own dossiers, those of these, and those assigned to him."""
        mine = self.filter(team_id=user.team_id)
        if user.sees_team:
            return mine
        dossiers = Customer.objects.visible_to(user, on=on)
        return mine.filter(Q(assignee=user) | Q(customer__in=dossiers))

    def of(self, user: User) -> Self:
        """Those assigned to this person."""
        return self.filter(assignee=user)

    def nobodys(self) -> Self:
        return self.filter(assignee__isnull=True)

    def open(self) -> Self:
        return self.filter(OPEN)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def waiting(self) -> Self:
        """For the customer: their clock stands still."""
        return self.filter(OPEN, waiting_since__isnull=False)

    def unanswered(self) -> Self:
        return self.filter(UNANSWERED)

    def due_soon(self, *, at: datetime, within: timedelta) -> Self:
        """Open and not late, with an answer or a solution due within that real time."""
        return self.filter(OPEN, next_due_at__gte=at, next_due_at__lt=at + within)

    def complaints(self) -> Self:
        return self.filter(kind=self.model.Kind.COMPLAINT)

    def late(self, *, at: datetime) -> Self:
        """Open, with an answer or a solution that should have been given before that instant."""
        return self.filter(OPEN, next_due_at__lt=at)

    def escalated(self) -> Self:
        """Open ones that a lead was asked to look at."""
        return self.filter(OPEN, escalated_at__isnull=False)

    def matching(self, text: str, *, user: User) -> Self:
        """Of that number, or with every word in subject, number or sender, or in the dossier of a customer."""
        asked = text.split()[:_MOST_WORDS]
        words = reduce(and_, map(_occurs, asked), Q()) & among_which(asked, using=self.db)
        customers = Customer.objects.visible_to(user).matching(text).order_by().values_list("pk", flat=True)
        # Read before, not within: then each half of the condition has its index.
        found = list(customers[:_MOST_CUSTOMERS]) if text.strip("# \t") else []
        return self.filter(words | Q(customer__in=found))

    def not_merged(self) -> Self:
        return self.filter(merged_into__isnull=True)

    def in_order(self) -> Self:
        """As one works: what is due first comes first; what waits for the customer comes last."""
        return self.order_by(F("next_due_at").asc(nulls_last=True), "pk")

    def bulk_set_due(self, tickets: "list[Ticket]", rules: ServiceRules) -> None:
        """Work out what is due when, of open ones that are held and know their pauses."""
        for ticket in tickets:
            for name, value in ticket.due_by(rules).items():
                setattr(ticket, name, value)
        self.bulk_update(tickets, ["answer_due_at", "solution_due_at", "next_due_at"])

    def latest_first(self) -> Self:
        return self.order_by("-opened_at", "-pk")

    def following(self, edge: "Ticket | None", *, closed: bool) -> list[Self]:
        """What comes behind `edge`, or from the beginning, in parts that are read one after the other.

        Open ones as in_order(), each part as an index has it; closed ones the last first.
        """
        if closed:
            rows = self.filter(closed_at__isnull=False).order_by("-closed_at", "-pk")
            return [rows.filter(_beyond("closed_at", "lt", edge)) if edge and edge.closed_at else rows]
        due = self.filter(next_due_at__isnull=False).order_by("next_due_at", "pk")
        waiting = self.filter(next_due_at__isnull=True).order_by("pk")
        if edge and edge.next_due_at:
            return [due.filter(_beyond("next_due_at", "gt", edge)), waiting]
        return [waiting.filter(pk__gt=edge.pk)] if edge and edge.is_waiting else [due, waiting]

    def preceding(self, edge: "Ticket", *, closed: bool) -> list[Self]:
        """What comes before `edge`, the nearest first."""
        if closed:
            return [self.filter(_beyond("closed_at", "gt", edge)).order_by("closed_at", "pk")]
        due = self.filter(next_due_at__isnull=False).order_by("-next_due_at", "-pk")
        if edge.next_due_at:
            return [due.filter(_beyond("next_due_at", "lt", edge))]
        waiting = self.filter(next_due_at__isnull=True).order_by("-pk")
        return [waiting.filter(pk__lt=edge.pk), due] if edge.is_waiting else []
