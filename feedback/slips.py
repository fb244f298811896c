"""Slips that tickets lay on dossiers: an answer is promised, a call is agreed, something is due today.

Each is laid as soon as it is known, and goes as soon as it is done: when the ticket is answered, waits or is closed.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.formats import time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Customer
from crm.markup import written
from feedback.models import Ticket
from followups.models import FollowUp, Slip, SlipQuerySet
from followups.slips import SlipDraft, SlipSource, lay, withdraw

PROMISE, CALL, DUE = "promise", "callback", "ticket_due"


def settle(ticket: Ticket, *, now: datetime) -> None:
    """Lay what is to be said of this ticket now, and withdraw what is not."""
    laid = list(_of(ticket).values_list("source", "key", "done_at"))
    known = {(source, key) for source, key, _done in laid}
    for source in SOURCES:
        drafts = {draft.key: draft for draft in _drafts(source.name, ticket, now)}
        waits = {key for name, key, done_at in laid if name == source.name and not done_at}
        if passed := waits - drafts.keys():
            withdraw(_of(ticket).filter(source=source.name, key__in=passed), now=now)
        for key, draft in drafts.items():
            if (source.name, key) not in known and _has_place(draft.customer):
                lay(source, draft, now=now)


def withdraw_all(ticket: Ticket, *, now: datetime) -> None:
    """It is not this dossier's any more."""
    withdraw(_of(ticket), now=now)


def _of(ticket: Ticket) -> SlipQuerySet:
    names = [source.name for source in SOURCES]
    return Slip.objects.filter(customer=ticket.customer_id, source__in=names, key__startswith=f"{ticket.pk}:")


def _has_place(customer: Customer) -> bool:
    return FollowUp.objects.open().filter(customer=customer).exists()


def _drafts(source: str, ticket: Ticket, now: datetime) -> Iterator[SlipDraft]:
    draft = _MAKERS[source](ticket, now) if ticket.customer and ticket.is_open else None
    if draft:
        yield draft


def _promise(ticket: Ticket, now: datetime) -> SlipDraft | None:
    if not ticket.promised_on or ticket.owes_call:
        return None
    words = _("Answer promised for %(day)s") % {"day": written(ticket.promised_on, "D j M")}
    return _draft(ticket, ticket.promised_on, "", words)


def _call(ticket: Ticket, now: datetime) -> SlipDraft | None:
    if not ticket.owes_call:
        return None
    if not ticket.call_at:
        return _draft(ticket, ticket.promised_on, "", _("Call back"))
    at = ticket.call_at.astimezone(ticket.customer.owner.zone)
    words = _("Call back at %(time)s") % {"time": time_format(at.time(), "H:i")}
    return _draft(ticket, at.date(), f"{at:%H%M}", words)


def _due(ticket: Ticket, now: datetime) -> SlipDraft | None:
    """Only on its day: it may move until then."""
    if not ticket.next_due_at:
        return None
    owner = ticket.customer.owner
    at = ticket.next_due_at.astimezone(owner.zone)
    if at.date() > owner.today(now):
        return None
    words = (
        _("Solution due %(day)s, %(time)s")
        if ticket.first_answered_at
        else _("First answer due %(day)s, %(time)s")
    )
    told = {"day": written(at.date(), "D j M"), "time": time_format(at.time(), "H:i")}
    return _draft(ticket, at.date(), "solution" if ticket.first_answered_at else "answer", words % told)


def _draft(ticket: Ticket, day: date, mark: str, words: str) -> SlipDraft:
    about = _("ticket %(number)s: %(subject)s") % {"number": ticket.number, "subject": ticket.subject}
    key = ":".join(filter(None, (str(ticket.pk), day.isoformat(), mark)))
    return SlipDraft(ticket.customer, key, f"{words}, {about}", day)


_MAKERS: dict[str, Callable[[Ticket, datetime], SlipDraft | None]] = {
    PROMISE: _promise,
    CALL: _call,
    DUE: _due,
}


def _source(name: str, label: Promise, icon: str, holds: Callable[[datetime], Q]) -> SlipSource:
    """`holds` is the condition on open tickets of which there is something to say at an instant."""

    def find(now: datetime) -> Iterator[SlipDraft]:
        place = FollowUp.objects.open().filter(customer=OuterRef("customer"))
        tickets = Ticket.objects.open().filter(holds(now), Exists(place)).order_by("pk")
        for ticket in tickets.select_related("customer__owner__team"):
            yield from _drafts(name, ticket, now)

    return SlipSource(name, label, icon, find=find, pull_forward=True, page=_page, passes=True)


def _page(slip: Slip) -> str:
    return reverse("feedback:ticket", args=[slip.key.partition(":")[0]])


SOURCES = (
    _source(PROMISE, gettext_lazy("Promised answer"), "mail", lambda now: Q(promised_on__isnull=False)),
    _source(
        CALL,
        gettext_lazy("Call back"),
        "call",
        lambda now: Q(call_at__isnull=False) | Q(kind=Ticket.Kind.CALLBACK, promised_on__isnull=False),
    ),
    # By the end of the day everywhere.
    _source(
        DUE, gettext_lazy("Ticket due"), "ticket", lambda now: Q(next_due_at__lt=now + timedelta(days=1))
    ),
)
