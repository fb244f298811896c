"""What stops the letters to a customer. Each takes those that wait out of the outbox in the same transaction."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, Q

from contacts import registry
from contacts.models import Customer
from crm.mail.models import OutgoingMail, Suppression
from crm.team.models import Team
from segmentation.models import Reminder
from segmentation.models.reminder import ReminderQuerySet, purchases_after, talks_since
from segmentation.quarters import today_of

MANY = 500  # customers from which all reminders of their team are looked at
Stopped = Reminder.Stopped


def purchases_changed(customer_ids: Collection[int], *, now: datetime) -> None:
    """Who has bought gets no more letters. A purchase that is deleted later brings none back."""
    reminders = _of(customer_ids)
    if reminders.note_purchases():
        reminders.filter(Exists(purchases_after())).end(Stopped.BOUGHT, now=now)


def _of(customer_ids: Collection[int]) -> ReminderQuerySet:
    if len(customer_ids) <= MANY:
        return Reminder.objects.filter(customer__in=customer_ids)
    team = Customer.objects.filter(pk=next(iter(customer_ids))).values("team")
    return Reminder.objects.filter(team__in=team)


def opted_out(mail: OutgoingMail, now: datetime) -> None:
    """Whoever is written to at the address that opted out, with whatever mail."""
    reminders = Reminder.objects.filter(team=mail.team_id)
    reminders.filter(customer__letter_hash=mail.address_hash).end(Stopped.OPTED_OUT, now=now)
    reminders.filter(customer=mail.recipient_id).end(Stopped.OPTED_OUT, now=now)


def complained(customer: Customer, *, now: datetime) -> None:
    """Whoever is not content with us is not asked to buy again."""
    Reminder.objects.filter(customer=customer).end(Stopped.UNHAPPY, now=now)


def stop_about(mail: OutgoingMail, why: str, *, now: datetime) -> int:
    """Send no more letters after this one of a series, even if somebody is put back. Returns 1 if more could come."""
    return Reminder.objects.filter(letters__mail=mail).end(why, now=now)


def settle(team: Team, *, now: datetime) -> None:
    """Stop what no hook has: each cause by one condition, however many customers it concerns."""
    reminders = Reminder.objects.filter(team=team)
    if reminders.under_way().exists():
        for why, condition in (CAUSES | {Stopped.UNHAPPY: registry.unhappy("customer")}).items():
            reminders.filter(condition).stop(why, now=now)
        reminders.too_late(on=today_of(team, now)).stop(Stopped.TOO_LATE, now=now)
        reminders.filter(next_on__isnull=True).settled().stop(Stopped.OVER, now=now)


def _suppressed(reason: str) -> Q:
    return Q(customer__in=Customer.objects.suppressed(reason))


CAUSES = {
    Stopped.BOUGHT: Exists(purchases_after()),
    Stopped.COMPLAINED: _suppressed(Suppression.Why.COMPLAINED),
    Stopped.OPTED_OUT: _suppressed(Suppression.Why.OPTED_OUT),
    Stopped.BOUNCED: _suppressed(Suppression.Why.BOUNCED),
    Stopped.NO_ADDRESS: Q(customer__letter_hash=""),
    Stopped.NO_BASIS: Q(customer__legal_basis__isnull=True),
    Stopped.SPOKEN_TO: Exists(talks_since()),
    Stopped.SERIES_STOPPED: Q(series__running_since__isnull=True),
}
