"""Tickets as kinds of mail: what is answered to the customer, and what colleagues are told."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crm.mail.kinds import Kind
from crm.mail.models import OutgoingMail, Reason


def answered(mail: OutgoingMail, text: str, now: datetime) -> None:
    """The customer's reply joins its ticket."""
    from feedback.actions import receive
    from feedback.models import Message

    said = Message.objects.filter(mail=mail).select_related("ticket__team").first()
    if said:
        receive(ticket=said.ticket, text=text, now=now)


def bounced(mail: OutgoingMail, now: datetime) -> None:
    """Our answer did not arrive, which its ticket has to say."""
    from feedback.models import Message

    said = Message.objects.filter(mail=mail).select_related("ticket").first()
    if said:
        said.ticket.messages.create(
            kind=Message.Kind.EVENT, event=Message.Event.BOUNCED, text=mail.to_email, happened_at=now
        )


def why_no_notice(mail: OutgoingMail, now: datetime) -> str:
    """What has been done meanwhile is not announced."""
    from feedback.models import Ticket

    _notice, _ticket, pk, what, due, _to = mail.idempotency_key.split(":")
    ticket = Ticket.objects.filter(pk=pk).first()
    if ticket is None:
        return Reason.ERASED
    at = ticket.escalated_at if what == ESCALATED and ticket.is_open else ticket.next_due_at
    is_so = at is not None and int(at.timestamp()) == int(due)
    return "" if is_so else DONE


DONE, ESCALATED = "done", "escalated"
TICKET = Kind("ticket", _("Answer to a ticket"), is_automatic=False, answered=answered, bounced=bounced)
TICKET_NOTICE = Kind(
    "ticket_notice",
    _("Notice about a ticket"),
    is_automatic=False,
    reasons={DONE: _("it was done before")},
    why_not=why_no_notice,
)
