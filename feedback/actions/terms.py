"""What a ticket is about, what was promised for it, and what the team's rules make of it."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crm.team.models import Team, User
from feedback import slips
from feedback.actions.telling import complain, tell
from feedback.models import Message, ServiceRules, Ticket

BATCH = 500
Event = Message.Event


@transaction.atomic
def set_kind(*, ticket: Ticket, kind: str, by: User, now: datetime, product_group: str = "") -> bool:
    """False if it is of that kind and product group."""
    ticket.hold()
    before = ticket.kind
    if not ticket.set_kind(kind, product_group):
        return False
    if kind != before:
        tell(ticket, Event.KIND, by=by, now=now, text=str(Ticket.Kind(kind).label))
        complain(ticket, now=now)
        slips.settle(ticket, now=now)
    return True


@transaction.atomic
def set_promise(
    *, ticket: Ticket, promised_on: date | None, call_at: datetime | None, by: User, now: datetime
) -> bool:
    """An answer for a day, or a call back for an instant; None takes it back. False if that is promised already."""
    ticket.hold()
    if not ticket.set_promise(promised_on=promised_on, call_at=call_at):
        return False
    tell(ticket, Event.PROMISED, by=by, now=now, text=ticket.promise or _("The promise was taken back."))
    slips.settle(ticket, now=now)
    return True


def rules_changed(*, team: Team, now: datetime) -> int:
    """Work out anew what is due when, of all that is open; a batch is a transaction. Returns how many those are."""
    rules, count, last = ServiceRules.of(team), 0, 0
    while batch := _work_out(rules, last, now):
        count, last = count + len(batch), batch[-1].pk
    return count


@transaction.atomic
def _work_out(rules: ServiceRules, last: int, now: datetime) -> list[Ticket]:
    """Those whose ids follow `last`."""
    rows = Ticket.objects.open().filter(team=rules.team, pk__gt=last).select_related("customer__owner__team")
    held = rows.select_for_update(of=("self",)).order_by("pk")
    tickets = list(held.prefetch_related("pauses")[:BATCH])
    before = {ticket.pk: ticket.next_due_at for ticket in tickets}
    Ticket.objects.bulk_set_due(tickets, rules)
    for ticket in tickets:
        if ticket.next_due_at != before[ticket.pk]:
            slips.settle(ticket, now=now)
    return tickets
