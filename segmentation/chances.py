"""The chance that a customer buys within so many days, learnt from what the team's own customers did.

Every kind sorts cases (a customer on a day) into classes and tells the chance of the class: the share of its
cases that bought, smoothed. `table` has a class for each pace and each share of the usual interval that has gone
by. `pace` and `rhythm` are logistic hazards whose classes hold cases of nearly the same chance, and between the
middles of two classes the chance goes evenly; `pace` knows how
often and how lately somebody bought, `rhythm` also how evenly. docs/decisions/0013 says why these.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from segmentation.log import Flags, Floats, Ints
from segmentation.standing import Standing

RATE = 0.5  # purchases added to a customer's own, and
SPELL = 30.0  # days added to those he has been known, when his pace is estimated
HALVES = 91.0  # days after which a case counts half
RIDGE = 1.0
STEPS = 25
ENOUGH = 1e-4  # gain in log-likelihood below which Newton's method has arrived
PACES = 8
SHARES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0)
KNOTS = np.log([0.05, 0.25, 0.5, 0.75, 1, 1.25, 1.6, 2.5, 5])
TABLE_PRIOR = 20.0  # cases of the average chance added to every cell
CLASS_BUYERS, CLASS_CASES = 25, 100  # that a class of a hazard holds at least
PRIOR_BUYERS = 200.0  # buyers, at the hazard's own chance, added to every class


def pace_signs(at: Standing, days: int) -> Floats:
    """How often and how lately. The last four are what the BG/NBD model (Fader, Hardie, Lee 2005) goes by."""
    waited, bought = np.log1p(at.waited), np.log1p(at.purchases)
    known = at.waited + at.span
    silence = (at.purchases - 1 + RATE) * np.log((SPELL + known) / (SPELL + at.span))
    gone = np.log1p(RATE * np.exp(np.minimum(silence, 20)) / at.purchases)
    rate = np.log((at.purchases - 1 + RATE) / (SPELL + known))
    lasting = np.where(at.purchases > 1, -gone, 0.0)
    lately = np.column_stack([waited, bought, waited * bought, np.log(at.usual), np.log1p(at.share)])
    dying = np.column_stack([np.minimum(silence, 10), lasting, rate, rate**2])
    return np.column_stack([lately, np.log1p(known), np.log1p(at.counts), dying])


def rhythm_signs(at: Standing, days: int) -> Floats:
    """Besides, how evenly, and how the wait compares with the customer's own last gaps."""
    logs = np.log(np.maximum(at.gaps, 1))
    off = (logs - np.log(at.usual)[:, None]) ** 2 * at.has_gap
    uneven = np.sqrt((off.sum(axis=1) + 3) / (at.has_gap.sum(axis=1) + 3))
    share = np.log((at.waited + 3) / at.usual)
    hats = np.maximum(np.clip(share, KNOTS[0], KNOTS[-1] + 1)[:, None] - KNOTS, 0)
    longer = (at.gaps > at.waited[:, None]) & at.has_gap
    soon = longer & (at.gaps <= at.waited[:, None] + days)
    own = np.log((soon.sum(axis=1) + 0.2) / (longer.sum(axis=1) + 1))
    even = 1 - np.minimum(uneven, 1)
    once, twice = at.purchases == 1, at.purchases == 2
    return np.column_stack(
        [pace_signs(at, days), uneven, hats, hats * even[:, None], share * np.log(at.usual), own, once, twice]
    )


SIGNS: dict[str, Callable[[Standing, int], Floats]] = {"pace": pace_signs, "rhythm": rhythm_signs}
KINDS = ("table", *SIGNS)


@dataclass(frozen=True)
class Table:
    """Cells of pace (usual interval) and share of it gone by. `paces` are days that part one pace from the next."""

    paces: Floats

    @classmethod
    def learn(cls, at: Standing, days: int, bought: Flags, weight: Floats) -> "tuple[Self, Ints, Floats]":
        """The cells, and for each case its cell and the chance that holds without looking at the cell."""
        paces = np.unique(np.quantile(at.usual, np.arange(1, PACES) / PACES))
        cells = cls(paces)
        return cells, cells.classes(at), np.full(len(bought), np.average(bought, weights=weight))

    def classes(self, at: Standing) -> Ints:
        pace = np.searchsorted(self.paces, at.usual, side="right")
        return pace * (len(SHARES) + 1) + np.searchsorted(SHARES, at.share, side="right")

    def tell(self, at: Standing, days: int, expected: Floats, chance: Floats) -> tuple[Floats, Ints]:
        """The chance of each case, and its class."""
        found = self.classes(at)
        return chance[found], found

    @property
    def size(self) -> int:
        return (len(self.paces) + 1) * (len(SHARES) + 1)

    def prior(self, chance: Floats) -> Floats:
        return np.full(len(chance), TABLE_PRIOR)


