"""Ratings and reply time over twelve weeks or months: where the bars and the line of the drawing lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from feedback.reading.kept import Found
from feedback.reading.lines import NOTHING, Counted
from feedback.reading.periods import Period

LEFT, RIGHT = 44, 754  # in units of the view box
BARS_TOP, BARS_BOTTOM = 14, 178
LINE_TOP, LINE_BOTTOM = 222, 292
GAP = 1.5  # between the parts of a bar
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
TICKS = 3  # at most, above nought


@dataclass(frozen=True)
class Axis:
    """From nought at `bottom` to a round number at `top`."""

    most: float
    bottom: float
    top: float

    @cached_property
    def step(self) -> int:
        return next((step for step in STEPS if self.most <= step * TICKS), STEPS[-1] * 10)

    @property
    def end(self) -> int:
        return self.step * max(1, -(-int(-(-self.most // 1)) // self.step))

    def at(self, value: float) -> float:
        return round(self.bottom - (self.bottom - self.top) * value / self.end, 1)

    @property
    def ticks(self) -> list[tuple[int, float]]:
        """(number, where)."""
        return [(n, self.at(n)) for n in range(0, self.end + 1, self.step)]


@dataclass(frozen=True)
class Part:
    """A piece of a bar; `value` is one of bad, neutral, good."""

    value: str
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    period: Period
    counted: Counted
    middle: float
    parts: list[Part]
    point: float | None

    @property
    def hours(self) -> float | None:
        return None if self.counted.median is None else self.counted.median / 60


class Trend:
    def __init__(self, periods: Sequence[Period], found: Found) -> None:
        self.as_of = found.as_of
        self._counted = {
            period: Counted.of(found.figures[period]["team"].get("", NOTHING)) for period in periods
        }

    @property
    def is_empty(self) -> bool:
        return not any(counted.rated or counted.median for counted in self._counted.values())

    @cached_property
    def ratings(self) -> Axis:
        return Axis(max(1, *(counted.rated for counted in self._counted.values())), BARS_BOTTOM, BARS_TOP)

    @cached_property
    def hours(self) -> Axis:
        medians = [counted.median / 60 for counted in self._counted.values() if counted.median is not None]
        return Axis(max([1, *medians]), LINE_BOTTOM, LINE_TOP)

    @property
    def width(self) -> float:
        """Of a bar."""
        return round((RIGHT - LEFT) / len(self._counted) * 0.7, 1)

    @property
    def half(self) -> float:
        return round(self.width / 2, 2)

    @cached_property
    def columns(self) -> list[Column]:
        step = (RIGHT - LEFT) / len(self._counted)
        return [
            Column(
                period, counted, round(LEFT + (n + 0.5) * step, 1), self._parts(counted), self._point(counted)
            )
            for n, (period, counted) in enumerate(self._counted.items())
        ]

    def _parts(self, counted: Counted) -> list[Part]:
        """From below: bad, neutral, good."""
        found, done = [], 0
        for value in ("bad", "neutral", "good"):
            n = getattr(counted, value)
            if n:
                low, high = self.ratings.at(done), self.ratings.at(done + n)
                found.append(Part(value, high, round(max(low - high - GAP, 0.5), 1)))
            done += n
        return found

    def _point(self, counted: Counted) -> float | None:
        return None if counted.median is None else self.hours.at(counted.median / 60)

    @property
    def lines(self) -> list[str]:
        """Stretches of months one after the other that have a median, as points of a line."""
        found: list[list[str]] = [[]]
        for column in self.columns:
            if column.point is None:
                found.append([])
            else:
                found[-1].append(f"{column.middle},{column.point}")
        return [" ".join(points) for points in found if len(points) > 1]

    @property
    def marked(self) -> list[Column]:
        """The slowest, and the latest."""
        known = [column for column in self.columns if column.point is not None]
        if not known:
            return []
        slowest = max(known, key=lambda column: column.hours)
        return [slowest, known[-1]] if slowest is not known[-1] else [slowest]
