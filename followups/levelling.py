"""An overfull day: which dossiers could leave it, where there is room, and how full it would be there."""

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice

from followups.binder import Binder
from followups.board import waiting_slips
from followups.dates import Tab
from followups.models import FollowUp, Slip

SLOTS = 10  # working days that are offered
SPREAD = "spread"
MOST = 500  # dossiers of a day that are listed


def evenly(
    number: int, days: Sequence[date], *, loads: Mapping[date, int], capacity: Callable[[date], int]
) -> list[date]:
    """A day for each of `number` dossiers: always the one that is least full, the earlier of equals. `days` may be
    fuller than they have room for."""
    room = {day: capacity(day) or 1 for day in days}
    heap = [(loads.get(day, 0) / room[day], day, loads.get(day, 0)) for day in days]
    heapq.heapify(heap)
    chosen = []
    for _ in range(number if heap else 0):
        _share, day, load = heap[0]
        chosen.append(day)
        heapq.heapreplace(heap, ((load + 1) / room[day], day, load + 1))
    return sorted(chosen)


def coming_days(binder: Binder, *, without: date | None = None) -> list[date]:
    """The next SLOTS working days of the binder's owner, today included, but for one."""
    coming = binder.calendar.working_days_from(binder.today)
    return list(islice((day for day in coming if day != without), SLOTS))


@dataclass(frozen=True)
class Slot:
    """A day to which dossiers may go: how many lie there, and how many would."""

    day: date
    before: int
    after: int
    capacity: int
    is_next: bool = False

    @property
    def slug(self) -> str:
        return self.day.isoformat()

    @property
    def is_over(self) -> bool:
        return self.after > self.capacity

    @property
    def is_full(self) -> bool:
        return self.after == self.capacity

    @property
    def _scale(self) -> int:
        """What the whole bar stands for: the capacity and a quarter, or more where more would lie there."""
        return max(self.capacity * 5 // 4 + 1, self.after)

    def _percent(self, n: int) -> float:
        return round(100 * n / self._scale, 1)

    @property
    def before_width(self) -> float:
        return self._percent(self.before)

    @property
    def after_width(self) -> float:
        return self._percent(self.after)

    @property
    def full_at(self) -> float:
        return self._percent(self.capacity)


def slot_of(binder: Binder, day: date, coming: int) -> Slot:
    """A day of that binder, with so many more."""
    before, is_next = binder.loads[day], day >= binder.next_month
    return Slot(day, before, before + coming, binder.capacity_on(day), is_next=is_next)


class Backlog:
    """What becomes of `number` dossiers that were left behind: brought under today, or spread over the coming days."""

    def __init__(self, binder: Binder, number: int) -> None:
        self.binder, self.number = binder.whole, number

    @property
    def today(self) -> Slot:
        return slot_of(self.binder, self.binder.today, self.number)

    @cached_property
    def days(self) -> list[date]:
        """The soonest with room: they are late already."""
        return self.binder.spread(self.number)

    @property
    def slots(self) -> list[tuple[Slot, int]]:
        """The days over which they would be spread, and how many would go to each."""
        return [(slot_of(self.binder, day, n), n) for day, n in sorted(Counter(self.days).items())]


@dataclass(frozen=True)
class Pick:
    """A dossier of the day, whether it would leave, and what keeps it if something does: slips that speak up before
    the last day offered."""

    followup: FollowUp
    is_ticked: bool
    slips: tuple[Slip, ...] = ()

    @property
    def is_fixed(self) -> bool:
        """Somebody counts on that day: a time is agreed, or there is a reason to speak up."""
        return self.followup.is_appointment or bool(self.slips)


class Levelling:
    """What relieving one day of a binder would mean.

    ticked: ids of the places that shall leave; None leaves the choice to us: as many as are too many, from the end of
    the working order, without an agreed time and without a slip. to: the slug of one day, or SPREAD.
    """

    def __init__(
        self, binder: Binder, day: date, *, ticked: Collection[int] | None = None, to: str = SPREAD
    ) -> None:
        self.binder, self.day, self._ticked, self.to = binder, day, ticked, to

    @cached_property
    def places(self) -> list[FollowUp]:
        return list(self.binder.dossiers_under(Tab(self.day)).with_dossier()[:MOST])

    @cached_property
    def picks(self) -> list[Pick]:
        slips = waiting_slips(self.places, today=self._last)
        kept = {place.pk: tuple(slips.get(place.customer_id, ())) for place in self.places}
        ticked = self._proposed(kept) if self._ticked is None else set(self._ticked)
        return [Pick(place, place.pk in ticked, kept[place.pk]) for place in self.places]

    @property
    def _last(self) -> date:
        """The last day on which they may come to lie: what speaks up before it, as an offer that ends, keeps them."""
        return max(self.day, self.days[-1] if self.to == SPREAD else date.fromisoformat(self.to))

    def _proposed(self, kept: Mapping[int, tuple[Slip, ...]]) -> set[int]:
        free = (p.pk for p in reversed(self.places) if not p.is_appointment and not kept[p.pk])
        return set(islice(free, self.too_many))

    @property
    def load(self) -> int:
        return self.binder.loads[self.day]

    @property
    def capacity(self) -> int:
        return self.binder.capacity_on(self.day)

    @property
    def too_many(self) -> int:
        return max(self.load - self.capacity, 0)

    @property
    def leaving(self) -> list[FollowUp]:
        return [pick.followup for pick in self.picks if pick.is_ticked]

    @property
    def stay(self) -> int:
        return self.load - len(self.leaving)

    @cached_property
    def days(self) -> list[date]:
        """The working days to which they may go: the coming ones, without the day itself."""
        return coming_days(self.binder, without=self.day)

    @cached_property
    def slots(self) -> list[Slot]:
        """How full each of these days would be if all went there."""
        return [slot_of(self.binder.whole, day, len(self.leaving)) for day in self.days]

    @cached_property
    def spread(self) -> list[date]:
        binder = self.binder.whole
        later = [day for day in self.days if day > binder.today]  # of today nobody knows how much is left
        return evenly(len(self.leaving), later, loads=binder.loads, capacity=binder.capacity_on)

    @property
    def spread_slots(self) -> list[tuple[Slot, int]]:
        """The days over which they would be spread, and how many would go to each."""
        coming = Counter(self.spread)
        return [(slot_of(self.binder.whole, day, n), n) for day, n in sorted(coming.items())]

    @property
    def moves(self) -> Iterable[tuple[FollowUp, Tab]]:
        """Where each would go. An agreed time is that of its day and does not go along. ValueError for no day."""
        is_spread = self.to == SPREAD
        days = self.spread if is_spread else [date.fromisoformat(self.to)] * len(self.leaving)
        return zip(self.leaving, map(Tab, days), strict=True)
