"""An answer by mail is taken back, as long as the mail has not left."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from contacts.models import Entry
from crm.mail.models import OutgoingMail, Reason
from crm.team.models import User
from feedback import slips
from feedback.actions.settling import tell_reopened
from feedback.actions.telling import held
from feedback.models import Message, ServiceRules, Ticket
from feedback.models.ticket import minutes

Event, Kind = Message.Event, Message.Kind
MOVES = Q(kind__in=(Kind.IN, Kind.OUT)) | Q(
    event__in=(Event.WAITS, Event.GOES_ON, Event.CLOSED, Event.REOPENED)
)


@transaction.atomic
def take_back(*, message: Message, by: User, now: datetime) -> bool:
    """Keep an answer from leaving, for good, and forget it: its ticket stands as it stood before, with what was done
    to it by the same press. What happened since stays. False if the mail is on its way.
    """
    ticket = held(message.ticket)
    mine = OutgoingMail.objects.filter(pk=message.mail_id)
    if not mine.withdraw(reason=Reason.TAKEN_BACK, now=now, by=by):
        return False
    rules = ServiceRules.of(ticket.team)
    undone = list(_unsay(ticket, message, rules))
    vars(ticket).update(ticket.due_by(rules))
    ticket.save()
    same_press = {"author": message.author_id, "happened_at": message.happened_at}
    ticket.messages.filter(kind=Kind.EVENT, event__in=undone, **same_press).delete()
    message.delete()
    if Event.CLOSED in undone:
        Entry.objects.filter(source=Entry.Kind.TICKET, source_id=ticket.pk, **same_press).delete()
        tell_reopened(ticket, now=now)
    slips.settle(ticket, now=now)
    return True


def _unsay(ticket: Ticket, message: Message, rules: ServiceRules) -> Iterator[str]:
    """Let the ticket say what it said before, each fact for itself; gives the events of the press that are undone."""
    at = message.happened_at
    since = ticket.messages.filter(pk__gt=message.pk).exclude(happened_at=at)
    if not (ticket.promised_on or ticket.call_at or since.filter(kind=Kind.OUT).exists()):
        ticket.promised_on, ticket.call_at = message.kept_on, message.kept_call_at
    if ticket.closed_at == at:
        _unclose(ticket, rules)
        yield Event.CLOSED
    if ticket.waiting_since == at:
        ticket.waiting_since = None
        yield Event.WAITS
    pause = ticket.pauses.filter(ended_at=at).first()
    if pause and ticket.is_running and not since.filter(MOVES).exists():
        ticket.waiting_since = pause.began_at
        pause.delete()
        yield Event.GOES_ON
    if ticket.first_answered_at == at:  # last, for what stood still counts by what is undone
        _note_another(ticket, message, rules)


def _note_another(ticket: Ticket, message: Message, rules: ServiceRules) -> None:
    """The first answer is the one after it, if there is one."""
    others = ticket.messages.filter(kind=Kind.OUT, happened_at__gte=ticket.opened_at).exclude(pk=message.pk)
    other = others.in_order().first()
    ticket.first_answered_at, ticket.first_answered_by = (
        (other.happened_at, other.author) if other else (None, None)
    )
    ticket.answered_in = other and _worked(ticket, other.happened_at, rules)
    if other:
        ticket.answer_due_at = ticket.answer_due(rules, at=other.happened_at)


def _unclose(ticket: Ticket, rules: ServiceRules) -> None:
    """How often it was closed still counts up: each closing is an occasion of its own to ask the customer."""
    closings = ticket.messages.filter(event=Event.CLOSED).exclude(happened_at=ticket.closed_at)
    before = closings.in_order().last()
    ticket.closed_at, ticket.closed_by, ticket.done = None, None, ""
    ticket.solved_in = before and _worked(ticket, before.happened_at, rules)


def _worked(ticket: Ticket, until: datetime, rules: ServiceRules) -> int:
    return minutes(rules.hours.worked(ticket.opened_at, until, pauses=ticket.spans(until)))
