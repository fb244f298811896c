"""Looking back at a day, a week or a month of one binder, counted from where its dossiers lay."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q

from contacts.models import Entry
from crm.team.models import Absence, User
from followups.dates import Tab
from followups.meanwhile import instants
from followups.models import FollowUp, FollowUpQuerySet, LeftBehind
from followups.periods import DAY, MONTH, WEEK, Period

Outcome = Entry.Outcome
TALKS = Entry.TALKS
HIDES_A_NO = 3  # moves in a row
TREND = 30  # days
NEAR = timedelta(days=14)


def moves_in_a_row(left: FollowUpQuerySet) -> Counter[int]:
    """Of these places that were left, how many were moves without a talk after them, by customer."""
    talk = left.filter(customer=OuterRef("customer"), closed_at__gt=OuterRef("closed_at"), result__in=TALKS)
    moves = left.filter(~Exists(talk), result=FollowUp.Result.MOVED).order_by()
    return Counter(dict(moves.values_list("customer").annotate(n=Count("pk"))))


class Lay(NamedTuple):
    """One place where a dossier lay, as far as days are counted."""

    owner_id: int
    customer_id: int
    due_on: date | None
    precision: str
    opened_at: datetime
    opened_by_id: int | None
    closed_at: datetime | None
    result: str
    next_on: date | None
    next_precision: str | None


def lays(users: Iterable[User], *, start: datetime, end: datetime) -> dict[int, list[Lay]]:
    """By owner, all that was closed from `start` on or is open, and was there before `end`. One query."""
    rows = FollowUp.objects.filter(owner__in=users, opened_at__lt=end)
    # Two conditions with an index each, rather than one on a history of years.
    rows = rows.filter(
        Q(closed_at__gte=start) | Q(closed_at__isnull=True, due_on__lt=end.date() + timedelta(1))
    )
    found: dict[int, list[Lay]] = {user.pk: [] for user in users}
    fields = (
        "owner_id", "customer_id", "due_on", "precision", "opened_at", "opened_by_id", "closed_at",
        "result", "next__due_on", "next__precision",
    )  # fmt: skip
    for row in rows.order_by("closed_at", "pk").values_list(*fields):
        found[row[0]].append(Lay(*row))
    return found


@dataclass
class Tally:
    """What became of one day. `planned` lay on the board in the morning, `behind` of them from earlier days; `stayed`
    still at night."""

    day: date
    planned: int = 0
    behind: int = 0
    done: int = 0
    missed: int = 0
    moved: int = 0
    stayed: int = 0


class Days:
    """The days of one person in a period, as far as they have come."""

    def __init__(self, user: User, period: Period, rows: list[Lay], *, today: date) -> None:
        self.user, self.period, self.rows, self.today = user, period, rows, today
        self._zone = user.zone

    def _day_of(self, instant: datetime | None) -> date | None:
        return instant and instant.astimezone(self._zone).date()

    @cached_property
    def closed(self) -> list[tuple[date, Lay]]:
        """What was closed in the period, with its day."""
        first, last = self.period.first, self.period.last
        dated = ((self._day_of(row.closed_at), row) for row in self.rows)
        return [(day, row) for day, row in dated if day and first <= day <= last]

    @cached_property
    def tallies(self) -> list[Tally]:
        tallies = {day: Tally(day) for day in self.period.days(until=self.today)}
        for row in self.rows:
            self._plan(row, tallies)
        for day, row in self.closed:
            if tally := tallies.get(day):
                tally.done += row.result in TALKS
                tally.missed += row.result == Outcome.MISSED
                tally.moved += row.result == FollowUp.Result.MOVED
        return list(tallies.values())

    def _plan(self, row: Lay, tallies: dict[date, Tally]) -> None:
        """It was planned for every day on whose morning it lay there."""
        if row.due_on is None or row.precision != FollowUp.Precision.DAY:
            return
        closed = self._day_of(row.closed_at)
        # What the product itself puts there, it puts before the morning.
        since = self._day_of(row.opened_at) + timedelta(row.opened_by_id is not None)
        day = max(row.due_on, since, self.period.first)
        while day in tallies and (closed is None or day <= closed):
            tallies[day].planned += 1
            tallies[day].behind += day > row.due_on
            tallies[day].stayed += closed is None or closed > day
            day += timedelta(1)

    @property
    def shown(self) -> list[Tally]:
        """Working days, and others on which something was done."""
        calendar = self.user.calendar
        return [t for t in self.tallies if calendar.is_working(t.day) or t.done or t.missed or t.moved]

    def _sum(self, what: str) -> int:
        return sum(getattr(tally, what) for tally in self.tallies)

    @property
    def done(self) -> int:
        return self._sum("done")

    @property
    def missed(self) -> int:
        return self._sum("missed")

    @property
    def moved(self) -> int:
        return self._sum("moved")

    @property
    def planned(self) -> int:
        """Of a day. Of several, a dossier that stays would count again and again."""
        return self.tallies[0].planned if self.tallies else 0

    @property
    def behind(self) -> int:
        """Of those, how many had been left behind."""
        return self.tallies[0].behind if self.tallies else 0

    @property
    def stayed(self) -> int:
        """On the evening of the last day, or now."""
        return self.tallies[-1].stayed if self.tallies else 0

    @property
    def results(self) -> list[tuple[str, int]]:
        """(outcome in words, how many) in the order of the result slip."""
        found = Counter(row.result for _day, row in self.closed)
        return [(label, found[key]) for key, label in Outcome.choices if found[key]]

    @property
    def new_dates(self) -> list[tuple[Tab, int]]:
        """Where those went with whom was spoken, or was to be: the tab and how many: days, months, the cabinet.

        Of several days, what is far off by months: its days would be as many as the dossiers.
        """
        went = Counter(self._went_to(row) for _day, row in self.closed if row.result in Outcome.values)
        return sorted(went.items(), key=lambda item: (not item[0].due_on, item[0].is_month, item[0].due_on))

    def _went_to(self, row: Lay) -> Tab:
        far = {DAY: date.max, WEEK: self.period.last + NEAR, MONTH: date.min}[self.period.span]
        if row.next_on and row.next_on > far:
            return Tab(row.next_on.replace(day=1), FollowUp.Precision.MONTH)
        return Tab(row.next_on, row.next_precision or FollowUp.Precision.DAY)


class Put(NamedTuple):
    """A dossier that was moved or not reached: how often in the period, and how many moves in a row by its end.

    place: where it lies now.
    """

    place: FollowUp
    times: int
    streak: int

    @property
    def name(self) -> str:
        return self.place.customer.name

    @property
    def hides_a_no(self) -> bool:
        return self.streak >= HIDES_A_NO


class LookBack:
    """One person's look back, as far as the period has come at the instant `now`."""

    def __init__(self, user: User, period: Period, *, now: datetime) -> None:
        self.user, self.period, self.now = user, period, now
        self.today = user.today(now)
        self.start, self.end = instants(user, period.first, period.last)

    @cached_property
    def days(self) -> Days:
        rows = lays([self.user], start=self.start, end=self.end)[self.user.pk]
        return Days(self.user, self.period, rows, today=self.today)

    @property
    def is_day(self) -> bool:
        return self.period.span == DAY

    @property
    def is_today(self) -> bool:
        return self.is_day and self.period.first == self.today

    @cached_property
    def _streaks(self) -> Counter[int]:
        """Moves in a row by the end of the period, without a talk between them, by customer."""
        ids = {row.customer_id for _day, row in self.days.closed if row.result == FollowUp.Result.MOVED}
        return moves_in_a_row(FollowUp.objects.filter(customer__in=ids, closed_at__lt=self.end))

    @cached_property
    def _places(self) -> dict[int, FollowUp]:
        """Where the dossiers of the lists lie now."""
        results = (FollowUp.Result.MOVED, Outcome.MISSED)
        told = {row.customer_id for _day, row in self.days.closed if row.result in results}
        places = FollowUp.objects.open().filter(customer__in=told).select_related("customer")
        return {place.customer_id: place for place in places.defer("customer__search_text")}

    def _put(self, result: str) -> list[Put]:
        times = Counter(row.customer_id for _day, row in self.days.closed if row.result == result)
        places = ((self._places[pk], n) for pk, n in times.items() if pk in self._places)
        found = [Put(place, n, self._streaks[place.customer_id]) for place, n in places]
        return sorted(found, key=lambda put: (-put.streak, -put.times, put.name))

    def _named(self, puts: list[Put]) -> list[Put]:
        """Of several days, those to which it happened again."""
        return puts if self.is_day else [put for put in puts if put.times > 1 or put.streak > 1]

    @cached_property
    def moved(self) -> list[Put]:
        """Those moved most often in a row first."""
        return self._named(self._put(FollowUp.Result.MOVED))

    @property
    def hidden(self) -> list[Put]:
        """Moved so often in a row that it may be a no."""
        return [put for put in self.moved if put.hides_a_no]

    @cached_property
    def missed(self) -> list[Put]:
        return self._named(self._put(Outcome.MISSED))

    @property
    def promised_on(self) -> date:
        """The next working day after the period."""
        return self.user.calendar.next_working(self.period.last, after=True)

    @property
    def room(self) -> int:
        """How many dossiers that day can hold."""
        return self.user.capacity_on(self.promised_on)

    @cached_property
    def promises(self) -> list[FollowUp]:
        """What lies behind the next working day already."""
        mine = FollowUp.objects.of(self.user).open().due(on=self.promised_on).in_order()
        return list(mine.select_related("customer").defer("customer__search_text"))

    @cached_property
    def for_others(self) -> list[tuple[str, int]]:
        """Whose dossiers were worked in as stand-in, and how many."""
        lent = Absence.objects.looked_after_by(self.user).filter(
            starts_on__lte=self.period.last, ends_on__gte=self.period.first
        )
        rows = FollowUp.objects.filter(
            owner__in=lent.values("user"),
            closed_by=self.user,
            closed_at__gte=self.start,
            closed_at__lt=self.end,
        )
        return list(
            rows.order_by().values_list("owner__name").annotate(n=Count("pk")).order_by("owner__name")
        )

    @cached_property
    def trend(self) -> "Trend":
        last = min(self.period.last, self.today)
        return Trend.of([self.user], last=last)[self.user.pk]


class Trend:
    """How many dossiers were left behind at the end of each of the last days: (day, number), where it was counted."""

    def __init__(self, points: list[tuple[date, int]], *, last: date) -> None:
        self.points, self.last = points, last

    @classmethod
    def of(cls, users: Iterable[User], *, last: date) -> "dict[int, Trend]":
        """By user id, in one query."""
        points: dict[int, list[tuple[date, int]]] = {user.pk: [] for user in users}
        rows = LeftBehind.objects.filter(user__in=users, day__gt=last - timedelta(TREND), day__lte=last)
        for user, day, n in rows.order_by("day").values_list("user_id", "day", "number"):
            points[user].append((day, n))
        return {pk: cls(found, last=last) for pk, found in points.items()}

    @property
    def most(self) -> int:
        return max((n for _day, n in self.points), default=0)

    @property
    def latest(self) -> int:
        return self.points[-1][1] if self.points else 0

    @property
    def columns(self) -> list[tuple[date, int, int, int]]:
        """(day, number, x, height) of each column: 8 wide, 60 high at most."""
        first = self.last - timedelta(TREND - 1)
        scale = max(self.most, 1)
        return [(day, n, (day - first).days * 10, round(n * 60 / scale)) for day, n in self.points]
