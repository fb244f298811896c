"""A month has come: the dossiers behind its tab are dealt out to its days."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property

from dateutil.relativedelta import relativedelta

from crm.team.models import User
from followups.actions import Moved, move_many
from followups.binder import Binder
from followups.dates import EARLY, FIRST_HALF, LATE, MIDDLE, MONTH, SECOND_HALF, Tab
from followups.levelling import Slot, evenly, slot_of
from followups.models import FollowUp, FollowUpQuerySet

PARTS = {
    EARLY: (1, 10),
    MIDDLE: (11, 20),
    LATE: (21, 31),
    FIRST_HALF: (1, 15),
    SECOND_HALF: (16, 31),
}  # days of the month that a hint names, both included
# Thousands are dealt out in one night: of each dossier only what is moved along or shown.
NEEDED = (
    "customer__name", "customer__main_person__name", "owner", "due_on", "precision", "at", "hint", "kind", "plan",
    "version",
)  # fmt: skip


class Deal:
    """Where the dossiers behind one month of a binder would go: by hint, else evenly, never onto rest days.

    wanted: days that somebody chose himself, by the id of the place.
    """

    def __init__(self, binder: Binder, first: date, *, wanted: Mapping[int, date] | None = None) -> None:
        self.binder, self.first, self.wanted = binder, first, dict(wanted or {})

    @property
    def _waiting(self) -> FollowUpQuerySet:
        """Behind this month, and, if it has begun, behind those before it."""
        mine = self.binder.places
        if self.first <= self.binder.today:
            return mine.to_deal_out(today=self.binder.today)
        return mine.filter(precision=MONTH, due_on=self.first)

    @cached_property
    def places(self) -> list[FollowUp]:
        rows = self._waiting.select_related("customer__main_person").only(*NEEDED)
        return list(rows.order_by("customer__sort_name", "customer_id"))

    @cached_property
    def days(self) -> list[date]:
        """The working days of the month that are not over; if there are none, the next working day after them."""
        calendar, begin = self.binder.calendar, max(self.first, self.binder.today)
        after = self.first + relativedelta(months=1)
        days = [begin + timedelta(n) for n in range((after - begin).days)]
        return list(filter(calendar.is_working, days)) or [calendar.next_working(max(after, begin))]

    @cached_property
    def plan(self) -> dict[int, date]:
        """The day of each place, by its id."""
        plan = {place.pk: self.wanted[place.pk] for place in self.places if place.pk in self.wanted}
        loads = self.binder.whole.loads.copy()
        loads.update(plan.values())
        by_hint = defaultdict(list)
        for place in self.places:
            if place.pk not in plan:
                by_hint[place.hint].append(place.pk)
        # Those of whom a part of the month was named have less to choose from.
        for hint in (*PARTS, ""):
            ids = by_hint[hint]
            days = evenly(len(ids), self._days_of(hint), loads=loads, capacity=self.binder.capacity_on)
            loads.update(days)
            plan |= zip(ids, days, strict=True)
        return plan

    def _days_of(self, hint: str) -> list[date]:
        first, last = PARTS.get(hint, (1, 31))
        named = [day for day in self.days if first <= day.day <= last]
        if named or hint == "":
            return named or self.days
        return [self.days[0]] if self.days[0].day > last else [self.days[-1]]

    @property
    def rows(self) -> list[tuple[FollowUp, date]]:
        """Each place with its day, in the order of the days."""
        return sorted(((place, self.plan[place.pk]) for place in self.places), key=lambda row: row[1])

    @cached_property
    def slots(self) -> list[Slot]:
        """How full each day is, and would be."""
        coming = defaultdict(int)
        for day in self.plan.values():
            coming[day] += 1
        return [slot_of(self.binder.whole, day, coming[day]) for day in sorted({*self.days, *coming})]

    @property
    def moves(self) -> Iterator[tuple[FollowUp, Tab]]:
        return ((place, Tab(self.plan[place.pk])) for place in self.places)


def deal_out(deal: Deal, *, by: User | None, now: datetime) -> Moved:
    """Do what the deal proposes. A dossier that somebody has moved meanwhile stays where he put it."""
    return move_many(moves=deal.moves, by=by, now=now, result=FollowUp.Result.DEALT)


def deal_out_all(now: datetime) -> str:
    """Deal out what lies behind months that have begun, from the first working day of the month on, to each his own."""
    behind = FollowUp.objects.open().filter(precision=MONTH, due_on__lte=now.date() + timedelta(1))
    owners = User.objects.filter(pk__in=behind.order_by().values("owner"))
    return f"{sum(_deal_out(owner, now) for owner in owners)} dealt out"


def _deal_out(owner: User, now: datetime) -> int:
    binder = Binder(owner, now=now)
    first = binder.today.replace(day=1)
    if binder.today < owner.calendar.next_working(first):
        return 0
    return len(deal_out(Deal(binder, first), by=None, now=now).placed)
