"""How long customers take to come back, by the estimate of Kaplan and Meier (1958).

Who has not come back yet counts with the days he has waited so far. The median of those gaps that one has seen,
which is easier to work out, leaves him out and is weeks too short.
"""

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.team.models import Team
from segmentation.log import Flags, Floats, Ints, Log, product_groups

SHARES = (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
TOLD = (0.5, 0.25, 0.1)  # shares that a sentence speaks of, the largest that is reached
Z_95 = 1.959963984540054
ROUNDING = 1e-12
MOST_GROUPS = 20


@dataclass(frozen=True)
class Waits:
    """Days from one purchase to the next, or until now where there is none yet (`came_back` false)."""

    days: Ints
    came_back: Flags

    def __len__(self) -> int:
        return len(self.days)

    @property
    def returns(self) -> int:
        return int(self.came_back.sum())


@dataclass(frozen=True)
class Curve:
    """The share that has come back within so many days, with its 95 % band; a step on each of `days`."""

    days: Ints
    back: Floats
    low: Floats
    high: Floats
    waits: int

    def days_until(self, share: float) -> int | None:
        """Days within which that share has come back; None if it never has."""
        reached = np.flatnonzero(self.back >= share - ROUNDING)
        return int(self.days[reached[0]]) if len(reached) else None

    @property
    def ever(self) -> float:
        """The share that comes back within the longest time seen."""
        return float(self.back[-1]) if len(self.back) else 0.0

    def days_among_returning(self, share: float) -> int | None:
        """Days within which that share *of those who come back at all* has done so."""
        return self.days_until(share * self.ever) if self.ever else None

    def table(self) -> dict[str, int | None]:
        return {str(share): self.days_until(share) for share in SHARES}


@dataclass(frozen=True)
class Intervals:
    """To the second purchase, and from any later one to the next."""

    first_second: Curve
    later: Curve


def waits(log: Log) -> tuple[Waits, Waits]:
    """After each customer's first purchase, and after each later one."""
    index, first = waits_by_purchase(log)
    return _where(index, first), _where(index, ~first)


def waits_by_purchase(log: Log) -> tuple[Waits, Flags]:
    """The wait that each purchase began, and whether it was the customer's first."""
    first = np.ones(len(log), dtype=bool)
    first[1:] = log.who[1:] != log.who[:-1]
    came_back = np.zeros(len(log), dtype=bool)
    came_back[:-1] = ~first[1:]
    ends = np.full(len(log), log.until, dtype=np.int64)
    ends[:-1][came_back[:-1]] = log.day[1:][came_back[:-1]]
    return Waits(ends - log.day, came_back), first


def _where(all_waits: Waits, chosen: Flags) -> Waits:
    return Waits(all_waits.days[chosen], all_waits.came_back[chosen])


def curve(waited: Waits) -> Curve:
    """The estimate, and its band by Greenwood's variance on the scale of log(-log), which stays within 0 and 1."""
    came = np.bincount(waited.days, weights=waited.came_back)
    at_risk = np.bincount(waited.days)[::-1].cumsum()[::-1].astype(float)
    days = np.flatnonzero(came)
    came, at_risk = came[days], at_risk[days]
    away = np.cumprod(1 - came / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(came / (at_risk * (at_risk - came)))) / np.log(away)
        low, high = (1 - away ** np.exp(sign * Z_95 * spread) for sign in (1, -1))
    nobody = away <= 0
    low[nobody], high[nobody] = 1.0, 1.0
    return Curve(days, 1 - away, low, high, len(waited))


def intervals(log: Log) -> Intervals:
    second, later = waits(log)
    return Intervals(curve(second), curve(later))


def intervals_by_group(team: Team, log: Log) -> dict[str, Intervals]:
    """The same for each product group."""
    return {
        name: Intervals(*map(curve, both))
        for name, both in waits_by_group(team, log, most=MOST_GROUPS).items()
    }


def waits_by_group(team: Team, log: Log, *, most: int) -> dict[str, tuple[Waits, Waits]]:
    """What waits() gives, by product group: a wait belongs to the group of the purchase that began it.

    Only the groups bought most often are told of; a purchase without a group belongs to none.
    """
    names, group = product_groups(team, log, most=most)
    index, first = waits_by_purchase(log)
    return {
        name: tuple(_where(index, (group == code) & side) for side in (first, ~first))
        for code, name in enumerate(names)
    }


def sentence(found: Curve) -> str:
    """The curve in words."""
    if not found.ever:
        return _("Nobody has come back yet.")
    told = next((share for share in TOLD if found.days_until(share) is not None), None)
    if told is None:
        return _("Fewer than %(share)s %% have come back so far.") % {"share": round(100 * TOLD[-1])}
    days = found.days_until(told)
    values = {"share": round(100 * told), "days": days}
    words = ngettext(
        "%(share)s %% return within %(days)s day", "%(share)s %% return within %(days)s days", days
    )
    if told == TOLD[0]:
        return f"{words % values}."
    return _("%(returned)s; fewer than half ever do.") % {"returned": words % values}
