"""One person's binder seen from outside: its tabs, how full they are, and where there is room."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from dateutil.relativedelta import relativedelta
from django.db.models import Q

from crm.markup import written
from crm.prepared import Blank, Prepared
from crm.team.calendar import WorkCalendar
from crm.team.models import Share, User
from followups.dates import DAY, MONTH, Tab
from followups.models import FollowUp, FollowUpQuerySet

DAY_TABS = 31
MONTH_TABS = 12


@dataclass(frozen=True)
class DayTab:
    """One of the 31 tabs, or of the dates. `day` is None where this month has no such day."""

    number: int
    day: date | None
    load: int = 0
    capacity: int = 0
    is_today: bool = False
    is_next: bool = False
    is_rest: bool = False
    is_open: bool = False
    holiday: str = ""

    @property
    def slug(self) -> str:
        return self.day.isoformat() if self.day else ""

    @property
    def is_over(self) -> bool:
        return self.load > self.capacity and not self.is_rest

    @property
    def look(self) -> str:
        """Its classes on the page: those of the states it is in."""
        states = {
            "today": self.is_today,
            "next": self.is_next,
            "rest": self.is_rest and not self.is_today,
            "over": self.is_over,
        }
        return " ".join(["rb-tab", *(f"rb-tab--{state}" for state, holds in states.items() if holds)])

    @property
    def count(self) -> str:
        """The number on it; none on a rest day under which nothing lies."""
        return str(self.load) if self.load or not self.is_rest else ""

    @property
    def weekday(self) -> str:
        """Two letters, as on the tab."""
        return written(self.day, "D")[:2]

    @property
    def title(self) -> str:
        """In full: "Tuesday 17 November", with the holiday's name."""
        name = written(self.day, "l j F")
        return f"{name} · {self.holiday}" if self.holiday else name

    @property
    def percent(self) -> int:
        """How much of the capacity is taken, 0 to 100."""
        return min(100, self.load * 100 // self.capacity) if self.capacity else 100 * bool(self.load)


@dataclass(frozen=True)
class MonthTab:
    first: date
    load: int
    is_open: bool

    @property
    def name(self) -> str:
        """Without its year on the tab itself: "Jan"."""
        return written(self.first, "M")

    @property
    def title(self) -> str:
        """In full: "January 2027"."""
        return written(self.first, "F Y")

    @property
    def slug(self) -> str:
        return Tab(self.first, MONTH).slug


_counts = Prepared(lambda: FollowUp.objects.of(Blank("owner")).open().counts())


class Binder:
    """The tabs of `owner`, as they stand on his day at the instant `now`; of a split binder, of one share."""

    def __init__(self, owner: User, *, now: datetime, share: Share | None = None) -> None:
        self.owner = owner
        self.share = share
        self.now = now
        self.today = owner.today(now)

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The owner's working days, without those on which he will be away."""
        return self.owner.calendar_from(self.today)

    def capacity_on(self, day: date) -> int:
        """How many dossiers can be worked through on that day: none on a rest day, unless every day is one."""
        is_open = self.calendar.is_working(day) or not self.calendar.working_days
        return self.owner.capacity_on(day) if is_open else 0

    @cached_property
    def whole(self) -> "Binder":
        """With every share: by how full the owner's days are dates are promised, whoever promises them."""
        return Binder(self.owner, now=self.now) if self.share else self

    @cached_property
    def next_month(self) -> date:
        return self.today + relativedelta(months=1, day=1)

    @cached_property
    def horizon(self) -> date:
        """The first day that has no day tab any more and lies behind its month."""
        first = self.today + relativedelta(months=self.owner.tabs or 1, day=1)
        return min(first + timedelta(days=self.today.day - 1), first + relativedelta(months=1))

    @property
    def shows_dates(self) -> bool:
        """Tabs are dates of working days, not the 31 numbers."""
        return bool(self.owner.tabs)

    @property
    def places(self) -> FollowUpQuerySet:
        mine = FollowUp.objects.of(self.owner).open()
        return mine.shared_with(self.share) if self.share else mine

    @cached_property
    def _counts(self) -> list[tuple[date | None, str, int]]:
        return list(self.places.counts()) if self.share else _counts(owner=self.owner.pk)

    @cached_property
    def loads(self) -> Counter[date]:
        """Dossiers behind each day, past days included."""
        return Counter({day: n for day, precision, n in self._counts if day and precision == DAY})

    @cached_property
    def months_whole(self) -> Counter[date]:
        """Dossiers behind each month as a whole, by its first day."""
        return Counter({first: n for first, precision, n in self._counts if precision == MONTH})

    @property
    def total(self) -> int:
        return sum(n for _day, _precision, n in self._counts)

    @property
    def resting(self) -> int:
        return sum(n for day, _precision, n in self._counts if day is None)

    @cached_property
    def left_behind(self) -> int:
        return sum(n for day, n in self.loads.items() if day < self.today)

    @property
    def to_deal_out(self) -> int:
        return sum(n for first, n in self.months_whole.items() if first <= self.today)

    @property
    def tabs_of_next_month(self) -> int:
        """How many of the 31 tabs, from the first, stand for days of next month."""
        return self.today.day - 1

    @property
    def tabs_of_this_month(self) -> int:
        return DAY_TABS - self.tabs_of_next_month

    def day_behind(self, number: int) -> date | None:
        """The day that the tab with this number stands for today."""
        first = self.today.replace(day=1) if number >= self.today.day else self.next_month
        day = first + timedelta(days=number - 1)
        return day if day.month == first.month else None

    def has_day_tab(self, tab: Tab) -> bool:
        """It is a day in sight; others lie behind a month, in the cabinet or among what was left behind."""
        return bool(tab.due_on) and not tab.is_month and self.today <= tab.due_on < self.horizon

    def day_tabs(self, *, opened: Tab) -> list[DayTab]:
        if self.shows_dates:
            return [self._day_tab(day, opened) for day in self._dates(opened)]
        days = [(number, self.day_behind(number)) for number in range(1, DAY_TABS + 1)]
        return [self._day_tab(day, opened) if day else DayTab(number, None) for number, day in days]

    def _dates(self, opened: Tab) -> list[date]:
        """The working days in sight. A rest day has a tab while something lies there, and while it is open."""
        days = (self.today + timedelta(n) for n in range((self.horizon - self.today).days))
        shown = {self.today} if opened.is_month else {self.today, opened.due_on}
        return [day for day in days if day in shown or self.loads[day] or self.calendar.is_working(day)]

    def _day_tab(self, day: date, opened: Tab) -> DayTab:
        calendar = self.calendar
        return DayTab(
            number=day.day,
            day=day,
            load=self.loads[day],
            capacity=self.capacity_on(day),
            is_today=day == self.today,
            is_next=day >= self.next_month,
            is_rest=not calendar.is_working(day),
            is_open=not opened.is_month and day == opened.due_on,
            holiday=calendar.holiday_name(day),
        )

    def month_tabs(self, *, opened: Tab) -> list[MonthTab]:
        """The twelve coming months, and further ones in which something lies."""
        coming = [self.next_month + relativedelta(months=n) for n in range(MONTH_TABS)]
        further = {first for first in self._month_loads if first > coming[-1]}
        return [
            MonthTab(first, self._month_loads[first], is_open=opened.is_month and opened.due_on == first)
            for first in [*coming, *sorted(further)]
        ]

    @cached_property
    def _month_loads(self) -> Counter[date]:
        loads = Counter({first: n for first, n in self.months_whole.items() if first >= self.next_month})
        for day, n in self.loads.items():
            if day >= self.horizon:
                loads[day.replace(day=1)] += n
        return loads

    @property
    def in_months(self) -> int:
        return sum(self._month_loads.values())

    def load_of(self, tab: Tab) -> int:
        if tab.is_cabinet:
            return self.resting
        return self._month_loads[tab.due_on] if tab.is_month else self.loads[tab.due_on]

    def dossiers_under(self, tab: Tab) -> FollowUpQuerySet:
        """What one finds on opening a tab, in working order. A month also holds its days that have no tab yet."""
        mine = self.places
        if tab.is_cabinet:
            return mine.resting().order_by("-opened_at")
        if not tab.is_month:
            return mine.due(on=tab.due_on).in_order()
        after = tab.due_on + relativedelta(months=1)
        days = Q(precision=DAY, due_on__gte=max(tab.due_on, self.horizon), due_on__lt=after)
        whole = Q(precision=MONTH, due_on=tab.due_on)
        return mine.filter(days | whole).order_by(
            "-precision", "due_on", "customer__sort_name", "customer_id"
        )

    def spread(self, number: int) -> list[date]:
        """Days for `number` dossiers: the coming working days, each up to capacity with what lies there already."""
        return list(self._places(number))

    def _places(self, number: int) -> Iterator[date]:
        for day in self.calendar.working_days_from(self.today):
            if number <= 0:
                return
            room = min(max(self.capacity_on(day) - self.loads[day], 0), number)
            yield from [day] * room
            number -= room
