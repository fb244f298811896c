"""What tickets add to every dossier: those that are open, and where the lines of its timeline lead."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, Exists, JSONField, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.db.models.sql.compiler import SQLCompiler
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from contacts.models import Customer
from contacts.models.customer import CustomerQuerySet
from contacts.registry import Panel
from crm.markup import written
from crm.team.models import User
from feedback.models import Ticket

SHOWN = 4
TOLD = {
    "pk": "pk", "number": "number", "subject": "subject", "due_at": "next_due_at", "answered_at": "first_answered_at",
    "assignee": "assignee__name",
}  # fmt: skip


class JSONList(Aggregate):
    """All rows of a group as one list."""

    function = "JSONB_AGG"
    output_field = JSONField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> tuple:
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **extra)


def whole(dossiers: CustomerQuerySet) -> CustomerQuerySet:
    """Each knows its `open_tickets`, in the same query."""
    rows = Ticket.objects.open().filter(customer=OuterRef("pk")).order_by().values("customer")
    return dossiers.annotate(
        open_tickets=Subquery(rows.annotate(all=JSONList(JSONObject(**TOLD))).values("all"))
    )


@dataclass(frozen=True)
class OpenTicket:
    """One open ticket as the dossier's page tells of it, to somebody whose days are those of `user` at `now`."""

    pk: int
    number: int
    subject: str
    assignee: str
    due_at: datetime | None
    is_answered: bool
    user: User
    now: datetime

    @classmethod
    def of(cls, told: dict[str, Any], user: User, now: datetime) -> "OpenTicket":
        return cls(
            told["pk"], told["number"], told["subject"], (told["assignee"] or "").partition(" ")[0],
            _instant(told["due_at"]), told["answered_at"] is not None, user, now,
        )  # fmt: skip

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.due_at < self.now

    @property
    def due(self) -> str:
        if self.due_at is None:
            return _("waits for the customer")
        if self.is_late:
            words = _("late since %(when)s")
        else:
            words = _("to be solved by %(when)s") if self.is_answered else _("answer due %(when)s")
        return words % {"when": self._when(self.due_at.astimezone(self.user.zone))}

    def _when(self, at: datetime) -> str:
        if at.date() == self.user.today(self.now):
            return _("today %(time)s") % {"time": time_format(at.time(), "H:i")}
        return _day(at.date(), self.user.today(self.now))


def _day(day: date, today: date) -> str:
    return written(day, "D j M" if day.year == today.year else "D j M Y")


def _instant(told: str | None) -> datetime | None:
    """The databases write it differently; without a zone it is UTC."""
    if told is None:
        return None
    at = datetime.fromisoformat(told)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def open_tickets(request: HttpRequest, customer: Customer) -> dict:
    """What is due first comes first, what waits comes last."""
    now = timezone.now()
    tickets = [OpenTicket.of(told, request.user, now) for told in customer.open_tickets or []]
    tickets.sort(key=lambda each: (each.due_at is None, each.due_at or now, each.pk))
    return {"open_tickets": tickets[:SHOWN], "more_tickets": len(tickets[SHOWN:])}


def unhappy(customer: str) -> Q:
    """A complaint of his is open."""
    return Q(Exists(Ticket.objects.open().complaints().filter(customer=OuterRef(customer))))


PANELS = (
    Panel("right", "feedback/panels/tickets.html", open_tickets),
    Panel("print", "feedback/panels/tickets_print.html", open_tickets),
)


def page(ticket_id: int) -> str:
    return reverse("feedback:ticket", args=[ticket_id])