@dataclass(frozen=True)
class Hazard:
    """A logistic regression on signs; `edges` of its log-odds part one class from the next."""

    signs: str
    centre: Floats
    scale: Floats
    weights: Floats  # the first is the intercept
    edges: Floats

    @classmethod
    def learn(
        cls, signs: str, at: Standing, days: int, bought: Flags, weight: Floats
    ) -> "tuple[Self, Ints, Floats]":
        found = SIGNS[signs](at, days)
        centre, scale = found.mean(axis=0), found.std(axis=0)
        scale[scale < 1e-9] = 1.0
        weights = fit_logistic((found - centre) / scale, bought, weight)
        bare = cls(signs, centre, scale, weights, np.empty(0))
        odds = bare.log_odds(at, days)
        hazard = cls(signs, centre, scale, weights, _edges(odds, bought))
        return hazard, np.searchsorted(hazard.edges, odds, side="right"), logistic(odds)

    def log_odds(self, at: Standing, days: int) -> Floats:
        return (SIGNS[self.signs](at, days) - self.centre) / self.scale @ self.weights[1:] + self.weights[0]

    def tell(self, at: Standing, days: int, expected: Floats, chance: Floats) -> tuple[Floats, Ints]:
        """What the hazard says, corrected as the classes around were found to do."""
        odds = self.log_odds(at, days)
        corrected = np.interp(odds, log_odds(expected), log_odds(chance) - log_odds(expected))
        return logistic(odds + corrected), np.searchsorted(self.edges, odds, side="right")

    @property
    def size(self) -> int:
        return len(self.edges) + 1

    def prior(self, chance: Floats) -> Floats:
        return PRIOR_BUYERS / chance


@dataclass(frozen=True)
class Chances:
    """What was learnt for one number of days: how to find the class of a case, and each class's chance.

    `cases` is the number of cases in each class that the chance was learnt from; `expected` is the chance that
    held before looking at them.
    """

    days: int
    sorter: Table | Hazard
    cases: Ints
    expected: Floats
    chance: Floats

    def of(self, at: Standing) -> tuple[Floats, Ints]:
        """The chance of each customer, and the cases it was learnt from."""
        told, found = self.sorter.tell(at, self.days, self.expected, self.chance)
        return told, self.cases[found]

    def as_json(self) -> dict:
        kept = {key: _plain(value) for key, value in vars(self).items() if key != "sorter"}
        return kept | {"sorter": {key: _plain(value) for key, value in vars(self.sorter).items()}}

    @classmethod
    def from_json(cls, kept: dict) -> "Chances":
        sorter = {key: _arrays(value) for key, value in kept["sorter"].items()}
        made = Hazard(**sorter) if "signs" in sorter else Table(**sorter)
        cases, expected, chance = (np.array(kept[key]) for key in ("cases", "expected", "chance"))
        return cls(kept["days"], made, cases, expected, chance)


def learn_chances(kind: str, at: Standing, days: int, bought: Flags, age: Ints) -> Chances:
    """From cases and whether they bought within `days`. `age` is how many days ago each case was."""
    weight = 0.5 ** (age / HALVES)
    learn = Table.learn if kind == "table" else lambda *cases: Hazard.learn(kind, *cases)
    sorter, found, expected = learn(at, days, bought, weight)
    size = sorter.size
    weights, buyers, hoped = (
        np.bincount(found, weights=each, minlength=size)
        for each in (weight, weight * bought, weight * expected)
    )
    overall = np.average(bought, weights=weight)
    before = np.divide(hoped, weights, out=np.full(size, overall), where=weights > 0).clip(1e-6, 1 - 1e-6)
    prior = sorter.prior(before)
    smoothed = (buyers + prior * before) / (weights + prior)
    return Chances(days, sorter, np.bincount(found, minlength=size), before, smoothed)


def fit_logistic(signs: Floats, bought: Flags, weight: Floats) -> Floats:
    """Ridge-penalised maximum likelihood by Newton's method, halving a step that overshoots."""
    columns = np.column_stack([np.ones(len(signs)), signs])
    penalty = np.full(columns.shape[1], RIDGE)
    penalty[0] = 1e-6
    share = np.average(bought, weights=weight).clip(1e-6, 1 - 1e-6)
    weights = np.zeros(columns.shape[1])
    weights[0] = np.log(share / (1 - share))
    best = _likelihood(columns @ weights, weights, bought, weight, penalty)
    for _step in range(STEPS):
        chance = logistic(columns @ weights)
        slope = columns.T @ (weight * (bought - chance)) - penalty * weights
        bend = (columns.T * (weight * chance * (1 - chance))) @ columns + np.diag(penalty)
        move, gain = np.linalg.solve(bend, slope), -1.0
        while gain < 0 and np.abs(move).max() > 1e-9:
            gain = _likelihood(columns @ (weights + move), weights + move, bought, weight, penalty) - best
            move = move if gain >= 0 else move / 2
        if gain < 0:
            break
        weights, best = weights + move, best + gain
        if gain < ENOUGH:
            break
    return weights


def _likelihood(odds: Floats, weights: Floats, bought: Flags, weight: Floats, penalty: Floats) -> float:
    return (weight * (bought * odds - np.logaddexp(0, odds))).sum() - (penalty * weights**2).sum() / 2


def logistic(odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(odds, -30, 30)))


def log_odds(chance: Floats) -> Floats:
    return np.log(chance / (1 - chance))


def _edges(odds: Floats, bought: Flags) -> Floats:
    """Log-odds at which a class has become large enough, counted from the highest chance down."""
    order = np.argsort(-odds, kind="stable")
    full = np.minimum(np.cumsum(bought[order]) // CLASS_BUYERS, np.arange(1, len(odds) + 1) // CLASS_CASES)
    ends = np.flatnonzero(np.diff(full) > 0)
    return np.unique(odds[order][ends])


def _plain(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _arrays(value: object) -> object:
    return np.array(value, dtype=float) if isinstance(value, list) else value
