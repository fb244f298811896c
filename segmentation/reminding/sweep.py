"""The periodic work of the reminder series."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from crm.mail.models import Sender
from segmentation.models import Forecast, Series
from segmentation.quarters import today_of
from segmentation.reminding.days import has_begun
from segmentation.reminding.enrolling import enrol
from segmentation.reminding.queueing import queue_due
from segmentation.reminding.stopping import settle

logger = logging.getLogger(__name__)


def remind_all(now: datetime, *, lot: Random | None = None) -> str:
    """What stops letters is seen to at any hour; in a team's day, once it has begun, some are enrolled and queued.

    It may run as often as it likes, and be cut anywhere: nobody is enrolled twice, no letter is queued twice. What
    fails for one team, or one series, is logged and keeps no other from its letters.
    """
    sweep = Sweep(now, lot)
    for sender in Sender.objects.select_related("team").order_by("pk"):
        try:
            sweep.see_to(sender)
        except Exception as error:
            sweep.note(error, "team", sender.team_id)
    return sweep.told


@dataclass
class Sweep:
    """What has been done by now for all teams at the instant `now`."""

    now: datetime
    lot: Random | None
    enrolled: int = 0
    queued: int = 0
    failed: list[str] = field(default_factory=list)

    def see_to(self, sender: Sender) -> None:
        settle(sender.team, now=self.now)
        if not has_begun(sender.team, self.now):
            return
        for series in _to_enrol(sender, self.now):
            try:
                self.enrolled += enrol(series, now=self.now, lot=self.lot)
            except Exception as error:
                self.note(error, "series", series.pk)
        if not sender.is_paused:
            self.queued += queue_due(sender, now=self.now, lot=self.lot)

    def note(self, error: Exception, what: str, pk: int) -> None:
        # The text of an error may quote a customer.
        logger.error("Reminders of %s %s failed: %s", what, pk, type(error).__name__)
        self.failed.append(f"{what} {pk}")

    @property
    def told(self) -> str:
        done = f"{self.enrolled} enrolled, {self.queued} letters queued"
        return f"{done}; {len(self.failed)} failed: {', '.join(self.failed)}" if self.failed else done


def _to_enrol(sender: Sender, now: datetime) -> list[Series]:
    """The running ones, as soon as it is known what to expect on that day."""
    if not Forecast.objects.filter(team=sender.team, as_of=today_of(sender.team, now)).exists():
        return []
    return list(Series.objects.running().filter(team=sender.team).select_related("team").order_by("pk"))
