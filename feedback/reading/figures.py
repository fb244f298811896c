"""Do our figures mean anything? Internal figures beside the ratings of the same tickets, by month and by bin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.statistics import Share, difference, how_sure, is_certain, signed
from crm.team.models import Team
from feedback.models import Reading
from feedback.reading.kept import figures_of
from feedback.reading.periods import Period
from feedback.reading.words import FEW, duration, percent

FASTER = 0.1  # of the time before, and at least
MINUTES = 5
BETTER = 0.02  # of tickets

BINS = {
    "answer": (gettext_lazy("Time to the first answer"), [
        gettext_lazy("within 1 h"), gettext_lazy("1 to 4 h"), gettext_lazy("4 to 10 h"), gettext_lazy("over 10 h"),
        gettext_lazy("closed without an answer"),
    ]),
    "in_time": (gettext_lazy("First answer"), [gettext_lazy("in time"), gettext_lazy("too late, or none")]),
    "solution": (gettext_lazy("Time to the solution"), [
        gettext_lazy("within 4 h"), gettext_lazy("4 to 10 h"), gettext_lazy("10 to 45 h"), gettext_lazy("over 45 h"),
    ]),
    "solved_in_time": (gettext_lazy("Solution"), [gettext_lazy("in time"), gettext_lazy("too late")]),
    "reopened": (gettext_lazy("Opened again"), [gettext_lazy("no"), gettext_lazy("once or more")]),
    "passed_on": (gettext_lazy("Passed on between colleagues"), [
        gettext_lazy("never"), gettext_lazy("once"), gettext_lazy("twice or more"),
    ]),
}  # fmt: skip
COMPARED = {"answer": 4}  # so many bins of it lie on one scale; of others, all


@dataclass(frozen=True)
class MonthFigures:
    """Of the tickets closed in one month, and what was said of them."""

    period: Period
    figures: dict

    @property
    def closed(self) -> int:
        return self.figures["closed"]

    @property
    def in_time(self) -> Share:
        return Share(self.figures["answered"], self.figures["in_time"])

    @property
    def solved_in_time(self) -> Share:
        return Share(self.closed, self.figures["solved_in_time"])

    @property
    def reopened(self) -> Share:
        return Share(self.closed, self.figures["reopened"])

    @property
    def passed_on(self) -> Share:
        return Share(self.closed, self.figures["passed_on"])

    @property
    def answer(self) -> float | None:
        return self.figures["answer"]

    @property
    def solution(self) -> float | None:
        return self.figures["solution"]

    @property
    def good(self) -> Share:
        return _share(self.figures["bins"]["reopened"])


def _share(bins: Sequence[Sequence[int]]) -> Share:
    """Of good ratings in all of these bins."""
    return Share(sum(map(sum, bins)), sum(each[2] for each in bins))


@dataclass(frozen=True)
class Bin:
    name: str
    share: Share

    @property
    def is_few(self) -> bool:
        return self.share.n < FEW


@dataclass(frozen=True)
class Figure:
    """One internal figure, its tickets dealt out by it, from the best to the worst."""

    key: str
    name: str
    bins: list[Bin]

    @property
    def is_empty(self) -> bool:
        return not any(each.share.n for each in self.bins)

    @property
    def ends(self) -> tuple[Bin, Bin] | None:
        """The best and the worst by the figure itself, not by the ratings, that have enough of these."""
        able = [each for each in self.bins[: COMPARED.get(self.key)] if not each.is_few]
        return (able[0], able[-1]) if len(able) > 1 else None

    @property
    def in_words(self) -> str:
        """ "“within 1 h” has about 30 points more good ratings than “over 10 h”; certain enough: between …"."""
        if self.ends is None:
            return _("too few ratings to compare: two groups with %(n)s each are needed") % {"n": FEW}
        best, worst = self.ends
        points = round(100 * (best.share.share - worst.share.share))
        if not points:
            about = _("“%(best)s” has about as many good ratings as “%(worst)s”")
        elif points > 0:
            about = _("“%(best)s” has about %(n)s points more good ratings than “%(worst)s”")
        else:
            about = _("“%(best)s” has about %(n)s points fewer good ratings than “%(worst)s”")
        words = about % {"best": best.name, "worst": worst.name, "n": abs(points)}
        return how_sure(words, difference(best.share, worst.share))

    @property
    def verdict(self) -> str:
        """Whether it means anything: "matters", "backwards" or "unsure"."""
        if self.ends is None:
            return "unsure"
        low, high = difference(self.ends[0].share, self.ends[1].share)
        return "matters" if low > 0 else "backwards" if high < 0 else "unsure"


class Figures:
    """Of the months `periods`, the last of which may still run."""

    def __init__(self, team: Team, periods: Sequence[Period], *, now: datetime) -> None:
        found = figures_of(team, Reading.About.TICKETS, periods, now=now)
        self.as_of: datetime | None = found.as_of
        self.months = [MonthFigures(period, found.figures[period]) for period in periods]

    @property
    def closed(self) -> int:
        return sum(month.closed for month in self.months)

    @cached_property
    def good(self) -> Share:
        shares = [month.good for month in self.months]
        return Share(sum(each.n for each in shares), sum(each.k for each in shares))

    @cached_property
    def by_figure(self) -> list[Figure]:
        return [
            Figure(key, str(name), [
                Bin(str(label), _share([month.figures["bins"][key][n] for month in self.months]))
                for n, label in enumerate(labels)
            ])
            for key, (name, labels) in BINS.items()
        ]  # fmt: skip

    @property
    def drawn(self) -> list[list[float | None]]:
        """What the table's columns say from month to month, in their order."""
        return [
            [month.closed for month in self.months],
            [month.answer for month in self.months],
            [month.in_time.share for month in self.months],
            [month.solution for month in self.months],
            [month.solved_in_time.share for month in self.months],
            [month.reopened.share for month in self.months],
            [month.passed_on.share for month in self.months],
            [month.good.share if month.good.n else None for month in self.months],
        ]

    @property
    def steps(self) -> list["Step"]:
        """From each month to the next, where both have enough ratings; the latest first."""
        pairs = zip(self.months, self.months[1:], strict=False)
        able = [Step(*pair) for pair in pairs if min(month.good.n for month in pair) >= FEW]
        return [step for step in reversed(able) if step.better]


