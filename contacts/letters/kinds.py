"""Letters by hand and trials, as kinds of mail."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Customer, Entry
from crm.mail.kinds import Kind
from crm.mail.models import OutgoingMail, Reason


def why_not(mail: OutgoingMail, now: datetime) -> str:
    """Advertising leaves only while there is a legal basis: it may have been put back after that was withdrawn."""
    based = Customer.objects.filter(team_id=mail.team_id, pk=mail.recipient_id, legal_basis__isnull=False)
    return Reason.NO_BASIS if mail.is_advertising and not based.exists() else ""


def note_answer(mail: OutgoingMail, text: str, now: datetime) -> None:
    """The customer’s answer stands in his timeline."""
    _note(mail, Entry.Kind.EMAIL, text, now)


def note_bounce(mail: OutgoingMail, now: datetime) -> None:
    words = {"subject": mail.subject, "email": mail.to_email}
    _note(
        mail,
        Entry.Kind.NOTE,
        _("“%(subject)s” came back: the address %(email)s does not exist.") % words,
        now,
    )


def _note(mail: OutgoingMail, kind: str, text: str, now: datetime) -> None:
    if Customer.objects.filter(team_id=mail.team_id, pk=mail.recipient_id).exists():
        Entry.objects.create(
            customer_id=mail.recipient_id, kind=kind, text=text, author=None, happened_at=now
        )


LETTER = Kind(
    "letter",
    gettext_lazy("Letter by hand"),
    is_automatic=False,
    why_not=why_not,
    answered=note_answer,
    bounced=note_bounce,
)
TRIAL = Kind("trial", gettext_lazy("Trial to a colleague"), is_automatic=False)
