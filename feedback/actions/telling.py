"""What the verbs of a ticket have in common: they hold it, and tell the conversation, the dossier and other apps."""

from datetime import datetime

from django.utils.translation import gettext as _

from contacts import registry
from contacts.models import Entry
from crm.team.models import User
from feedback.models import Message, Ticket

LONGEST = 32_767  # minutes that an entry can say


def held(ticket: Ticket) -> Ticket:
    """The ticket, or the one that it became a part of, held until the transaction ends."""
    found = ticket.merged_into or ticket
    found.hold()
    return held(found) if found.merged_into_id else found


def tell(
    ticket: Ticket, event: str, *, by: User | None, now: datetime, who: User | None = None, text: str = ""
) -> Message:
    """An event in the conversation."""
    kind = Message.Kind.EVENT
    return ticket.messages.create(kind=kind, event=event, author=by, who=who, text=text, happened_at=now)


def file_entry(
    ticket: Ticket, title: str, text: str, *, by: User | None, now: datetime, minutes: int | None = None
) -> None:
    """A line in the dossier's timeline that leads to the ticket; none while nobody knows whose it is."""
    if ticket.customer_id:
        Entry.objects.create(
            customer_id=ticket.customer_id, kind=Entry.Kind.TICKET, text=f"{title}\n\n{text}".strip(), author=by,
            on_behalf_of_id=by and by.stands_in_for(ticket.customer.owner_id, now=now), happened_at=now,
            minutes=minutes, source=Entry.Kind.TICKET, source_id=ticket.pk,
        )  # fmt: skip


def file_opened(ticket: Ticket) -> None:
    title = _("Ticket %(number)s opened") % {"number": ticket.number}
    file_entry(ticket, title, ticket.subject, by=ticket.opened_by, now=ticket.opened_at)


def file_closed(ticket: Ticket) -> None:
    """With the working time in which it was settled."""
    title = _("Ticket %(number)s closed") % {"number": ticket.number}
    text = f"{ticket.subject}. {ticket.done}".strip()
    minutes = ticket.solved_in if (ticket.solved_in or 0) <= LONGEST else None
    file_entry(ticket, title, text, by=ticket.closed_by, now=ticket.closed_at, minutes=minutes)


def complain(ticket: Ticket, *, now: datetime) -> None:
    """Whoever sends this customer something besides hears that he is not content."""
    if ticket.customer and ticket.is_open and ticket.kind == Ticket.Kind.COMPLAINT:
        registry.complained(ticket.customer, now=now)
