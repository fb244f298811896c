"""Who answers for a ticket, and whose move it is."""

from datetime import datetime

from django.db import transaction

from crm.team.models import User
from feedback import slips
from feedback.actions.telling import tell
from feedback.models import Message, ServiceRules, Ticket
from feedback.ticket_notices import tell_escalated

Event = Message.Event


@transaction.atomic
def wait(*, ticket: Ticket, by: User, now: datetime) -> bool:
    """Wait for the customer. False if it does already, or is closed."""
    ticket.hold()
    if not ticket.wait(now=now):
        return False
    tell(ticket, Event.WAITS, by=by, now=now)
    slips.settle(ticket, now=now)
    return True


@transaction.atomic
def go_on(*, ticket: Ticket, by: User | None, now: datetime) -> bool:
    """False if it did not wait."""
    ticket.hold()
    if not ticket.go_on(rules=ServiceRules.of(ticket.team), now=now):
        return False
    tell(ticket, Event.GOES_ON, by=by, now=now)
    slips.settle(ticket, now=now)
    return True


@transaction.atomic
def assign(*, ticket: Ticket, to: User | None, by: User, now: datetime, text: str = "") -> bool:
    """Let somebody else answer for it. False if it is closed, he does already, or somebody else was quicker."""
    return ticket.assign(to=to) and bool(tell(ticket, Event.ASSIGNED, by=by, who=to, now=now, text=text))


@transaction.atomic
def escalate(*, ticket: Ticket, text: str, by: User, now: datetime) -> bool:
    """Ask the leads to look at it, who are told by mail. False if somebody did before."""
    if not ticket.escalate(by=by, now=now):
        return False
    tell(ticket, Event.ESCALATED, by=by, now=now, text=text)
    tell_escalated(ticket, text=text, by=by, now=now)
    return True


@transaction.atomic
def calm(*, ticket: Ticket, by: User, now: datetime) -> bool:
    """Take an escalation back. False if there is none."""
    return ticket.calm() and bool(tell(ticket, Event.CALMED, by=by, now=now))
