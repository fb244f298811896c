"""How well the expectations would have come true: told on weekly days of the past, by what was known then.

All customers with a purchase so far are looked at, those too who bought once and long ago.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from segmentation.expectation import MONTH, SOON, WEEK, expect, learn, log_loss
from segmentation.log import Flags, Floats, Log


@dataclass(frozen=True)
class Origin:
    """What was told on one day, and what came of it."""

    on: int
    soon: Floats
    month: Floats
    bought_soon: Flags
    bought_in_month: Flags
    flags: int  # repeat buyers of the 14 days before
    kind: str


@dataclass(frozen=True)
class Report:
    """None where there was nothing to measure.

    `auc_28` is the mean over days; `precision_14` the share of buyers among as many customers flagged as there had
    been repeat buyers in the 14 days before; `log_loss_14` the mean over customers and days. `customers` is the
    number on the last day.
    """

    auc_28: float | None
    precision_14: float | None
    log_loss_14: float | None
    observed_expected_14: float | None
    origins: int
    customers: int


def origins(log: Log, begin: int | None = None, end: int | None = None) -> Iterator[Origin]:
    """Weekly days from `begin` to `end` (ordinals): the second half of the history as far as outcomes are known."""
    if not len(log):
        return
    earliest, latest = int(log.day.min()), int(log.day.max())
    begin = (earliest + latest) // 2 if begin is None else begin
    end = latest - MONTH if end is None else min(end, latest - MONTH)
    for on in range(begin, end + 1, WEEK):
        if (told := _told_on(log, on)) is not None:
            yield told


def _told_on(log: Log, on: int) -> Origin | None:
    known = log.cut(on)
    if not len(known):
        return None
    learnt = learn(known)
    if not learnt.chances:
        return None
    told = expect(known, learnt)
    who = log.known_on(on)
    recent = known.day[known.start[1:] - 1] > on - SOON
    return Origin(
        on,
        told.soon,
        told.month,
        log.bought_within(who, on, SOON),
        log.bought_within(who, on, MONTH),
        int((recent & (told.purchases > 1)).sum()),
        learnt.kind,
    )


def report(found: list[Origin]) -> Report:
    if not found:
        return Report(None, None, None, None, 0, 0)
    soon = np.concatenate([each.soon for each in found])
    bought = np.concatenate([each.bought_soon for each in found])
    aucs = [area for each in found if (area := auc(each.month, each.bought_in_month)) is not None]
    flags = sum(each.flags for each in found)
    hits = sum(hits_among_first(each.soon, each.bought_soon, each.flags) for each in found)
    return Report(
        auc_28=float(np.mean(aucs)) if aucs else None,
        precision_14=hits / flags if flags else None,
        log_loss_14=log_loss(soon, bought),
        observed_expected_14=float(bought.sum() / soon.sum()),
        origins=len(found),
        customers=len(found[-1].soon),
    )


def auc(chance: Floats, bought: Flags) -> float | None:
    """The chance that a buyer was told a higher chance than another; a tie counts half. None without both."""
    buyers = int(bought.sum())
    others = len(bought) - buyers
    if not buyers or not others:
        return None
    _values, place, n = np.unique(chance, return_inverse=True, return_counts=True)
    ranks = np.cumsum(n) - (n - 1) / 2
    return float((ranks[place][bought].sum() - buyers * (buyers + 1) / 2) / (buyers * others))


def hits_among_first(chance: Floats, bought: Flags, flags: int) -> float:
    """Buyers among the `flags` customers with the highest chance; of equal ones, as many as a lot would draw."""
    _values, place, n = np.unique(-chance, return_inverse=True, return_counts=True)
    ends = np.cumsum(n)
    drawn = np.clip(flags - (ends - n), 0, n) / n
    return float(drawn[place][bought].sum())
