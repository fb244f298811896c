"""What to expect of each customer: the usual interval, a window for the next purchase, and two chances.

Learning looks only at what was known on the log's last day: the cases are the team's customers on the weekly
days of the last 26 weeks whose outcome is known by then. Of the kinds of chances.py that one is taken which told
the last weeks best when it had learnt from the weeks before.
"""

from dataclasses import dataclass, field

import numpy as np

from segmentation.chances import KINDS, Chances, learn_chances
from segmentation.log import Flags, Floats, Ints, Log
from segmentation.reasons import Missing
from segmentation.standing import Rhythm, Standing, rhythm_of, standing

SOON, MONTH = 14, 28  # days
WEEK, WEEKS = 7, 26
MOST_CASES, MOST_CASES_TRIED = 80_000, 30_000
TRIED_WEEKS = 6  # on which the kinds are compared
SETTLING = 28  # days of a history before its first case: until then everybody is new
FEWEST_WEEKS, FEWEST_BUYERS = 8, 50
LEAST = 1e-6


@dataclass(frozen=True)
class Week:
    """How one day's expectations came true: buyers expected within two weeks, and those who bought."""

    on: int
    expected: float
    observed: int


@dataclass(frozen=True)
class Learnt:
    """What is expected by; `chances` by number of days, empty while something is missing."""

    until: int
    rhythm: Rhythm | None
    missing: Missing
    kind: str = ""
    chances: dict[int, Chances] = field(default_factory=dict)
    weeks: tuple[Week, ...] = ()


@dataclass(frozen=True)
class Expected:
    """One entry per customer. Windows and due days are ordinals; chances are NaN where they cannot be told."""

    customers: Ints
    purchases: Ints
    usual: Ints
    window_from: Ints
    window_to: Ints
    due: Ints
    soon: Floats
    month: Floats
    cases: Ints


@dataclass(frozen=True)
class Cases:
    """Customers on days of the past, how they stood, and how long ago that was."""

    who: Ints
    on: Ints
    at: Standing
    age: Ints

    def bought(self, log: Log, days: int) -> Flags:
        return log.bought_within(self.who, self.on, days)


def learn(log: Log, *, kind: str = "") -> Learnt:
    """Everything that can be learnt from the log, by the best kind of chances or the one named."""
    rhythm = rhythm_of(log)
    missing = _missing(log, rhythm)
    if missing:
        return Learnt(log.until, rhythm, missing)
    kind, weeks = (kind, ()) if kind else _best(log)
    chances = {days: _learn_days(kind, log, rhythm, days) for days in (SOON, MONTH)}
    return Learnt(log.until, rhythm, missing, kind, chances, weeks)


def _missing(log: Log, rhythm: Rhythm | None) -> Missing:
    """Weeks of history, and purchases of returning customers within the weeks that would be learnt from."""
    begin = int(log.first.min()) if len(log) else log.until
    weeks = SETTLING // WEEK + MONTH // WEEK + FEWEST_WEEKS - (log.until - begin) // WEEK
    returns = 0
    if rhythm:
        again = np.arange(len(log)) > log.start[log.who]
        returns = int((again & (log.day > log.until - WEEKS * WEEK)).sum())
    return Missing(max(weeks, 0), max(FEWEST_BUYERS - returns, 0))


def _days_to_learn(log: Log, days: int) -> Ints:
    """The weekly days whose outcome is known, the latest first."""
    latest = log.until - days
    found = latest - WEEK * np.arange(WEEKS)
    return found[found >= log.first.min() + SETTLING]


def _learn_days(kind: str, log: Log, rhythm: Rhythm, days: int) -> Chances:
    cases = _cases(log, rhythm, _days_to_learn(log, days), MOST_CASES)
    return learn_chances(kind, cases.at, days, cases.bought(log, days), cases.age)


def _cases(log: Log, rhythm: Rhythm, on: Ints, most: int) -> Cases:
    """All customers known on each of these days, or an even random part of them."""
    there = np.searchsorted(np.sort(log.first), on, side="right").sum()
    lot = np.random.default_rng(0)
    chosen = [_some(log.known_on(day), most / there, lot) for day in on]
    who, when = np.concatenate(chosen), np.repeat(on, [len(each) for each in chosen])
    return Cases(who, when, standing(log, who, when, rhythm), log.until - when)


def _some(who: Ints, share: float, lot: np.random.Generator) -> Ints:
    return who if share >= 1 else who[lot.random(len(who)) < share]


def _best(log: Log) -> tuple[str, tuple[Week, ...]]:
    """The kind that tells the last weeks best having learnt before them, and how those came true."""
    latest = log.until - SOON
    weeks = latest - WEEK * np.arange(TRIED_WEEKS)[::-1]
    before = log.cut(int(weeks[0]))
    rhythm = rhythm_of(before)
    if rhythm is None or not len(days := _days_to_learn(before, SOON)):
        return KINDS[0], ()
    cases, asked = (
        _cases(before, rhythm, days, MOST_CASES_TRIED),
        _cases(log, rhythm, weeks, MOST_CASES_TRIED),
    )
    before_bought, bought = cases.bought(before, SOON), asked.bought(log, SOON)
    told = {
        kind: learn_chances(kind, cases.at, SOON, before_bought, cases.age).of(asked.at)[0] for kind in KINDS
    }
    best = min(KINDS, key=lambda kind: log_loss(told[kind], bought))
    return best, tuple(_week(log, asked.on == on, int(on), told[best], bought) for on in weeks)


def _week(log: Log, then: Flags, on: int, told: Floats, bought: Flags) -> Week:
    """Of the customers asked on that day, scaled up to all."""
    scale = len(log.known_on(on)) / max(then.sum(), 1)
    return Week(on, float(told[then].sum() * scale), round(bought[then].sum() * scale))


def log_loss(chance: Floats, bought: Flags) -> float:
    """The mean, over cases, of minus the logarithm of the chance given to what happened."""
    told = np.where(bought, chance, 1 - chance).clip(LEAST)
    return float(-np.log(told).mean())


def expect(log: Log, learnt: Learnt) -> Expected | None:
    """What to expect of every customer of the log on its last day; None while nobody has ever come back."""
    if learnt.rhythm is None or not len(log):
        return None
    who = np.arange(len(log.customers))
    at = standing(log, who, log.until, learnt.rhythm)
    begin, end = _window(at, learnt.rhythm)
    soon, cases = _told(learnt, SOON, at)
    month = np.maximum(_told(learnt, MONTH, at)[0], soon)
    usual = np.maximum(np.rint(at.usual), 1).astype(np.int64)
    due = (at.last + usual).clip(begin, end)
    return Expected(log.customers, at.purchases, usual, begin, end, due, soon, month, cases)


def _told(learnt: Learnt, days: int, at: Standing) -> tuple[Floats, Ints]:
    if not learnt.chances:
        return np.full(len(at.last), np.nan), np.zeros(len(at.last), dtype=np.int64)
    return learnt.chances[days].of(at)


def _window(at: Standing, rhythm: Rhythm) -> tuple[Ints, Ints]:
    """When the middle half of those who return after such a purchase have done so; a day at least."""
    once = at.purchases == 1
    ends = [
        at.last + np.maximum(np.rint(np.where(once, days, share * at.usual)), 1).astype(np.int64)
        for days, share in zip(rhythm.second_window, rhythm.later_window, strict=True)
    ]
    return ends[0], ends[1]
