"""Whose a ticket is: it is put into a dossier, or a dossier is made for it."""

from datetime import datetime

from django.db import transaction

from contacts.models import Customer, Entry, Person
from crm.mail.models import OutgoingMail
from crm.team.models import User
from feedback import slips
from feedback.actions.telling import complain, file_closed, file_opened, tell
from feedback.models import Message, Ticket
from followups.actions import new_dossier
from followups.dates import Tab
from followups.lending import keeper_of
from followups.models import FollowUp


@transaction.atomic
def file_under(*, ticket: Ticket, customer: Customer, by: User, now: datetime) -> bool:
    """Say whose ticket it is; it may have lain in a wrong dossier. Its owner answers for it, if nobody does yet.

    False if it lies there already, or if the customer whose dossier it lies in was asked about it; ValueError for a
    dossier of another team.
    """
    if customer.team_id != ticket.team_id:
        raise ValueError("Nothing crosses a team.")
    ticket.hold()
    if ticket.customer_id == customer.pk or ticket.invitations.exists():
        return False
    slips.withdraw_all(ticket, now=now)
    _move(ticket, customer)
    if ticket.assignee is None and ticket.is_open:
        ticket.assign(to=keeper_of(customer, on=customer.owner.today(now)))
    tell(ticket, Message.Event.FILED, by=by, now=now, text=customer.name)
    complain(ticket, now=now)
    slips.settle(ticket, now=now)
    return True


def _move(ticket: Ticket, customer: Customer) -> None:
    """With all that was merged into it, its lines in the timeline, and its mails, which are the customer's now."""
    person = customer.people.filter(email__iexact=ticket.from_email).exclude(email="").first()
    Ticket.objects.filter(merged_into=ticket).update(customer=customer)
    Ticket.objects.filter(pk=ticket.pk).update(customer=customer, person=person)
    ticket.customer, ticket.person = customer, person
    OutgoingMail.objects.filter(ticket_message__ticket=ticket).update(recipient_id=customer.pk)
    ticket.messages.filter(event=Message.Event.FILED).update(text="")  # the other dossier's name
    Entry.objects.filter(source=Entry.Kind.TICKET, source_id=ticket.pk).delete()
    file_opened(ticket)
    if ticket.closed_at:
        file_closed(ticket)


@transaction.atomic
def open_dossier(*, ticket: Ticket, by: User, now: datetime, name: str = "") -> FollowUp | None:
    """Make a dossier of an unknown sender, behind the next working day's tab, and put the ticket into it.

    `name` is the customer's, if it is not the sender's own. None if somebody has said meanwhile whose it is.
    """
    ticket.hold()
    if ticket.customer_id:
        return None
    sender = ticket.from_name or ticket.from_email.partition("@")[0] or ticket.from_phone
    customer = Customer(
        team=ticket.team, owner=ticket.assignee or by, name=name or sender, email=ticket.from_email,
        phone=ticket.from_phone, language=ticket.language,
    )  # fmt: skip
    person = Person(name=sender, email=ticket.from_email, phone=ticket.from_phone)
    tab = Tab(due_on=customer.owner.calendar.next_working(customer.owner.today(now)))
    place = new_dossier(
        customer=customer, person=person, to=tab, kind=FollowUp.Kind.CALL, plan=ticket.subject, by=by, now=now
    )
    file_under(ticket=ticket, customer=customer, by=by, now=now)
    return place
