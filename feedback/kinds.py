"""Tickets and ratings as kinds of mail."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crm.mail.kinds import Kind
from crm.mail.models import OutgoingMail


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


TICKET = Kind("ticket", _("Answer to a ticket"), is_automatic=False, answered=answered, bounced=bounced)
