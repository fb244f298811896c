"""Where the lines of a chart lie: numbers for inline SVG, in units of its view box."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 420, 230
LEFT, RIGHT, TOP, BOTTOM = 40, 410, 12, 204
TICKS = 6  # at most, on one axis
LEVEL = 1.25  # times the last step's day up to which the level line behind it is drawn
NICE = (1, 2, 5, 7, 10, 14, 20, 30, 50, 60, 90, 100, 180, 200, 365, 500, 730, 1000, 2000, 5000, 10_000)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    at: float
    value: float


@dataclass(frozen=True)
class Axis:
    """From values between 0 and `most` to places between `begin` and `end`."""

    most: float
    begin: float
    end: float

    def at(self, value: float) -> float:
        return round(self.begin + (self.end - self.begin) * min(value, self.most) / self.most, 1)

    def ticks(self, step: float) -> list[Tick]:
        return [Tick(self.at(n * step), n * step) for n in range(int(self.most / step + 1e-9) + 1)]


def nice_step(most: float) -> int:
    """The distance of ticks that makes few of them."""
    return next((step for step in NICE if most / step <= TICKS), NICE[-1] * 10)


@dataclass(frozen=True)
class StepChart:
    """Shares by days, as steps with a band around them. Each of `steps` is [day, share, least, most]."""

    steps: Sequence[Sequence[float]]
    longest: int

    @property
    def end(self) -> float:
        return max(min(self.longest, self.steps[-1][0] * LEVEL), 1)

    @property
    def x(self) -> Axis:
        return Axis(self.end, LEFT, RIGHT)

    @property
    def y(self) -> Axis:
        """Up to the next full 10 %."""
        return Axis(max(-(-self.steps[-1][3] * 10 // 1) / 10, 0.1), BOTTOM, TOP)

    @property
    def days(self) -> list[Tick]:
        return self.x.ticks(nice_step(self.end))

    @property
    def shares(self) -> list[Tick]:
        """In per cent."""
        step = 20 if self.y.most > 0.6 else 10
        return [Tick(tick.at, round(100 * tick.value)) for tick in self.y.ticks(step / 100)]

    @property
    def line(self) -> str:
        return self._path([(day, share) for day, share, _low, _high in self.steps])

    @property
    def band(self) -> str:
        """The upper edge there, the lower one back."""
        upper = self._path([(day, high) for day, _share, _low, high in self.steps])
        corners = _corners([(day, low) for day, _share, low, _high in self.steps], self.end)
        back = " ".join(f"L{self.x.at(day)} {self.y.at(share)}" for day, share in reversed(corners))
        return f"{upper} {back} Z"

    def _path(self, points: list[tuple[float, float]]) -> str:
        places = [f"{self.x.at(day)} {self.y.at(share)}" for day, share in _corners(points, self.end)]
        return f"M{' L'.join(places)}"

    def place(self, day: int, share: float) -> dict[str, float]:
        return {"x": self.x.at(day), "y": self.y.at(share)}


def _corners(points: Iterable[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    """Where a line of steps turns: level until the next point, then up."""
    found = [(0.0, 0.0)]
    for day, share in points:
        found += [(day, found[-1][1]), (day, share)]
    return [*found, (end, found[-1][1])]


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class BarChart:
    """Bars beside one another with a line over them; a bar that is None is not known yet."""

    bars: Sequence[float | None]
    line_of: Sequence[float]

    @property
    def y(self) -> Axis:
        most = max([*self.line_of, *(bar for bar in self.bars if bar is not None), 1])
        step = nice_step(most)
        return Axis(step * -(-most // step), BOTTOM, TOP)

    @property
    def numbers(self) -> list[Tick]:
        return self.y.ticks(nice_step(self.y.most))

    @property
    def width(self) -> float:
        """Of a bar."""
        return round(self._step * 0.7, 1)

    @property
    def _step(self) -> float:
        return (RIGHT - LEFT) / len(self.bars)

    def middle(self, n: int) -> float:
        return round(LEFT + (n + 0.5) * self._step, 1)

    @property
    def columns(self) -> list[Bar]:
        return [
            Bar(round(self.middle(n) - self.width / 2, 1), self.y.at(bar), round(BOTTOM - self.y.at(bar), 1))
            for n, bar in enumerate(self.bars)
            if bar is not None
        ]

    @property
    def points(self) -> list[tuple[float, float]]:
        return [(self.middle(n), self.y.at(value)) for n, value in enumerate(self.line_of)]

    @property
    def line(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.points)
