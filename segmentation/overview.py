"""The team's customers at a glance: recency by frequency, the five groups, and how many are due soon."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from math import ceil, sqrt
from time import time
from typing import Self

from django.core.cache import cache
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from crm.team.models import User
from crm.templatetags.ringbinder import number
from segmentation.due import count_too_late, customers_of
from segmentation.models import Expectation, Forecast, Group, GroupHistory, Method, Rules, Score, Scoring
from segmentation.quarters import last_day, quarter_of, quarters_back

BANDS = range(1, 6)
SHADES = 5  # of the map, besides that of no money
KEPT_FOR, MINUTE = 60 * 60, 60  # seconds
MANY = 20_000  # customers


@dataclass
class Total:
    """Customers, and their money in the period."""

    n: int = 0
    money: Decimal = Decimal(0)

    def add(self, n: int, money: Decimal) -> None:
        self.n += n
        self.money += money


@dataclass
class Figures:
    """What is counted of all customers a user sees; `before` is each group's number at the end of last quarter."""

    cells: dict[tuple[int, int], Total] = field(default_factory=dict)
    groups: dict[str, Total] = field(default_factory=dict)
    mostly: dict[tuple[int, int], Counter] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)

    @property
    def customers(self) -> int:
        return sum(each.n for each in self.groups.values())

    @property
    def due_soon(self) -> int:
        return sum(self.due.values())

    def of_cell(self, *, group: str = "", r: int = 0, f: int = 0) -> int | None:
        """How many such a list holds; None where group and cell are mixed."""
        if not r and not f:
            return self.groups.get(group, Total()).n if group else self.customers
        cells = (
            total.n
            for (at_r, at_f), total in self.cells.items()
            if at_r == (r or at_r) and at_f == (f or at_f)
        )
        return None if group else sum(cells)


def figures(user: User, scoring: Scoring, *, today: date) -> Figures:
    """Counted anew, or as kept since the last change of any score for users who see the whole team.

    Where customers are very many, what is kept may be a minute old.
    """
    key = f"segments:{scoring.team_id}:{'team' if user.sees_team else user.pk}:{today}"
    expected = Forecast.objects.filter(team=scoring.team_id).values_list("as_of", flat=True).first()
    state = (scoring.version, scoring.as_of, expected)
    kept_state, at, found = cache.get(key, (None, 0, None))
    # No score changes when a dossier is handed over, but what its old and new owner see does.
    is_same = user.sees_team and state == kept_state
    if is_same or (scoring.customers > MANY and time() - at < MINUTE):
        return found
    within = (
        {} if user.sees_team else {"customer__in": customers_of(user, today=today).order_by().values("pk")}
    )
    found = _count(scoring, today, **within)
    cache.set(key, (state, time(), found), KEPT_FOR)
    return found


def _count(scoring: Scoring, today: date, **within: object) -> Figures:
    team, found = {"team": scoring.team_id} | within, Figures()
    scores = Score.objects.filter(**team).order_by().values_list("r", "f", "group")
    for r, f, group, n, money in scores.annotate(n=Count("*"), sum=Sum("monetary")):
        found.groups.setdefault(group, Total()).add(n, money)
        if r:
            found.cells.setdefault((r, f), Total()).add(n, money)
            found.mostly.setdefault((r, f), Counter())[group] += n
    quarter = quarters_back(quarter_of(scoring.as_of), 1)
    then = GroupHistory.objects.filter(quarter=quarter, **team).order_by().values_list("group")
    found.before = dict(then.annotate(n=Count("*")))
    due = Expectation.objects.filter(team=scoring.team_id).due_soon(on=today).values("customer")
    groups = Score.objects.filter(customer__in=due).filter(**within).order_by().values_list("group")
    found.due = dict(groups.annotate(n=Count("*")))
    return found


@dataclass(frozen=True)
class Cell:
    """Customers of one recency and one frequency. `shade` says how much money, 0 to SHADES."""

    r: int
    f: int
    n: int
    money: Decimal
    shade: int
    mostly: str
    is_named: bool


@dataclass(frozen=True)
class GroupLine:
    """A group by itself; `change` since the end of the last quarter."""

    group: str
    n: int
    change: int
    money: Decimal
    due: int