@dataclass(frozen=True)
class Step:
    """From one month to the next."""

    before: MonthFigures
    now: MonthFigures

    @cached_property
    def better(self) -> list[str]:
        """What became better, in words."""
        return [*self._times(), *self._shares()]

    def _times(self) -> list[str]:
        told = {
            "answer": _("first answers came %(by)s faster"),
            "solution": _("solutions came %(by)s faster"),
        }
        found = []
        for name, words in told.items():
            before, now = getattr(self.before, name), getattr(self.now, name)
            if before is not None and now is not None and before - now >= max(MINUTES, FASTER * before):
                found.append(words % {"by": duration(before - now)})
        return found

    def _shares(self) -> list[str]:
        told = {
            "in_time": (1, _("%(by)s points more first answers in time")),
            "reopened": (-1, _("%(by)s points fewer opened again")),
            "passed_on": (-1, _("%(by)s points fewer passed on")),
        }
        found = []
        for name, (sign, words) in told.items():
            by = sign * (getattr(self.now, name).share - getattr(self.before, name).share)
            if by >= BETTER:
                found.append(words % {"by": round(100 * by)})
        return found

    @property
    def has_helped(self) -> bool:
        """Ratings are better, too, and that is certain enough."""
        return difference(self.now.good, self.before.good)[0] > 0

    @property
    def is_worse(self) -> bool:
        interval = difference(self.now.good, self.before.good)
        return is_certain(interval) and interval[1] < 0

    @property
    def outcome(self) -> str:
        """ "good ratings: 83 % → 81 %, no better (between −11 and +7 points)"."""
        low, high = map(signed, difference(self.now.good, self.before.good))
        shares = {
            "before": percent(self.before.good.share),
            "now": percent(self.now.good.share),
            "low": low,
            "high": high,
        }
        if self.has_helped:
            words = _("good ratings: %(before)s → %(now)s, better too (between %(low)s and %(high)s points)")
        elif self.is_worse:
            words = _("good ratings: %(before)s → %(now)s, worse (between %(low)s and %(high)s points)")
        elif self.now.good.share > self.before.good.share:
            words = _(
                "good ratings: %(before)s → %(now)s, which may be chance (between %(low)s and %(high)s points)"
            )
        else:
            words = _("good ratings: %(before)s → %(now)s, no better (between %(low)s and %(high)s points)")
        return words % shares
