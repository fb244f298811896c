"""The activity matrix: purchases ever by days since the last, as five zones."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import count

from django.db.models import Count, Sum
from django.urls import reverse

from crm.team.models import User
from segmentation.due import customers_of
from segmentation.groups import Limits, in_force
from segmentation.kept import summed
from segmentation.models import Group, Scoring
from segmentation.moving import REGULAR, Move, by_weight, moved
from segmentation.quarters import last_day, quarter_of, quarters_back

MOST_DOTS = 64  # in a zone


@dataclass(frozen=True)
class Zone:
    """A group in the matrix. `change` is against the end of the last quarter, None without anything to compare."""

    group: str
    n: int
    money: Decimal
    change: int | None
    dots: int

    @property
    def rounded(self) -> int:
        """Their money without cents."""
        return round(self.money)

    @property
    def url(self) -> str:
        return f"{reverse('segmentation:customers')}?group={self.group}"


@dataclass(frozen=True)
class _Sums:
    moves: list[Move]
    once_vip: tuple[int, Decimal]


class Matrix:
    """The customers whom `user` sees, by group. `is_empty` while nobody has bought."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.scoring = Scoring.objects.filter(team=user.team_id).first() or Scoring(team=user.team)
        as_of = self.scoring.as_of or user.today()
        self.compared = quarters_back(quarter_of(as_of), 1)

    @cached_property
    def _sums(self) -> _Sums:
        return summed(self.user, self.scoring, "matrix", self._sum)

    def _sum(self) -> _Sums:
        return _Sums(moved(self.user, since=self.compared), self._once_vip())

    def _once_vip(self) -> tuple[int, Decimal]:
        """How many of the lost once bought as often as VIPs do, and what they have brought."""
        lost = customers_of(self.user, today=self.user.today()).filter(
            score__group=Group.LOST, score__purchase_days__gte=self.limits.vip_from
        )
        found = lost.order_by().aggregate(n=Count("pk"), money=Sum("score__money"))
        return found["n"], found["money"] or Decimal(0)

    @cached_property
    def limits(self) -> Limits:
        return in_force(self.scoring)

    @property
    def compared_on(self) -> date:
        return last_day(self.compared)

    @cached_property
    def customers(self) -> int:
        return sum(move.n for move in self._sums.moves)

    @property
    def is_empty(self) -> bool:
        return not self.customers

    @cached_property
    def zones(self) -> dict[str, Zone]:
        """By group, all five."""
        now, before, money = defaultdict(int), defaultdict(int), defaultdict(Decimal)
        for move in self._sums.moves:
            now[move.new] += move.n
            before[move.old] += move.n
            money[move.new] += move.money
        has_past = any(move.old for move in self._sums.moves)
        return {
            group: Zone(
                group, now[group], money[group],
                now[group] - before[group] if has_past else None,
                -(-now[group] // self.per_dot),
            )
            for group in Group.values
        }  # fmt: skip

    @cached_property
    def per_dot(self) -> int:
        """How many customers a dot is: 1, 2, 5, 10, 20 …, so that no zone overflows."""
        largest = max(sum(move.n for move in self._sums.moves if move.new == group) for group in Group.values)
        return next(step for step in _steps() if largest <= step * MOST_DOTS)

    @property
    def told(self) -> list[Move]:
        """Who moved since then, what matters most first; nothing without anything to compare."""
        return by_weight(self._sums.moves) if any(move.old for move in self._sums.moves) else []

    @property
    def asked(self) -> str:
        """The same two days, as the movers' address says them."""
        return f"since={self.compared.isoformat()}&until="

    @property
    def won_back(self) -> int:
        return sum(move.n for move in self._sums.moves if move.old == Group.LOST and move.new in REGULAR)

    @property
    def once_vip(self) -> int:
        return self._sums.once_vip[0]

    @property
    def once_vip_money(self) -> Decimal:
        return Decimal(round(self._sums.once_vip[1]))

    @property
    def growing_until(self) -> int:
        """The most purchases of a customer who is growing; below 2 nobody can be."""
        return self.limits.vip_from - 1


def _steps() -> Iterator[int]:
    for power in count():
        yield from (10**power, 2 * 10**power, 5 * 10**power)
