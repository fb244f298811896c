"""Where the dossiers of the demo lie: tabs for one binder, drawn by chance, on working days only."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from itertools import islice
from random import Random

from dateutil.relativedelta import relativedelta

from crm.team.calendar import WorkCalendar
from followups.dates import EARLY, LATE, MIDDLE, MONTH, Tab

CABINET = Tab(None)
A_DAY = (85, 95)  # dossiers, in a large binder


def working_day(calendar: WorkCalendar, today: date, steps: int) -> date:
    """The working day `steps` after today, before it where negative; 0 is today, even if a rest day."""
    day, step = today, timedelta(days=1 if steps > 0 else -1)
    for _ in range(abs(steps)):
        day += step
        while not calendar.is_working(day):
            day += step
    return day


def horizon(today: date) -> date:
    """The first day that has no day tab any more."""
    first = today.replace(day=1) + relativedelta(months=1)
    return min(first + timedelta(days=today.day - 1), first + relativedelta(months=1))


class Tabs:
    """Draws tabs for one binder."""

    def __init__(self, random: Random, calendar: WorkCalendar, today: date) -> None:
        self.random, self.calendar, self.today = random, calendar, today

    def day(self, day: date) -> Tab:
        """That day; every eighth time with a time of day."""
        if self.random.random() > 0.125:
            return Tab(day)
        return Tab(day, at=time(self.random.randint(9, 16), self.random.randrange(0, 60, 15)))

    def left_behind(self) -> Tab:
        return Tab(working_day(self.calendar, self.today, -self.random.randint(1, 4)))

    def month(self, number: int) -> Tab:
        """The coming month of that number, 1 being the next: as a whole, or a working day in it."""
        first = self.today.replace(day=1) + relativedelta(months=number)
        if self.random.random() < 0.4:
            return Tab(first, MONTH, hint=self.random.choice(("", "", EARLY, MIDDLE, LATE)))
        begin, end = max(first, horizon(self.today)), first + relativedelta(months=1)
        days = [begin + timedelta(days=n) for n in range((end - begin).days)]
        working = [day for day in days if self.calendar.is_working(day)]
        return Tab(self.random.choice(working)) if working else Tab(first, MONTH)

    def months(self, number: int, weights: Sequence[int]) -> list[Tab]:
        """`number` tabs in the coming months, spread like the weights, the next month first."""
        total, tabs, seen = sum(weights), [], 0
        for month, weight in enumerate(weights, start=1):
            upto = number * (seen + weight) // total - number * seen // total
            tabs += [self.month(month) for _ in range(upto)]
            seen += weight
        return tabs

    def coming_days(self, loads: Sequence[int]) -> Iterator[tuple[date, int]]:
        """The working days after today that have a day tab, each with its load."""
        days = self.calendar.working_days_from(self.today + timedelta(days=1))
        return (
            (day, n)
            for day, n in islice(zip(days, loads, strict=False), len(loads))
            if day < horizon(self.today)
        )

    def large(self, number: int, weights: Sequence[int]) -> list[Tab]:
        """`number` tabs: some resting, months and left behind, the others about 90 a day from today on."""
        resting, later, behind = number * 12 // 100, number // 10, number // 100
        tabs = [CABINET] * resting + self.months(later, weights) + [self.left_behind() for _ in range(behind)]
        tabs += islice(self._full_days(), number - len(tabs))
        return tabs

    def _full_days(self) -> Iterator[Tab]:
        yield from (self.day(self.today) for _ in range(self.random.randint(*A_DAY)))
        for day in self.calendar.working_days_from(self.today + timedelta(days=1)):
            yield from (self.day(day) for _ in range(self.random.randint(*A_DAY)))
