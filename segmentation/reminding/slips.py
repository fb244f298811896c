"""The slip that an answer lays on the dossier."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followups.slips import SlipDraft, SlipSource, lay
from segmentation.models import Reminder
from segmentation.quarters import today_of

LATELY = timedelta(days=3)


def lay_answered(reminder: Reminder, *, now: datetime) -> None:
    """At once; if somebody is at the dossier just now, the next hour does it."""
    lay(ANSWERED_SOURCE, _draft(reminder, now), now=now)


def find_answered(now: datetime) -> Iterator[SlipDraft]:
    rows = Reminder.objects.filter(stopped_why=Reminder.Stopped.ANSWERED, stopped_at__gt=now - LATELY)
    for reminder in rows.select_related("customer", "series__team"):
        yield _draft(reminder, reminder.stopped_at)


def _draft(reminder: Reminder, at: datetime) -> SlipDraft:
    reason = _("Has answered: the series “%(series)s” sends no more letters") % {
        "series": reminder.series.name
    }
    return SlipDraft(reminder.customer, str(reminder.cycle), reason, today_of(reminder.series.team, at))


ANSWERED_SOURCE = SlipSource(
    "answered", gettext_lazy("Answer to a reminder"), icon="mail", find=find_answered, pull_forward=True
)
