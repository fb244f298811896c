"""Questions to customers, and notices to colleagues, as kinds of mail."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import LegalBasis
from crm.mail.kinds import Kind
from crm.mail.models import OutgoingMail, Reason

REOPENED, OFF, LATELY, OTHER_ADDRESS, NO_CONSENT = "reopened", "off", "lately", "address", "no_consent"
REASONS = {
    REOPENED: gettext_lazy("the ticket goes on"),
    OFF: gettext_lazy("the team does not ask any more"),
    LATELY: gettext_lazy("the customer was asked within the last 30 days"),
    OTHER_ADDRESS: gettext_lazy("the dossier has another address now"),
    NO_CONSENT: gettext_lazy("the customer has not consented to be asked"),
}


def why_not(mail: OutgoingMail, now: datetime) -> str:
    """Asked at the hand-off: what the law and manners say may have changed since it was queued."""
    from feedback.asking import PAUSE
    from feedback.models import Invitation, ServiceRules

    found = (
        Invitation.objects.filter(mail=mail).select_related("team", "ticket", "customer__legal_basis").first()
    )
    if found is None:
        return Reason.ERASED
    rules, basis, ticket = ServiceRules.of(found.team), found.customer.legal_basis, found.ticket
    others = (
        Invitation.objects.filter(customer=found.customer_id).asked(since=now - PAUSE).exclude(pk=found.pk)
    )
    reasons = {
        REOPENED: found.revoked_at is not None or bool(ticket and ticket.is_open),
        Reason.NO_BASIS: basis is None,
        NO_CONSENT: not ticket and bool(basis) and basis.kind != LegalBasis.Kind.CONSENT,
        OTHER_ADDRESS: found.customer.letter_hash != mail.address_hash,
        OFF: not (rules.asks if ticket else rules.asks_to_recommend),
        LATELY: not found.again_after_id and others.exists(),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def sent(mail: OutgoingMail, now: datetime) -> None:
    from feedback.asking import note_asked
    from feedback.models import Invitation

    for invitation in Invitation.objects.whole().filter(mail=mail):
        note_asked(invitation, at=now)


def answered(mail: OutgoingMail, text: str, now: datetime) -> None:
    """Who writes back instead of pressing a button is heard in the ticket."""
    from feedback.actions import receive
    from feedback.models import Ticket

    for ticket in Ticket.objects.filter(invitations__mail=mail).select_related("team"):
        receive(ticket=ticket, text=text, now=now)


def about(mails: Iterable[OutgoingMail]) -> dict[int, tuple[str, str]]:
    from feedback.models import Invitation

    asked = Invitation.objects.filter(mail__in=[mail.pk for mail in mails], ticket__isnull=False)
    return {
        each.mail_id: (
            _("Ticket %(number)s") % {"number": each.ticket.number},
            each.ticket.get_absolute_url(),
        )
        for each in asked.select_related("ticket")
    }


RATING = Kind(
    "rating", gettext_lazy("Was all well?"), reasons=REASONS, why_not=why_not, sent=sent, answered=answered,
    about=about,
)  # fmt: skip
RECOMMEND = Kind(
    "recommend", gettext_lazy("Would you recommend us?"), reasons=REASONS, why_not=why_not, sent=sent
)
NOTICE = Kind("notice", gettext_lazy("Notice to a colleague"), is_automatic=False)
