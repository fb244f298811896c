"""A ticket is settled, goes on after all, or becomes a part of another."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crm.team.models import User
from feedback import slips
from feedback.actions.filing import file_under
from feedback.actions.telling import complain, file_closed, file_entry, tell
from feedback.actions.work import go_on
from feedback.models import Message, ServiceRules, Ticket

Event = Message.Event

_on_closed: list[Callable[[Ticket, datetime], None]] = []
_on_reopened: list[Callable[[Ticket, datetime], None]] = []


def on_closed(listener: Callable[[Ticket, datetime], None]) -> None:
    """`listener(ticket, now)` hears of each ticket that is settled, in the same transaction."""
    _on_closed.append(listener)


def on_reopened(listener: Callable[[Ticket, datetime], None]) -> None:
    """`listener(ticket, now)` hears of each ticket that goes on after all, in the same transaction."""
    _on_reopened.append(listener)


@transaction.atomic
def close(*, ticket: Ticket, done: str, by: User, now: datetime) -> bool:
    """Settle it, and tell those who listen. False if somebody did before."""
    ticket.hold()
    if not ticket.close(done=done, by=by, rules=ServiceRules.of(ticket.team), now=now):
        return False
    tell(ticket, Event.CLOSED, by=by, now=now, text=done)
    file_closed(ticket)
    slips.settle(ticket, now=now)
    for listener in _on_closed:
        listener(ticket, now)
    return True


@transaction.atomic
def reopen(*, ticket: Ticket, by: User | None, now: datetime) -> bool:
    """False if it is open, or a part of another."""
    ticket.hold()
    if not ticket.reopen(rules=ServiceRules.of(ticket.team), now=now):
        return False
    tell(ticket, Event.REOPENED, by=by, now=now)
    complain(ticket, now=now)
    slips.settle(ticket, now=now)
    tell_reopened(ticket, now=now)
    return True


def tell_reopened(ticket: Ticket, *, now: datetime) -> None:
    """To those who listen: a question about it that has not left is not asked."""
    for listener in _on_reopened:
        listener(ticket, now)


def merge_problem(ticket: Ticket, into: Ticket) -> str:
    """Why the one cannot become a part of the other, in words; "" if it can."""
    if ticket.pk == into.pk:
        return _("A ticket cannot be a part of itself.")
    if ticket.team_id != into.team_id:
        return _("The tickets are of two teams.")
    if ticket.customer_id and into.customer_id and ticket.customer_id != into.customer_id:
        return _("The tickets are of two customers: what one has written is nothing to the other.")
    if ticket.closed_at or into.closed_at:
        return _("Both tickets must be open.")
    return ""


@transaction.atomic
def merge(*, ticket: Ticket, into: Ticket, by: User, now: datetime) -> bool:
    """Make it a part of another: what was said moves there, and it is closed, with nobody asked how it was.

    False if merge_problem() has something to say. The other's clock stays its own, but for a first answer that
    was given here since it was opened.
    """
    for each in sorted((ticket, into), key=lambda each: each.pk):
        each.hold()
    if merge_problem(ticket, into):
        return False
    _let_one_dossier_have_both(ticket, into, by, now)
    words = _("Merged into ticket %(number)s") % {"number": into.number}
    is_our_move = ticket.is_running
    ticket.merge(into=into, done=words, by=by, now=now)
    Ticket.objects.filter(merged_into=ticket).update(merged_into=into)
    _move_words(ticket, into)
    tell(ticket, Event.MERGED, by=by, now=now, text=words)
    tell(into, Event.MERGED, by=by, now=now, text=_("Ticket %(number)s") % {"number": ticket.number})
    title = _("Ticket %(number)s merged into ticket %(into)s") % {
        "number": ticket.number,
        "into": into.number,
    }
    file_entry(ticket, title, "", by=by, now=now)
    slips.settle(ticket, now=now)
    _note_answer(ticket, into)
    if is_our_move:
        go_on(ticket=into, by=by, now=now)
    return True


def _let_one_dossier_have_both(ticket: Ticket, into: Ticket, by: User, now: datetime) -> None:
    known, other = (ticket, into) if ticket.customer_id else (into, ticket)
    if known.customer and not other.customer_id:
        file_under(ticket=other, customer=known.customer, by=by, now=now)


def _move_words(ticket: Ticket, into: Ticket) -> None:
    """A mail that both have stays where it is: it can be read there."""
    both = into.messages.exclude(message_id="").values("message_id")
    said = ticket.messages.exclude(kind=Message.Kind.EVENT).exclude(
        message_id__in=list(both.values_list("message_id", flat=True))
    )
    said.update(ticket=into)


def _note_answer(ticket: Ticket, into: Ticket) -> None:
    if ticket.first_answered_at and ticket.first_answered_at >= into.opened_at:
        rules = ServiceRules.of(into.team)
        into.note_answer(by=ticket.first_answered_by, rules=rules, now=ticket.first_answered_at)
