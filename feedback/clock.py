"""The service clock: it runs in the team's working hours only, and stands still while the customer is waited for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.team.calendar import SEARCH_DAYS, WorkCalendar

Span = tuple[datetime, datetime]  # its first instant, and the first one after it
ZERO, DAY = timedelta(), timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """When a team works: on the days of its calendar, from `opens_at` to `closes_at` by the clocks of its zone.

    Durations are of real time: a working day in which the clocks are changed is an hour shorter or longer.
    """

    calendar: WorkCalendar
    opens_at: time
    closes_at: time
    zone: ZoneInfo

    def worked(self, since: datetime, until: datetime, *, pauses: Iterable[Span] = ()) -> timedelta:
        """Working time from one instant to another, without the pauses; nought if the second is the earlier."""
        return sum((end - start for start, end in self._spans(since, until, pauses)), ZERO)

    def due(self, since: datetime, within: timedelta, *, pauses: Iterable[Span] = ()) -> datetime:
        """When `within` of working time will have passed since an instant, the pauses left out.

        For a team that never works, `within` of real time later.
        """
        left = within
        for start, end in self._without(self._days(since), pauses):
            if left <= end - start:
                return start + left
            left -= end - start
        return since + within

    @property
    def day(self) -> timedelta:
        """How long a working day is."""
        start, end = (datetime.combine(date.min, at) for at in (self.opens_at, self.closes_at))
        return end - start

    def _spans(self, since: datetime, until: datetime, pauses: Iterable[Span]) -> Iterator[Span]:
        for start, end in self._without(self._days(since), pauses):
            if start >= until:
                return
            yield start, min(end, until)

    def _days(self, since: datetime) -> Iterator[Span]:
        """The working hours from an instant on, a day each, without end; none for a team that never works."""
        day = self._next(since.astimezone(self.zone).date())
        while day:
            start, end = self._instant(day, self.opens_at), self._instant(day, self.closes_at)
            if end > since:
                yield max(start, since), end
            day = self._next(day + DAY)

    def _next(self, day: date) -> date | None:
        days = (day + n * DAY for n in range(SEARCH_DAYS))
        return next(filter(self.calendar.is_working, days), None)

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    @staticmethod
    def _without(spans: Iterator[Span], pauses: Iterable[Span]) -> Iterator[Span]:
        taken = sorted(pauses)
        for start, end in spans:
            for begins, ends in taken:
                if begins < end and ends > start:
                    if begins > start:
                        yield start, begins
                    start = max(start, min(ends, end))
            if start < end:
                yield start, end
