"""Past purchases and the expected one on a line of time, in the pixels of a drawing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from dateutil.relativedelta import relativedelta
from django.utils.safestring import SafeString

from crm.markup import fill, join, written
from segmentation.models import Expectation

WIDTH, BASE = 300, 40
BAR, LOWEST, HIGHEST = 6, 12, 28
LONGEST = timedelta(800)  # shown before today
MARGIN = timedelta(10)
MOST_LABELS, LABEL = 6, 24
DRAWN = '<rect class="buy" x="{x}" y="{y}" width="6" height="{height}" rx="1.5"/>'


@dataclass(frozen=True)
class Bought:
    on: date
    amount: float


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    height: str


@dataclass(frozen=True)
class Strip:
    """`bought` has one entry per day, the oldest first. Numbers come as text, for no language may change them."""

    bought: list[Bought]
    today: date
    expectation: Expectation | None

    @cached_property
    def _begin(self) -> date:
        earliest = max(self.bought[0].on, self.today - LONGEST) if self.bought else self.today
        last = self.bought[-1].on if self.bought else self.today
        return min(earliest, last) - MARGIN

    @cached_property
    def _end(self) -> date:
        expected = self.expectation.window_to if self.expectation else self.today
        return max(self.today, expected) + MARGIN

    def _x(self, day: date) -> float:
        return WIDTH * (day - self._begin).days / (self._end - self._begin).days

    @cached_property
    def shown(self) -> list[Bought]:
        return [each for each in self.bought if each.on >= self._begin]

    @property
    def days(self) -> str:
        """Those shown, as one reads them out."""
        return ", ".join(written(each.on, "j F Y") for each in self.shown)

    @property
    def bars(self) -> Iterator[Bar]:
        largest = max((each.amount for each in self.shown), default=0) or 1
        for each in self.shown:
            height = LOWEST + (HIGHEST - LOWEST) * each.amount / largest
            yield Bar(_text(self._x(each.on) - BAR / 2), _text(BASE - height), _text(height))

    @property
    def drawn(self) -> SafeString:
        """The bars as markup."""
        return join(fill(DRAWN, x=bar.x, y=bar.y, height=bar.height) for bar in self.bars)

    @property
    def window(self) -> tuple[str, str] | None:
        """Where the expected window begins, and how wide it is."""
        if not self.expectation:
            return None
        begin, end = self._x(self.expectation.window_from), self._x(self.expectation.window_to)
        return _text(begin), _text(max(end - begin, BAR))

    @property
    def due(self) -> str:
        return _text(self._x(self.expectation.due_on) - BAR / 2)

    @property
    def today_x(self) -> str:
        return _text(self._x(self.today))

    @property
    def labels(self) -> Iterator[tuple[str, str]]:
        """(x, name) of months, or of years where there is room for no more."""
        months = (self._end.year - self._begin.year) * 12 + self._end.month - self._begin.month + 1
        step = -(-months // MOST_LABELS)
        month = self._begin.replace(day=1) + relativedelta(months=1)
        while (x := self._x(month)) <= WIDTH - LABEL:
            yield _text(x), written(month, "M y" if step > 3 else "M")
            month += relativedelta(months=step)


def _text(number: float) -> str:
    return f"{number:.1f}"
