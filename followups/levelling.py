"""An overfull day: which dossiers could leave it, where there is room, and how full it would be there."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
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


def evenly(number: int, days: Sequence[date], *, loads: Mapping[date, int], capacity: int) -> list[date]:
    """A day for each of `number` dossiers: always the one that is least full, the earlier of equals. `days` may be
    fuller than they have room for."""
    heap = [(loads.get(day, 0) / capacity, day, loads.get(day, 0)) for day in days]
    heapq.heapify(heap)
    chosen = []
    for _ in range(number if heap else 0):
        _share, day, load = heap[0]
        chosen.append(day)
        heapq.heapreplace(heap, ((load + 1) / capacity, day, load + 1))
    return sorted(chosen)


def coming_days(binder: Binder, *, without: date | None = None) -> list[date]:
    """The next SLOTS working days of the binder's owner, today included, but for one."""
    coming = binder.owner.calendar.working_days_from(binder.today)
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


@dataclass(frozen=True)
class Pick:
    """A dossier of the day, whether it would leave, and what keeps it if something does."""

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
        slips = waiting_slips(self.places, today=self.day)
        kept = {place.pk: tuple(slips.get(place.customer_id, ())) for place in self.places}
        ticked = self._proposed(kept) if self._ticked is None else set(self._ticked)
        return [Pick(place, place.pk in ticked, kept[place.pk]) for place in self.places]

    def _proposed(self, kept: Mapping[int, tuple[Slip, ...]]) -> set[int]:
        free = (p.pk for p in reversed(self.places) if not p.is_appointment and not kept[p.pk])
        return set(islice(free, self.too_many))

    @property
    def load(self) -> int:
        return self.binder.loads[self.day]

    @property
    def too_many(self) -> int:
        return max(self.load - self.binder.capacity, 0)

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
        return [self._slot(day, self.binder.loads[day] + len(self.leaving)) for day in self.days]

    def _slot(self, day: date, after: int) -> Slot:
        binder = self.binder
        return Slot(day, binder.loads[day], after, binder.capacity, is_next=day >= binder.next_month)

    @cached_property
    def spread(self) -> list[date]:
        return evenly(len(self.leaving), self.days, loads=self.binder.loads, capacity=self.binder.capacity)

    @property
    def spread_slots(self) -> list[tuple[Slot, int]]:
        """The days over which they would be spread, and how many would go to each."""
        coming = Counter(self.spread)
        return [(self._slot(day, self.binder.loads[day] + n), n) for day, n in sorted(coming.items())]

    @property
    def moves(self) -> Iterable[tuple[FollowUp, Tab]]:
        """Where each would go. An agreed time is that of its day and does not go along. ValueError for no day."""
        is_spread = self.to == SPREAD
        days = self.spread if is_spread else [date.fromisoformat(self.to)] * len(self.leaving)
        return zip(self.leaving, map(Tab, days), strict=True)
