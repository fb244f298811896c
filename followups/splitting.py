"""A binder in several hands: who would get which dossiers, and how full their days would be."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Count

from crm.team.models import Absence, User
from followups.dates import DAY
from followups.models import FollowUp, FollowUpQuerySet

LISTED = 200  # dossiers for which another colleague can be chosen
DAYS = 10  # working days of which the load is shown


@dataclass(frozen=True)
class Cell:
    """One day of one colleague: how many lie there, and how many there would be to work through."""

    day: date
    before: int
    after: int
    capacity: int
    is_away: bool

    @property
    def is_over(self) -> bool:
        return self.after > max(self.before, self.capacity)

    @property
    def heat(self) -> int:
        """From 0, hardly anything, to 4, full."""
        return min(4, self.after * 4 // self.capacity)


class Splitting:
    """What splitting a binder among `helpers` would mean.

    absence: whose days are shared out; what lies on others stays together, with one who keeps the rest. None: all of
    it, for good. wanted: the id of the colleague chosen for a place, by the id of the place.
    """

    def __init__(
        self,
        owner: User,
        *,
        helpers: Iterable[User],
        absence: Absence | None,
        now: datetime,
        wanted: Mapping[int, int] | None = None,
    ) -> None:
        self.owner, self.helpers, self.absence, self.now = owner, list(helpers), absence, now
        self.today, self.wanted = owner.today(now), dict(wanted or {})

    @property
    def first(self) -> date:
        """The first day that is shared out; if it is today, what was left behind is worked through on it, too."""
        return max(self.today, self.absence.starts_on) if self.absence else self.today

    @property
    def _since(self) -> date:
        """From which tab on dossiers count: what lies before an absence to come is worked through before."""
        return self.first if self.first > self.today else date.min

    @cached_property
    def days(self) -> list[date]:
        """The owner's working days that are shown."""
        last = self.absence.ends_on if self.absence else self.first + timedelta(4 * DAYS)
        span = (self.first + timedelta(n) for n in range((last - self.first).days + 1))
        return [day for day in span if self.owner.calendar.is_working(day)][:DAYS]

    @property
    def _all(self) -> FollowUpQuerySet:
        return FollowUp.objects.of(self.owner).open()

    @cached_property
    def places(self) -> list[FollowUp]:
        """What is shared out, in the order of its days; what has no date comes last."""
        mine = self._all
        if self.absence:
            mine = mine.filter(precision=DAY, due_on__range=(self._since, self.absence.ends_on))
        order = ("precision", "due_on", "at", "customer__sort_name", "pk")
        rows = mine.select_related("customer").defer("customer__search_text").order_by(*order)
        return sorted(rows, key=lambda place: place.due_on is None)

    @cached_property
    def rest(self) -> int:
        """How many lie on other days than those of the absence."""
        return self._all.count() - len(self.places) if self.absence else 0

    @cached_property
    def _loads(self) -> dict[int, Counter[date]]:
        """Dossiers of each helper by day; what he has left behind today lies under today."""
        loads: dict[int, Counter[date]] = {user.pk: Counter() for user in self.helpers}
        rows = FollowUp.objects.open().filter(owner__in=self.helpers, precision=DAY, due_on__gte=self._since)
        counted = rows.order_by().values_list("owner_id", "due_on").annotate(n=Count("*"))
        for owner, day, n in counted:
            loads[owner][max(day, self.first)] += n
        return loads

    @cached_property
    def _away(self) -> dict[int, list[Absence]]:
        away: dict[int, list[Absence]] = {user.pk: [] for user in self.helpers}
        for absence in Absence.objects.not_over(on=self.first).filter(user__in=self.helpers):
            away[absence.user_id].append(absence)
        return away

    def _is_away(self, user: User, day: date) -> bool:
        return any(absence.starts_on <= day <= absence.ends_on for absence in self._away[user.pk])

    def day_of(self, place: FollowUp) -> date | None:
        """Under which day it is worked through; None for a month and the cabinet."""
        is_dated = place.due_on is not None and place.precision == DAY
        return max(place.due_on, self.first) if is_dated else None

    @cached_property
    def plan(self) -> dict[int, User]:
        """Who gets each place, by its id: who was chosen, else whose day, then whose pile, is the least full."""
        by_pk = {user.pk: user for user in self.helpers}
        plan: dict[int, User] = {}
        for place in self.places:
            chosen = by_pk.get(self.wanted.get(place.pk, 0)) or self._emptiest(self.day_of(place))
            plan[place.pk] = chosen
            self._note(chosen, self.day_of(place))
        return plan

    @cached_property
    def _given(self) -> dict[int, Counter[date | None]]:
        return {user.pk: Counter() for user in self.helpers}

    @cached_property
    def _piles(self) -> Counter[int]:
        return Counter()

    def _note(self, user: User, day: date | None) -> None:
        self._given[user.pk][day] += 1
        self._piles[user.pk] += 1

    def _emptiest(self, day: date | None) -> User:
        there = [user for user in self.helpers if not (day and self._is_away(user, day))] or self.helpers
        return min(there, key=lambda user: (self._share(user, day), self._piles[user.pk] / user.capacity))

    def _share(self, user: User, day: date | None) -> float:
        """How full the day would be with one more, in parts of the capacity; nothing is known without a day."""
        if day is None:
            return 0.0
        return (self._loads[user.pk][day] + self._given[user.pk][day] + 1) / user.capacity_on(day)

    @property
    def rows(self) -> list[tuple[FollowUp, User]]:
        """The dossiers for which somebody else can be chosen, each with who would get it."""
        return [(place, self.plan[place.pk]) for place in self.places[:LISTED]]

    @property
    def not_listed(self) -> int:
        return max(len(self.places) - LISTED, 0)

    @property
    def table(self) -> list[tuple[User, int, list[Cell]]]:
        """Each helper with how many dossiers he would get, and his days before and after."""
        counted = Counter(user.pk for user in self.plan.values())
        return [
            (user, counted[user.pk], [self._cell(user, day) for day in self.days]) for user in self.helpers
        ]

    def _cell(self, user: User, day: date) -> Cell:
        before = self._loads[user.pk][day]
        return Cell(
            day, before, before + self._given[user.pk][day], user.capacity_on(day), self._is_away(user, day)
        )

    @property
    def keeper(self) -> User:
        """Who would keep the rest: the stand-in if he is among them, else who is given the least for his capacity."""
        stand_in = self.absence.stand_in_id if self.absence else None
        counted = Counter(user.pk for user in self.plan.values())
        return min(self.helpers, key=lambda user: (user.pk != stand_in, counted[user.pk] / user.capacity))