class Overview:
    """What the overview shows of the customers that `user` sees on the day `today`."""

    def __init__(self, user: User, scoring: Scoring, *, today: date) -> None:
        self.user, self.scoring, self.today = user, scoring, today

    @classmethod
    def of(cls, user: User, *, today: date) -> Self | None:
        """None before the team's customers are scored for the first time."""
        scoring = Scoring.objects.filter(team=user.team_id, as_of__isnull=False).first()
        return cls(user, scoring, today=today) if scoring else None

    @cached_property
    def figures(self) -> Figures:
        return figures(self.user, self.scoring, today=self.today)

    def count_of(self, **wanted: str | int) -> int | None:
        """How many a cell or group holds (see Figures.of_cell); None where that is not known without counting."""
        return self.figures.of_cell(**wanted) if self.user.sees_team else None

    def count_due(self, *, group: str = "", whose: str = "", late: bool = False) -> int | None:
        """How many a list of those due soon holds; None where that is not known without counting."""
        if whose or late or not self.user.sees_team:
            return None
        return self.figures.due.get(group, 0) if group else self.figures.due_soon

    @property
    def is_fresh(self) -> bool:
        return self.scoring.as_of == self.today

    @cached_property
    def too_late(self) -> int:
        """Of those due soon, how many lie under a tab after their window."""
        return count_too_late(self.user, today=self.today, due_soon=self.figures.due_soon)

    @cached_property
    def rows(self) -> list[tuple[str, str, list[Cell]]]:
        """("F5", "10+ times", cells from the oldest to the latest) for each frequency, the highest first."""
        words = self._frequency_words
        return [(f"F{f}", words[f], [self._cell(r, f) for r in BANDS]) for f in reversed(BANDS)]

    def _cell(self, r: int, f: int) -> Cell:
        total = self.figures.cells.get((r, f), Total())
        mostly = self._mostly.get((r, f), "")
        shade = ceil(SHADES * sqrt(total.money / self._most)) if total.money > 0 else 0
        return Cell(r, f, total.n, total.money, shade, mostly, self._named.get(mostly) == (r, f))

    @cached_property
    def _most(self) -> Decimal:
        return max((total.money for total in self.figures.cells.values()), default=Decimal(0))

    @cached_property
    def _mostly(self) -> dict[tuple[int, int], str]:
        """The group to which more than half of a cell belong, where there is one."""
        found = {}
        for cell, groups in self.figures.mostly.items():
            [(group, n)] = groups.most_common(1)
            if 2 * n > groups.total():
                found[cell] = group
        return found

    @cached_property
    def _named(self) -> dict[str, tuple[int, int]]:
        """The cell that bears a group's name: of those that are mostly of the group, the one with most of them."""
        by_size = sorted(self._mostly, key=lambda cell: self.figures.mostly[cell][self._mostly[cell]])
        return {self._mostly[cell]: cell for cell in by_size}

    @property
    def columns(self) -> list[tuple[str, str]]:
        """("R1", "over 365 days") and so on, the oldest first."""
        limits = self.scoring.recency_limits
        words = {1: _("over %(n)s\xa0d") % {"n": limits[-1]}}
        for r, limit, before in zip((5, 4, 3, 2), limits, [None, *limits], strict=False):
            words[r] = _("up to %(n)s\xa0d") % {"n": limit} if limit != before else _("none")
        return [(f"R{r}", words[r]) for r in BANDS]

    @property
    def _frequency_words(self) -> dict[int, str]:
        points = self.scoring.frequency_points
        ends = [*points, None]
        return dict(zip(BANDS, map(_span, [1, *(point + 1 for point in points)], ends), strict=True))

    @property
    def groups(self) -> list[GroupLine]:
        return [self._line(group) for group in Group.values]

    def _line(self, group: str) -> GroupLine:
        total = self.figures.groups.get(group, Total())
        change = total.n - self.figures.before.get(group, 0)
        return GroupLine(group, total.n, change, total.money, self.figures.due.get(group, 0))

    @property
    def all(self) -> GroupLine:
        lines = self.groups
        return GroupLine(
            "",
            sum(line.n for line in lines),
            sum(line.change for line in lines),
            sum(line.money for line in lines),
            sum(line.due for line in lines),
        )

    @property
    def compared_with(self) -> date:
        """The last day of the quarter before the running one."""
        return last_day(quarters_back(quarter_of(self.scoring.as_of), 1))

    @property
    def method(self) -> str:
        """Which limits part the scores, and of how many customers they come."""
        n = self.scoring.customers
        if self.scoring.method == Method.QUINTILES:
            words = _("Scores are fifths of your own %(n)s customers who bought in this time.")
            return words % {"n": number(n)}
        rules = Rules.objects.filter(team=self.scoring.team_id).first() or Rules()
        words = _(
            "Scores go by fixed limits; fifths of your own customers begin with %(from)s customers, "
            "and %(n)s bought in this time."
        )
        return words % {"n": n, "from": rules.quintiles_from}


def _span(first: int, last: int | None) -> str:
    """Numbers of purchases in words: "once", "2–4 times", "10+ times", or "none" where scores skip a step."""
    if last is not None and last < first:
        return _("none")
    if last == 1:
        return _("once")
    numbers = f"{first}+" if last is None else str(first) if first == last else f"{first}–{last}"
    return _("%(numbers)s times") % {"numbers": numbers}
