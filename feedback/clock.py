"""The service clock: it runs in the team's working hours only, and stands still while the customer is waited for."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from crm.team.calendar import WorkCalendar

Span = tuple[datetime, datetime]  # its first instant, and the first one after it
ZERO, MINUTE, DAY = timedelta(), timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """When a team works: on the days of its calendar, from `opens_at` to `closes_at` by the clocks of its zone.

    Durations are of real time: a working day in which the clocks are changed is an hour shorter or longer. Its work
    begins when the clock first shows `opens_at` or later, and ends when it first shows `closes_at` or later.
    """

    calendar: WorkCalendar
    opens_at: time
    closes_at: time
    zone: ZoneInfo

    def worked(self, since: datetime, until: datetime, *, pauses: Iterable[Span] = ()) -> timedelta:
        """Working time from one instant to another, without the pauses; nought if the second is the earlier."""
        since, until = since.astimezone(UTC), until.astimezone(UTC)
        still = ((max(since, begins), min(until, ends)) for begins, ends in _merged(pauses))
        return self._worked(since, until) - sum((self._worked(*pause) for pause in still), ZERO)

    def due(self, since: datetime, within: timedelta, *, pauses: Iterable[Span] = ()) -> datetime:
        """The first instant at which `within` of working time has passed since another, the pauses left out.

        For a team that never works, `within` of real time later.
        """
        at, left = since.astimezone(UTC), within
        for begins, ends in _merged(pauses):
            if ends > at:
                before = self._worked(at, begins)
                if before >= left:
                    break
                at, left = ends, left - before
        found = self._due(at, left)
        return since.astimezone(UTC) + within if found is None else found

    @property
    def day(self) -> timedelta:
        """How long a working day is."""
        start, end = (datetime.combine(date.min, at) for at in (self.opens_at, self.closes_at))
        return end - start

    def _worked(self, since: datetime, until: datetime) -> timedelta:
        if until <= since:
            return ZERO
        first, last = self._year(since), self._year(until)
        whole = sum((_year(self, year).total for year in range(first.number, last.number)), ZERO)
        return whole + last.passed(until) - first.passed(since)

    def _due(self, since: datetime, within: timedelta) -> datetime | None:
        year = self._year(since)
        left = within + year.passed(since)
        while within and left > year.total:
            left -= year.total
            year = _year(self, year.number + 1)
            if not year.total:
                return None
        return year.reaches(left) if within else since

    def _year(self, at: datetime) -> "_Year":
        return _year(self, at.astimezone(self.zone).year)

    def days(self, year: int) -> Iterator[Span]:
        """The working hours of a year, a day each."""
        first = date(year, 1, 1)
        for n in range((date(year + 1, 1, 1) - first).days):
            if self.calendar.is_working(day := first + n * DAY):
                yield self._instant(day, self.opens_at), self._instant(day, self.closes_at)

    def _instant(self, day: date, at: time) -> datetime:
        told = datetime.combine(day, at)
        once, again = (told.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if once <= again:
            return once
        # The clocks leap over it.
        while again.astimezone(self.zone).replace(tzinfo=None) < told:
            again += MINUTE
        return again.replace(second=0, microsecond=0)


@dataclass(frozen=True)
class _Year:
    """A year's working hours: of each day its beginning and end, and how much was worked before it."""

    number: int
    starts: list[datetime]
    ends: list[datetime]
    before: list[timedelta]  # one more: all of it

    @property
    def total(self) -> timedelta:
        return self.before[-1]

    def passed(self, at: datetime) -> timedelta:
        """What was worked until that instant."""
        n = bisect_right(self.starts, at)
        return self.before[n - 1] + (min(at, self.ends[n - 1]) - self.starts[n - 1]) if n else ZERO

    def reaches(self, worked: timedelta) -> datetime:
        """The first instant until which so much was worked; more than nought, and at most all of it."""
        n = bisect_left(self.before, worked) - 1
        return self.starts[n] + worked - self.before[n]


@lru_cache(maxsize=256)
def _year(hours: Hours, number: int) -> _Year:
    spans = list(hours.days(number))
    before = accumulate((end - start for start, end in spans), initial=ZERO)
    return _Year(number, [start for start, _ in spans], [end for _, end in spans], list(before))


def _merged(spans: Iterable[Span]) -> list[Span]:
    """In their order and in UTC, those that touch or overlap as one."""
    merged: list[Span] = []
    # Within another zone Python adds and compares what its clocks show, not real time.
    for begins, ends in sorted((begins.astimezone(UTC), ends.astimezone(UTC)) for begins, ends in spans):
        if merged and begins <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(ends, merged[-1][1])
        else:
            merged.append((begins, ends))
    return merged
