"""Lines of a table of ratings: a team, an employee, a kind of ticket … in a period, beside the one before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from crm.statistics import Share
from feedback.reading.words import FEW, compared, duration

NOTHING = (0, 0, 0, 0, 0, None)


@dataclass(frozen=True)
class Counted:
    """What was said, and of how many who were asked."""

    bad: int = 0
    neutral: int = 0
    good: int = 0
    asked: int = 0
    answered: int = 0
    median: float | None = None

    @classmethod
    def of(cls, line: Iterable) -> "Counted":
        return cls(*line)

    @property
    def rated(self) -> int:
        return self.bad + self.neutral + self.good

    @property
    def share(self) -> Share:
        """Of good ones."""
        return Share(self.rated, self.good)

    @property
    def response(self) -> Share:
        return Share(self.asked, self.answered)

    @property
    def first_answer(self) -> str:
        return duration(self.median)


@dataclass(frozen=True)
class Line:
    """`key` is an employee's id, a kind, a product group or a group; `rank` is None where none is given."""

    key: str
    name: str
    now: Counted
    before: Counted = field(default_factory=Counted)
    rank: int | None = None

    @property
    def is_few(self) -> bool:
        return self.now.rated < FEW

    @property
    def change(self) -> str:
        return compared(self.now.share, self.before.share)

    @property
    def points(self) -> int | None:
        """Change of the share of good ones; None where one of the two has too few answers to say."""
        if self.is_few or self.before.rated < FEW:
            return None
        return round(100 * (self.now.share.share - self.before.share.share))


def lines(now: dict, before: dict, name_of: Callable[[str], str]) -> list[Line]:
    """One for each key of either period that has been rated or asked, the best first, few answers last."""
    found = [
        Line(key, name_of(key), Counted.of(now.get(key, NOTHING)), Counted.of(before.get(key, NOTHING)))
        for key in {**now, **before}
    ]
    spoken = [line for line in found if line.now.rated or line.now.asked]
    return sorted(spoken, key=lambda line: (line.is_few, -line.now.share.share, -line.now.rated, line.name))


def ranked(rows: Iterable[Line]) -> list[Line]:
    """Those with enough answers, each with its rank; equal shares have the same."""
    able = [line for line in rows if not line.is_few]
    shares = [line.now.share.share for line in able]
    return [
        Line(line.key, line.name, line.now, line.before, 1 + sum(share > own for share in shares))
        for line, own in zip(able, shares, strict=True)
    ]
