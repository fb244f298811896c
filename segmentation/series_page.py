"""What the page of one series says: the letters of today, its steps, and the days to come."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property

from django.db.models import Count, Min, Q

from crm.mail.models import IN_HAND, WAITING, Sender, State
from crm.team.models import User
from segmentation.models import Reminder, ReminderLetter, Series, Step
from segmentation.reminding.days import LetterDays
from segmentation.reminding.progress import Progress, progress_of

SENT, WAIT, FAILED, BACK = "sent", "wait", "failed", "back"
PARTS = {
    State.SENT: SENT,
    State.UNKNOWN: FAILED,
    State.FAILED: FAILED,
    State.EXPIRED: BACK,
    State.SUPPRESSED: BACK,
}
DAYS_SHOWN = 6


@dataclass(frozen=True)
class Run:
    """The letters that wait or were settled today, by what became of them.

    It `is_moving` while letters leave; `resumes_at` is when the first of those that wait really leaves, as no
    letter comes at night or on a Sunday; None if none waits.
    """

    parts: dict[str, int]
    is_moving: bool
    resumes_at: datetime | None
    is_paused: bool

    @property
    def total(self) -> int:
        return sum(self.parts.values())

    @property
    def done(self) -> int:
        return self.total - self.parts.get(WAIT, 0)

    @property
    def bars(self) -> list[tuple[str, float, float]]:
        """(part, where it begins, how wide it is), in per cent of all."""
        begin, found = 0.0, []
        for part in (SENT, FAILED, BACK):
            width = 100 * self.parts.get(part, 0) / self.total
            if width:
                found.append((part, f"{begin:.2f}", f"{width:.2f}"))
            begin += width
        return found


def run_of(series: Series, *, user: User, now: datetime) -> Run:
    """Two queries."""
    midnight = datetime.combine(user.today(now), time.min, user.zone)
    today = Q(mail__state__in=(*WAITING, *IN_HAND)) | Q(mail__settled_at__gte=midnight)
    rows = ReminderLetter.objects.filter(today, reminder__series=series).order_by()
    rows = rows.values("mail__state", "mail__country")
    days, parts, first = LetterDays(user.team), {}, []
    for row in rows.annotate(n=Count("pk"), soonest=Min("mail__not_before")):
        part = PARTS.get(row["mail__state"], WAIT)
        parts[part] = parts.get(part, 0) + row["n"]
        if part == WAIT:
            first.append(days.opens(max(row["soonest"], now), row["mail__country"]))
    paused = Sender.objects.filter(team=series.team_id, paused_at__isnull=False).exists()
    soonest = min(first, default=None)
    is_moving = bool(soonest and soonest <= now and not paused)
    return Run(parts, is_moving, soonest, paused)


@dataclass(frozen=True)
class Planned:
    """So many customers get such a letter on that day."""

    day: date
    position: int
    n: int


@dataclass(frozen=True)
class StepFigures:
    step: Step
    queued: int
    to_come: int


class SeriesPage:
    """One series as `user` sees it at the instant `now`."""

    def __init__(self, series: Series, *, user: User, now: datetime) -> None:
        self.series, self.user, self.now = series, user, now
        self.today = user.today(now)

    @cached_property
    def progress(self) -> Progress:
        return progress_of(self.series)

    @cached_property
    def run(self) -> Run:
        return run_of(self.series, user=self.user, now=self.now)

    @cached_property
    def _steps(self) -> list[Step]:
        return list(self.series.steps.select_related("letter").prefetch_related("variants", "letter__texts"))

    @cached_property
    def steps(self) -> list[StepFigures]:
        queued = ReminderLetter.objects.filter(reminder__series=self.series).order_by()
        queued = dict(queued.values_list("step").annotate(n=Count("pk")))
        to_come: dict[int, int] = {}
        for each in self._planned:
            to_come[each.position] = to_come.get(each.position, 0) + each.n
        return [
            StepFigures(step, queued.get(step.pk, 0), to_come.get(step.position, 0)) for step in self._steps
        ]

    @cached_property
    def _planned(self) -> list[Planned]:
        rows = Reminder.objects.filter(series=self.series).going_on().order_by("next_on", "steps_done")
        found = rows.values_list("next_on", "steps_done").annotate(n=Count("pk"))
        return [Planned(max(day, self.today), done + 1, n) for day, done, n in found]

    @property
    def days(self) -> list[tuple[date, list[Planned]]]:
        """The coming days on which letters are planned, the first DAYS_SHOWN of them."""
        by_day: dict[date, list[Planned]] = {}
        for each in self._planned:
            by_day.setdefault(each.day, []).append(each)
        return list(by_day.items())[:DAYS_SHOWN]

    @property
    def planned(self) -> int:
        return sum(each.n for each in self._planned)

    @property
    def more_days(self) -> int:
        return len({each.day for each in self._planned}) - DAYS_SHOWN

    @property
    def stopped(self) -> list[tuple[str, str, int]]:
        """(why, in words, how many), most first."""
        words = dict(Reminder.Stopped.choices)
        found = self.progress.stopped.items()
        return [(why, words[why], n) for why, n in sorted(found, key=lambda pair: -pair[1])]


def mails_waiting(series: Series) -> int:
    """Letters that wait in the outbox and stay back if the series is stopped."""
    return ReminderLetter.objects.filter(reminder__series=series).mails().filter(state__in=WAITING).count()
