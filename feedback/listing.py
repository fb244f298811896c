"""The list of tickets: which there are, found and counted, a page at a time, what is due first on top."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.numbers import number_in
from crm.team.models import User
from feedback.due import Due
from feedback.models import ServiceRules, Ticket
from feedback.models.ticket_queryset import TicketQuerySet

MINE, NOBODYS, OPEN, WAITING, LATE, ESCALATED, CLOSED = (
    "mine", "nobodys", "open", "waiting", "late", "escalated", "closed",
)  # fmt: skip
LABELS = {
    MINE: _("Mine"),
    NOBODYS: _("Nobody’s"),
    OPEN: _("All open"),
    WAITING: _("Waiting for the customer"),
    LATE: _("Late"),
    ESCALATED: _("Escalated"),
    CLOSED: _("Closed"),
}
PAGE = 30
COUNTED = 1000  # beyond, nobody asks how many they are exactly


@dataclass(frozen=True)
class Filter:
    key: str
    label: str | Promise
    count: int | str
    query: str
    is_open: bool


@dataclass(frozen=True)
class Line:
    ticket: Ticket
    due: Due


def of_filter(key: str, *, user: User, now: datetime) -> TicketQuerySet:
    rows = Ticket.objects.visible_to(user, on=user.today(now))
    choose = {
        MINE: lambda: rows.of(user).open(),
        NOBODYS: lambda: rows.nobodys().open(),
        OPEN: rows.open,
        WAITING: rows.waiting,
        LATE: lambda: rows.late(at=now),
        ESCALATED: rows.escalated,
        CLOSED: rows.closed,
    }
    return choose[key]()


class Listing:
    """As asked for: ?show=mine&q=…&kind=complaint&after=… (a ticket's id)."""

    def __init__(
        self, asked: QueryDict, *, user: User, rules: ServiceRules, now: datetime, size: int = PAGE
    ) -> None:
        self.asked, self.user, self.rules, self.now, self.size = asked, user, rules, now, size
        self.text = " ".join(asked.get("q", "").replace("\0", "").split())[:100]
        self.kind = asked.get("kind", "") if asked.get("kind") in Ticket.Kind.values else ""
        self.show = asked.get("show", "") if asked.get("show") in self.keys else OPEN if self.text else MINE

    @property
    def keys(self) -> list[str]:
        return [key for key in LABELS if key != ESCALATED or self.user.is_lead]

    @cached_property
    def rows(self) -> TicketQuerySet:
        rows = self._narrowed(of_filter(self.show, user=self.user, now=self.now))
        return rows.matching(self.text, user=self.user) if self.text else rows

    def _narrowed(self, rows: TicketQuerySet) -> TicketQuerySet:
        return rows.filter(kind=self.kind) if self.kind else rows

    @cached_property
    def _found(self) -> list[Ticket]:
        rows = self.rows.select_related("customer", "assignee").defer("search_text", "customer__search_text")
        edge = (
            self.rows.filter(pk=number_in(self.asked.get("after"))).first() if "after" in self.asked else None
        )
        found: list[Ticket] = []
        for part in rows.following(edge, closed=self.show == CLOSED):
            if len(found) <= self.size:
                found += part[: self.size + 1 - len(found)]
        return found

    @cached_property
    def lines(self) -> list[Line]:
        zone = self.user.zone
        return [
            Line(ticket, Due(ticket, rules=self.rules, now=self.now, zone=zone))
            for ticket in self._found[: self.size]
        ]

    @property
    def next(self) -> str:
        """Query of the page behind this one, "" on the last."""
        return self.query(after=self._found[self.size - 1].pk) if len(self._found) > self.size else ""

    def query(self, **more: object) -> str:
        query = QueryDict(mutable=True)
        asked = {"show": self.show, "q": self.text, "kind": self.kind} | more
        query.update({name: str(value) for name, value in asked.items() if value})
        return query.urlencode()

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.kind)

    @cached_property
    def filters(self) -> list[Filter]:
        """Each with how many tickets it would show, whatever was searched for."""
        counts = self._counts
        return [
            Filter(key, LABELS[key], counts[key], self.query(show=key), is_open=key == self.show)
            for key in self.keys
        ]

    @cached_property
    def _counts(self) -> dict[str, int | str]:
        tickets = self._narrowed(Ticket.objects.visible_to(self.user, on=self.user.today(self.now)))
        which = {
            MINE: Q(assignee=self.user),
            NOBODYS: Q(assignee__isnull=True),
            OPEN: Q(),
            WAITING: Q(waiting_since__isnull=False),
            LATE: Q(next_due_at__lt=self.now),
            ESCALATED: Q(escalated_at__isnull=False),
        }
        counts = (
            tickets.open().order_by().aggregate(**{key: Count("pk", filter=q) for key, q in which.items()})
        )
        closed = tickets.closed().order_by()[: COUNTED + 1].count()
        return counts | {CLOSED: closed if closed <= COUNTED else f"{COUNTED}+"}

    @property
    def late(self) -> int:
        return self._counts[LATE]

    @property
    def escalated(self) -> int:
        """How many leads are asked to look at; others are not."""
        return self._counts[ESCALATED] if self.user.is_lead else 0

    @property
    def open(self) -> int:
        return self._counts[OPEN]


def neighbours(
    ticket: Ticket, *, show: str, user: User, now: datetime
) -> tuple[Ticket | None, Ticket | None]:
    """The tickets before and behind this one in a list."""
    rows = of_filter(show, user=user, now=now).exclude(pk=ticket.pk).only("number", "subject")
    closed = show == CLOSED
    before, behind = rows.preceding(ticket, closed=closed), rows.following(ticket, closed=closed)
    return _first(before), _first(behind)


def _first(parts: list[TicketQuerySet]) -> Ticket | None:
    return next((found for part in parts if (found := part.first())), None)
