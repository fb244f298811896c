"""A second service clock, to compare the first with: it looks at every minute and knows nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

import holidays

from crm.team.calendar import WorkCalendar

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Minutes:
    """The same words as Hours; instants are of whole minutes."""

    calendar: WorkCalendar
    opens_at: time
    closes_at: time
    zone: ZoneInfo

    def worked(self, since: datetime, until: datetime, *, pauses=()) -> timedelta:
        return sum(at < until for at in self._minutes(since, pauses, until)) * MINUTE

    def due(self, since: datetime, within: timedelta, *, pauses=()) -> datetime:
        if not self.calendar.working_days:
            return since + within
        return next(islice(self._minutes(since, pauses), within // MINUTE - 1, None)) + MINUTE

    def _minutes(self, since: datetime, pauses, until: datetime | None = None) -> Iterator[datetime]:
        """Every minute of work from an instant on that lies in no pause."""
        day = since.astimezone(self.zone).date()
        while until is None or day <= until.astimezone(self.zone).date():
            for at in self._open_on(day):
                if at >= since and not any(begins <= at < ends for begins, ends in pauses):
                    yield at
            day += timedelta(days=1)

    def _open_on(self, day: date) -> list[datetime]:
        key = self.calendar.region, self.calendar.working_days, self.opens_at, self.closes_at, self.zone.key
        return _open_on(*key, day)


@cache
def _holidays(region: str) -> holidays.HolidayBase:
    return holidays.country_holidays("DE", subdiv=region or None)


@cache
def _open_on(region: str, days: str, opens: time, closes: time, zone: str, day: date) -> list[datetime]:
    """Every minute of that day's work: from the one at which the clock first shows `opens` or a later time, to the
    one at which it first shows `closes` or a later one."""
    if str(day.isoweekday()) not in days or day in _holidays(region):
        return []
    today = _minutes_of(zone, day)
    first = next((n for n, (_, local) in enumerate(today) if local >= opens), len(today))
    last = next((n for n, (_, local) in enumerate(today) if local >= closes), len(today))
    return [at for at, _ in today[first:last]]


@lru_cache
def _minutes_of(zone: str, day: date) -> list[tuple[datetime, time]]:
    """Every minute of a day, and what the clock shows then."""
    there = ZoneInfo(zone)
    before = datetime.combine(day, time(), tzinfo=there).astimezone(UTC) - timedelta(hours=3)
    minutes = [before + n * MINUTE for n in range(30 * 60)]
    shown = [(at, at.astimezone(there)) for at in minutes]
    return [(at, local.time()) for at, local in shown if local.date() == day]
