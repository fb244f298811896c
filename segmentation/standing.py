"""What was known of customers on a day. Every chance is learnt from this and told from this, and nothing else."""

from dataclasses import dataclass

import numpy as np

from segmentation.interval import Waits, curve, waits, waits_by_purchase
from segmentation.log import Flags, Floats, Ints, Log

WINDOWS = (28, 56, 91, 182, 364)  # days back in which purchases are counted
LAST_GAPS = 6
BELIEF_LIMITS = (0.5, 50.0)
USUAL_BELIEF = 3.0  # where the team's own gaps are too few to say
MIDDLE_HALF = (0.25, 0.75)


@dataclass(frozen=True)
class Rhythm:
    """What is typical of a team: days to the second purchase and between later ones, each the median of those
    who return at all, and windows that hold the middle half of them.

    `second_window` is in days, `later_window` in shares of a customer's usual interval. `belief` is the number of
    own gaps at which a customer's own interval counts as much as the typical one.
    """

    second: float
    later: float
    belief: float
    second_window: tuple[float, float]
    later_window: tuple[float, float]


def rhythm_of(log: Log) -> Rhythm | None:
    """None as long as nobody has come back."""
    second, later = map(curve, waits(log))
    if not second.ever:
        return None
    days = float(second.days_among_returning(0.5))
    typical = Rhythm(
        days, float(later.days_among_returning(0.5) or days), _belief(log), (0.0, 0.0), (0.0, 0.0)
    )
    ends = tuple(float(second.days_among_returning(share)) for share in MIDDLE_HALF)
    return Rhythm(typical.second, typical.later, typical.belief, ends, _later_window(log, typical))


def _belief(log: Log) -> float:
    """Bühlmann's credibility (1967): the variance of the logarithms of gaps within customers, over that between."""
    sums, squares = _own_sums(log, log.start[1:])
    gaps = np.diff(log.start) - 1
    sums, squares, gaps = sums[gaps > 0], squares[gaps > 0], gaps[gaps > 0]
    total, spare = gaps.sum(), (gaps - 1).sum()
    if len(gaps) < 2 or spare < 2:
        return USUAL_BELIEF
    within = (squares - sums**2 / gaps).sum() / spare
    around = (gaps * (sums / gaps - sums.sum() / total) ** 2).sum() - (len(gaps) - 1) * within
    between = around / (total - (gaps**2).sum() / total) if total > gaps.max() else 0.0
    if between <= 0:
        return BELIEF_LIMITS[1]
    return float(np.clip(within / between, *BELIEF_LIMITS))


def _own_sums(log: Log, behind: Ints) -> tuple[Floats, Floats]:
    """Sums of the logarithms of a customer's gaps up to the purchase before `behind`, and of their squares."""
    begin = log.start[log.who[behind - 1]]
    return tuple(each[behind - 1] - each[begin] for each in log.log_gaps)


def usual_interval(rhythm: Rhythm, gaps: Ints, sum_of_logs: Floats) -> Floats:
    """A customer's own gaps, shrunk towards the typical one: their geometric mean, `belief` typical ones among them."""
    own = np.exp((sum_of_logs + rhythm.belief * np.log(max(rhythm.later, 1))) / (gaps + rhythm.belief))
    return np.where(gaps > 0, own, max(rhythm.second, 1.0))


def _later_window(log: Log, typical: Rhythm) -> tuple[float, float]:
    """Which shares of their usual interval the middle half of returning customers waited."""
    every, first = waits_by_purchase(log)
    behind = np.flatnonzero(~first) + 1
    gaps = behind - 1 - log.start[log.who[behind - 1]]
    usual = usual_interval(typical, gaps, _own_sums(log, behind)[0])
    hundredths = np.rint(100 * every.days[~first] / usual).astype(np.int64)
    found = curve(Waits(hundredths, every.came_back[~first]))
    if not found.ever:
        return 0.5, 2.0
    return tuple(found.days_among_returning(share) / 100 for share in MIDDLE_HALF)


@dataclass(frozen=True)
class Standing:
    """One entry per customer and day asked for; days unless said otherwise."""

    purchases: Ints  # days with a purchase so far
    last: Ints  # ordinal of the last
    waited: Ints
    span: Ints  # from the first to the last
    usual: Floats
    counts: Ints  # purchases in each of WINDOWS, a column each
    gaps: Ints  # the LAST_GAPS gaps, the newest first
    has_gap: Flags

    @property
    def share(self) -> Floats:
        """Of the usual interval, how much has gone by."""
        return self.waited / self.usual


def standing(log: Log, who: Ints, on: Ints | int, rhythm: Rhythm) -> Standing:
    """How these customers stood on these days; each must have bought by then."""
    behind, begin = log.upto(who, on), log.start[who]
    last = log.day[behind - 1]
    since = [behind - np.maximum(log.upto(who, on - days), begin) for days in WINDOWS]
    back = behind[:, None] - 1 - np.arange(LAST_GAPS + 1)
    days = log.day[np.maximum(back, begin[:, None])]
    gaps = behind - begin - 1
    return Standing(
        purchases=behind - begin,
        last=last,
        waited=on - last,
        span=last - log.day[begin],
        usual=usual_interval(rhythm, gaps, _own_sums(log, behind)[0]),
        counts=np.stack(since, axis=1),
        gaps=days[:, :-1] - days[:, 1:],
        has_gap=back[:, 1:] >= begin[:, None],
    )
