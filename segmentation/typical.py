"""What is kept of a team's typical intervals: enough to draw and to tell them, without reading the purchases again."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime

import numpy as np
from django.db import transaction

from crm.team.models import Team
from segmentation.interval import MOST_GROUPS, SHARES, Curve, Waits, curve, waits, waits_by_group
from segmentation.log import read_log
from segmentation.models import TypicalInterval
from segmentation.quarters import today_of

ALL = ""  # all product groups together
STEPS = 90  # of a curve that are kept besides those at MARKS
MARKS = (7, 14, 28, 60, 90, 180, 365, 730)  # days of which the table tells
DIGITS = 4


@dataclass(frozen=True)
class Kept:
    """A curve with fewer steps: [day, share back, least, most] each, as JSON has them.

    `waits` began and `returns` of them ended; `longest` is the longest of either, in days. `seen` is the median of
    those that ended, which is what one would say without the estimate. `until` has the days by share, exactly.
    """

    waits: int
    returns: int
    longest: int
    ever: float
    seen: int | None
    until: dict[str, int | None]
    steps: list[list]

    @classmethod
    def of(cls, waited: Waits) -> "Kept":
        found = curve(waited)
        longest = int(waited.days.max()) if len(waited) else 0
        seen = int(np.median(waited.days[waited.came_back])) if waited.returns else None
        steps = list(_steps(found, longest))
        return cls(len(waited), waited.returns, longest, found.ever, seen, found.table(), steps)

    def days_until(self, share: float) -> int | None:
        """Days within which one of the SHARES has come back; None if it never has."""
        return self.until[str(share)]

    def by_day(self) -> Iterator[list]:
        """The step in force on each of MARKS that the history reaches."""
        for day in MARKS:
            reached = [step for step in self.steps if step[0] <= day]
            if reached and day <= self.longest:
                yield [day, *reached[-1][1:]]


def _steps(found: Curve, longest: int) -> Iterator[list]:
    """Evenly over the days, and exactly where a share is reached or the table tells of a day."""
    if not len(found.days):
        return
    wanted = np.concatenate([np.linspace(0, longest, STEPS), MARKS])
    places = set(np.searchsorted(found.days, wanted, side="right") - 1)
    places |= {
        int(np.searchsorted(found.days, found.days_until(share))) for share in SHARES if _is_in(found, share)
    }
    for place in sorted(place for place in places if place >= 0):
        shares = (found.back[place], found.low[place], found.high[place])
        yield [int(found.days[place]), *(round(float(share), DIGITS) for share in shares)]


def _is_in(found: Curve, share: float) -> bool:
    return found.days_until(share) is not None


def study(team: Team, *, on: date) -> list[TypicalInterval]:
    """The intervals of the team by what is known that day, unsaved: of all purchases first, then by product group."""
    log = read_log(team, until=on)
    found = {ALL: waits(log)} | waits_by_group(team, log, most=MOST_GROUPS)
    return [
        TypicalInterval(
            team=team,
            product_group=name,
            as_of=on,
            second=asdict(Kept.of(second)),
            later=asdict(Kept.of(later)),
        )
        for name, (second, later) in found.items()
    ]


@transaction.atomic
def keep(team: Team, *, on: date) -> None:
    rows = study(team, on=on)
    TypicalInterval.objects.filter(team=team).delete()
    TypicalInterval.objects.bulk_create(rows)


def keep_all(now: datetime) -> str:
    """The intervals of each team for which a new day has begun since they were last worked out."""
    done = dict(TypicalInterval.objects.filter(product_group=ALL).values_list("team_id", "as_of"))
    days = {team: today_of(team, now) for team in Team.objects.order_by("pk")}
    begun = {team: day for team, day in days.items() if done.get(team.pk) != day}
    for team, day in begun.items():
        keep(team, on=day)
    return f"{len(begun)} teams"


def kept(team: Team, *, on: date) -> dict[str, TypicalInterval]:
    """By product group, what was worked out last; before the first night, what is so now."""
    rows = TypicalInterval.objects.filter(team=team).order_by("product_group")
    return {row.product_group: row for row in rows or study(team, on=on)}
