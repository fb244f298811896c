"""Reminder letters as the outbox knows them: when one is no longer wanted, and what follows from it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import BooleanField, Exists, ExpressionWrapper
from django.utils.translation import gettext_lazy as _

from contacts import registry
from contacts.models import Customer, Entry
from crm.mail.kinds import Kind
from crm.mail.models import OutgoingMail, Reason
from crm.mail.tokens import without_tokens
from segmentation.models import Reminder, ReminderLetter
from segmentation.models.reminder import purchases_after, talks_since
from segmentation.reminding.slips import lay_answered
from segmentation.reminding.stopping import stop_about

Stopped = Reminder.Stopped
OTHER_ADDRESS = "address"
ASKED = ("customer__legal_basis", "customer__letter_hash", "series__running_since", "stopped_why")


def why_not(mail: OutgoingMail, now: datetime) -> str:
    """In one query; the address itself is the outbox's own to check."""
    rows = Reminder.objects.filter(letters__mail=mail)
    unhappy = ExpressionWrapper(registry.unhappy("customer"), BooleanField())
    found = rows.annotate(bought=Exists(purchases_after()), unhappy=unhappy, spoken_to=Exists(talks_since()))
    for basis, address, running_since, stopped, bought, unhappy, spoken_to in found.values_list(
        *ASKED, "bought", "unhappy", "spoken_to"
    ):
        if stopped not in ("", Stopped.OVER):
            return stopped
        reasons = {
            Stopped.BOUGHT: bought,
            Stopped.UNHAPPY: unhappy,
            Stopped.SPOKEN_TO: spoken_to,
            Stopped.NO_BASIS: basis is None,
            Stopped.SERIES_STOPPED: running_since is None,
            OTHER_ADDRESS: address != mail.address_hash,
        }
        return next((reason for reason, holds in reasons.items() if holds), "")
    return Reason.ERASED


def sent(mail: OutgoingMail, now: datetime) -> None:
    """File the letter in the dossier, if that is still there."""
    if Customer.objects.filter(pk=mail.recipient_id).exists():
        _file(mail.recipient_id, f"{mail.subject}\n\n{without_tokens(mail.text)}", now, mail=mail)


def answered(mail: OutgoingMail, text: str, now: datetime) -> None:
    """The letters end, the answer is filed, and a slip asks the manager to see to it."""
    reminder = Reminder.objects.filter(letters__mail=mail).select_related("customer", "series").first()
    if reminder:
        stop_about(mail, Stopped.ANSWERED, now=now)
        _file(reminder.customer_id, text, now)
        lay_answered(reminder, now=now)


def answered_any(mail: OutgoingMail, now: datetime) -> None:
    """Whoever answers a mail of whatever kind is reminded no more: his manager goes on from there."""
    reminders = Reminder.objects.filter(team=mail.team_id, customer=mail.recipient_id)
    if reminders.end(Stopped.ANSWERED, now=now):
        ended = reminders.filter(stopped_why=Stopped.ANSWERED, stopped_at=now)
        for reminder in ended.select_related("customer", "series__team"):
            lay_answered(reminder, now=now)


def bounced(mail: OutgoingMail, now: datetime) -> None:
    stop_about(mail, Stopped.BOUNCED, now=now)


def complained(mail: OutgoingMail, now: datetime) -> None:
    stop_about(mail, Stopped.COMPLAINED, now=now)


def about(mails: Iterable[OutgoingMail]) -> dict[int, tuple[str, str]]:
    letters = ReminderLetter.objects.filter(mail__in=[mail.pk for mail in mails])
    series = letters.select_related("reminder__series")
    return {
        each.mail_id: (each.reminder.series.name, each.reminder.series.get_absolute_url()) for each in series
    }


def _file(customer_id: int, text: str, now: datetime, *, mail: OutgoingMail | None = None) -> None:
    Entry.objects.create(
        customer_id=customer_id, kind=Entry.Kind.EMAIL, text=text, happened_at=now, mail=mail
    )


REPURCHASE = Kind(
    name="repurchase",
    label=_("Reminder"),
    reasons=dict(Stopped.choices) | {OTHER_ADDRESS: _("the dossier has another address now")},
    why_not=why_not,
    sent=sent,
    answered=answered,
    bounced=bounced,
    complained=complained,
    about=about,
)
