"""Who moved from group to group: the customers a user sees, counted between two ends of quarters or until today."""
# ruff: noqa: S608

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, FilteredRelation, Min, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models.customer import CustomerQuerySet
from crm.team.models import Team, User
from segmentation import sql
from segmentation.due import customers_of
from segmentation.groups import HISTORY
from segmentation.kept import of_team
from segmentation.models import Group, GroupHistory, Score, Scoring
from segmentation.quarters import quarter_of, quarters_back

FEW = 800
NEW = ""  # the group of those who had not bought before

REGULAR = (Group.VIP, Group.GROWING)

# What is told first: from worst, over best, to what mostly time has done.
ORDER = (
    (Group.VIP, Group.LOST),
    (Group.GROWING, Group.LOST),
    (Group.LOST, Group.VIP),
    (Group.LOST, Group.GROWING),
    (Group.GROWING, Group.VIP),
    (Group.BEGINNER, Group.VIP),
    (Group.BEGINNER, Group.GROWING),
    (Group.ONE_TIME, Group.VIP),
    (Group.ONE_TIME, Group.GROWING),
    (Group.BEGINNER, Group.ONE_TIME),
    (NEW, Group.BEGINNER),
    (NEW, Group.GROWING),
    (NEW, Group.VIP),
)


@dataclass(frozen=True)
class Move:
    """`n` customers who went from one group to another; `old` is NEW for those who had not bought before."""

    old: str
    new: str
    n: int
    money: Decimal = Decimal(0)

    @property
    def is_loss(self) -> bool:
        return self.old in REGULAR and self.new == Group.LOST

    @property
    def is_gain(self) -> bool:
        return self.new in REGULAR and self.old not in (self.new, Group.VIP)

    @property
    def rounded(self) -> int:
        """Their money without cents."""
        return round(self.money)

    @property
    def old_name(self) -> str:
        return name_of(self.old, self.n)

    @property
    def new_name(self) -> str:
        return name_of(self.new, self.n)

    @property
    def sentence(self) -> str:
        n = {"n": self.n}
        if self.old == NEW:
            words = ngettext("%(n)s new customer, now %(new)s", "%(n)s new customers, now %(new)s", self.n)
            return words % {**n, "new": self.new_name}
        if self.old == Group.LOST and self.new in REGULAR:
            words = ngettext(
                "%(n)s lost was won back, now %(new)s", "%(n)s lost were won back, now %(new)s", self.n
            )
            return words % {**n, "new": self.new_name}
        words = ngettext("%(n)s %(old)s became %(new)s", "%(n)s %(old)s became %(new)s", self.n)
        return words % {**n, "old": self.old_name, "new": self.new_name}


def name_of(group: str, n: int) -> str:
    """So many of a group, as they stand within a sentence."""
    if group == Group.BEGINNER:
        return ngettext("beginner", "beginners", n)
    if group == Group.VIP:
        return ngettext("VIP", "VIPs", n)
    return str(Group(group).label) if group else _("new")


def moved(user: User, *, since: date, until: date | None = None) -> list[Move]:
    """Everybody whom the user sees, by the group at the end of the quarter `since` and that of `until` or today.

    Also who stayed in a group. `money` is what they have brought ever. One query.
    """
    found = (
        _between(user, since, until)
        .order_by()
        .values(old=F("before__group"), new=F(_after(until)))
        .annotate(n=Count("pk"), money=Sum("score__money"))
    )
    return [Move(row["old"] or NEW, row["new"], row["n"], row["money"] or Decimal(0)) for row in found]


def movers(
    user: User, scoring: Scoring, *, since: date, until: date | None, old: str, new: str
) -> CustomerQuerySet:
    """Those of the user's customers who went from one group to the other.

    Where these are few they are named one by one: PostgreSQL would read all customers in the order of their names
    until fifty match.
    """
    name = f"movers:{since}:{until}:{old}:{new}"
    ids = of_team(scoring, name, lambda: _ids(user.team_id, since, until, old, new))
    if len(ids) <= FEW:
        return customers_of(user, today=user.today()).filter(pk__in=ids)
    was = {"before__group": old} if old else {"before__group__isnull": True}
    return _between(user, since, until).filter(**was, **{_after(until): new})


def _ids(team_id: int, since: date, until: date | None, old: str, new: str) -> list[int]:
    """Of the whole team, and no more than are FEW and one."""
    model = GroupHistory if until else Score
    at = f"AND after.quarter = {sql.literal(until)}" if until else ""
    was = f"= '{Group(old).value}'" if old else "IS NULL"
    found = sql.rows(
        f"SELECT after.customer_id FROM {sql.table(model)} AS after "
        f"LEFT JOIN {sql.table(GroupHistory)} AS before "
        f"ON before.customer_id = after.customer_id AND before.quarter = {sql.literal(since)} "
        f"WHERE after.team_id = {sql.literal(team_id)} {at} AND after.\"group\" = '{Group(new).value}' "
        f'AND before."group" {was} LIMIT {FEW + 1}'
    )
    return [pk for [pk] in found]


def _after(until: date | None) -> str:
    return "after__group" if until else "score__group"


def _between(user: User, since: date, until: date | None) -> CustomerQuerySet:
    mine = customers_of(user, today=user.today())
    mine = mine.annotate(before=FilteredRelation("groups", condition=Q(groups__quarter=since)))
    if until is None:
        return mine.filter(score__isnull=False)
    mine = mine.annotate(after=FilteredRelation("groups", condition=Q(groups__quarter=until)))
    return mine.filter(after__group__isnull=False)


def by_weight(moves: list[Move]) -> list[Move]:
    """Those who did move: what matters most first, and of the rest the most frequent."""
    changed = [move for move in moves if move.old != move.new]
    return sorted(changed, key=lambda move: (_rank(move), -move.n))


def _rank(move: Move) -> int:
    pair = (move.old, move.new)
    return ORDER.index(pair) if pair in ORDER else len(ORDER)


def ends(team: Team, *, today: date) -> list[date]:
    """The quarters that are over and at whose end somebody had a group, the latest first."""
    first = GroupHistory.objects.filter(team=team).aggregate(first=Min("quarter"))["first"]
    over = (quarters_back(quarter_of(today), n) for n in range(1, HISTORY + 1))
    return [quarter for quarter in over if first and quarter >= first]


@dataclass(frozen=True)
class Table:
    """Moves as a table: a row for each group one came from, a column for each one went to."""

    moves: list[Move]

    @property
    def rows(self) -> Iterator[tuple[str, list[Move], int]]:
        """(group or NEW, a move for every group, their sum) for each row that is not empty."""
        found = {(move.old, move.new): move for move in self.moves}
        for old in (*Group.values, NEW):
            row = [found.get((old, new), Move(old, new, 0)) for new in Group.values]
            if total := sum(move.n for move in row):
                yield old, row, total

    @property
    def totals(self) -> list[int]:
        return [sum(move.n for move in self.moves if move.new == new) for new in Group.values]

    @property
    def all(self) -> int:
        return sum(self.totals)
