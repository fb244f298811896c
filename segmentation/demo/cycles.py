"""A year of a series, as it would have gone with the purchases and talks that there are. Nothing here writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from contacts.models import Customer
from crm.team.models import Team
from segmentation.effect import DAYS
from segmentation.models import Group, Reminder
from segmentation.reminding.days import LetterDays

Stopped = Reminder.Stopped
BACK = 365  # days
GROUPS = (Group.VIP, Group.GROWING)
GAPS = (0, 14, 14)  # days from letter to letter
LEAST_LEAD = 10  # days from a purchase to the next window
# Of 100 of those who bought again in time and of those who did not, so many got no letter: the letters help a
# little. Of whom one does not know yet it is one in five.
HELD_BOUGHT, HELD_NOT, HELD = 0.135, 0.225, 0.2
# What else ends a series, and how often: days after the first letter.
CHANCES = ((Stopped.ANSWERED, 0.05, 1), (Stopped.TAKEN_OUT, 0.02, 0), (Stopped.OPTED_OUT, 0.03, 2))


@dataclass(frozen=True)
class History:
    """What a customer did: `bought` are days with a purchase, `spoke` instants of talks, both rising.

    Of one in the pictures only purchases from the place `first` on began a cycle, and the lot spares him.
    """

    customer: Customer
    lead: int  # days from a purchase to the first day on which the next is expected
    bought: Sequence[date]
    spoke: Sequence[datetime]
    first: int = 0


@dataclass
class Cycle:
    """One reminder; `letters` are the days of those that were written, `stopped` is (when, why) or None."""

    history: History
    cycle: date
    begins_on: date
    enrolled_at: datetime
    group: str
    held_out: bool
    bought_on: date | None
    letters: list[date]
    next_on: date | None
    stopped: tuple[datetime, str] | None

    @property
    def customer(self) -> Customer:
        return self.history.customer


class Year:
    """The cycles of a team until the instant `now`."""

    def __init__(self, team: Team, random: Random, *, now: datetime, vip_from: int) -> None:
        self.team, self.random, self.now, self.vip_from = team, random, now, vip_from
        self.zone, self.days = ZoneInfo(team.time_zone), LetterDays(team)
        self.today = now.astimezone(self.zone).date()

    def cycles(self, histories: Sequence[History]) -> Iterator[Cycle]:
        for history in histories:
            for n in range(history.first, len(history.bought)):
                following = history.bought[n + 1] if n + 1 < len(history.bought) else None
                if found := self._cycle(history, history.bought[n], following, purchases=n + 1):
                    yield found

    def _cycle(
        self, history: History, cycle: date, following: date | None, *, purchases: int
    ) -> Cycle | None:
        enrolled = cycle + timedelta(history.lead)
        begins = self._day(enrolled, history, after=True)
        group = self._group(purchases)
        reached = self.today - timedelta(BACK) <= begins and enrolled <= self.today and group in GROUPS
        if not reached or (following and following <= begins):
            return None
        enrolled_at = self._at(enrolled, time(5, 10))
        if enrolled_at > self.now:
            return None
        found = Cycle(
            history, cycle, begins, enrolled_at, group, self._is_held_out(begins, following) and not history.first,
            following, letters=[], next_on=None, stopped=None,
        )  # fmt: skip
        if not found.held_out:
            self._write(found)
        return found

    def _day(self, day: date, history: History, *, after: bool = False) -> date:
        first = self.days.after_day if after else self.days.from_day
        return first(day, history.customer.country)

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)

    def _group(self, purchases: int) -> str:
        if purchases == 1:
            return Group.BEGINNER
        return Group.VIP if purchases >= self.vip_from else Group.GROWING

    def _is_held_out(self, begins: date, following: date | None) -> bool:
        if begins + timedelta(DAYS) > self.today:
            chance = HELD
        else:
            chance = HELD_BOUGHT if following and (following - begins).days <= DAYS else HELD_NOT
        return self.random.random() < chance

    def _write(self, found: Cycle) -> None:
        """Its letters until something ends them or they are still to come."""
        found.stopped = self._end(found)
        day = found.begins_on
        for n, gap in enumerate(GAPS):
            day = self._day(day + timedelta(gap), found.history) if n else day
            if found.stopped and found.stopped[0] <= self._at(day, time(8)):
                found.next_on = day
                return
            if self._at(day, time(8)) > self.now:
                found.next_on = day
                return
            found.letters.append(day)
        if not found.stopped and self._at(day, time(8, 20)) < self.now:
            found.stopped = (self._at(day, time(8, 20)), Stopped.OVER)

    def _end(self, found: Cycle) -> tuple[datetime, str] | None:
        """The first of what ends letters, if it has come by now."""
        # Who opted out and bought all the same would get no letters in later cycles.
        chances = [each for each in CHANCES if each[0] != Stopped.OPTED_OUT or not found.bought_on]
        drawn = [(why, days) for why, chance, days in chances if self.random.random() < chance]
        ends = [(self._at(found.begins_on + timedelta(days), time(11, 20)), why) for why, days in drawn]
        if found.bought_on:
            ends.append((self._at(found.bought_on, time(9, 40)), Stopped.BOUGHT))
        spoke = next((each for each in found.history.spoke if each >= found.enrolled_at), None)
        if spoke:
            ends.append((spoke, Stopped.SPOKEN_TO))
        over = found.begins_on + timedelta(sum(GAPS) + 4)
        passed = [end for end in ends if end[0] <= min(self.now, self._at(over, time(12)))]
        return min(passed, default=None)
