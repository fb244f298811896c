"""The periodic work of the reminder series."""

from datetime import datetime
from random import Random

from crm.mail.models import Sender
from segmentation.models import Forecast, Series
from segmentation.quarters import today_of
from segmentation.reminding.days import has_begun
from segmentation.reminding.enrolling import enrol
from segmentation.reminding.queueing import queue_due
from segmentation.reminding.stopping import settle


def remind_all(now: datetime, *, lot: Random | None = None) -> str:
    """What stops letters is seen to at any hour; in a team's day, once it has begun, some are enrolled and queued.

    It may run as often as it likes, and be cut anywhere: nobody is enrolled twice, no letter is queued twice.
    """
    enrolled = queued = 0
    for sender in Sender.objects.select_related("team").order_by("pk"):
        settle(sender.team, now=now)
        if has_begun(sender.team, now):
            enrolled += sum(enrol(series, now=now, lot=lot) for series in _to_enrol(sender, now))
            queued += 0 if sender.is_paused else queue_due(sender, now=now, lot=lot)
    return f"{enrolled} enrolled, {queued} letters queued"


def _to_enrol(sender: Sender, now: datetime) -> list[Series]:
    """The running ones, as soon as it is known what to expect on that day."""
    if not Forecast.objects.filter(team=sender.team, as_of=today_of(sender.team, now)).exists():
        return []
    return list(Series.objects.running().filter(team=sender.team).select_related("team").order_by("pk"))
