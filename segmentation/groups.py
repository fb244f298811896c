"""The five groups: purchases ever by days since the last, cut without gap or overlap."""
# ruff: noqa: S608

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from contacts.models import Customer
from crm.team.models import Team
from segmentation import sql
from segmentation.models import Group, GroupHistory, QuarterSummary, Rules, Score, Scoring
from segmentation.quarters import last_day, quarter_of, quarters_back

HISTORY = 8  # quarters that are over and whose groups are kept
HISTORY_KEY = ("customer_id", "quarter")


@dataclass(frozen=True)
class Limits:
    """Days since the last purchase after which one is one-time or lost; purchases from which one is a VIP."""

    one_time_after: int
    lost_after: int
    vip_from: int

    def group_of(self, *, purchases: int, days_since: int) -> Group:
        """The group of a customer with so many days with a purchase (at least one), the last so many days ago."""
        if purchases == 1:
            return Group.ONE_TIME if days_since > self.one_time_after else Group.BEGINNER
        if days_since > self.lost_after:
            return Group.LOST
        return Group.VIP if purchases >= self.vip_from else Group.GROWING

    def sql(self, *, as_of: date) -> str:
        """The same of the columns purchase_days and last_on."""
        return self.case(*map(sql.literal, self.days_needed(as_of)))

    def days_needed(self, as_of: date) -> tuple[date, date]:
        """Since which day one must have bought not to be one-time, and not to be lost."""
        return as_of - timedelta(self.one_time_after), as_of - timedelta(self.lost_after)

    def case(self, one_time: str, lost: str) -> str:
        return (
            f"CASE WHEN purchase_days = 1 AND last_on < {one_time} THEN '{Group.ONE_TIME.value}' "
            f"WHEN purchase_days = 1 THEN '{Group.BEGINNER.value}' "
            f"WHEN last_on < {lost} THEN '{Group.LOST.value}' "
            f"WHEN purchase_days >= {sql.literal(self.vip_from)} THEN '{Group.VIP.value}' "
            f"ELSE '{Group.GROWING.value}' END"
        )


# For a team whose purchases do not tell yet.
DEFAULT = Limits(one_time_after=120, lost_after=120, vip_from=5)


def in_force(scoring: Scoring) -> Limits:
    """The limits by which the team's groups were last told apart."""
    return Limits(scoring.one_time_after, scoring.lost_after, scoring.vip_from)


def usual(scoring: Scoring) -> Limits:
    """What was found last, and the default where there was too little to find."""
    return Limits(
        scoring.usual_one_time_after or DEFAULT.one_time_after,
        scoring.usual_lost_after or DEFAULT.lost_after,
        scoring.usual_vip_from or DEFAULT.vip_from,
    )


def limits(rules: Rules, usual: Limits) -> Limits:
    """What the lead has set, and the usual where nothing is set."""
    return Limits(
        rules.one_time_after or usual.one_time_after,
        rules.lost_after or usual.lost_after,
        rules.vip_from or usual.vip_from,
    )


def preview(team: Team, proposed: Limits, *, as_of: date) -> dict[tuple[str, str], int]:
    """How many customers would go from which group to which under other limits. One query."""
    new = proposed.sql(as_of=as_of)
    found = sql.rows(
        f'SELECT "group", {new} AS proposed, COUNT(*) FROM {sql.table(Score)} '
        f'WHERE team_id = {sql.literal(team.pk)} AND "group" <> {new} GROUP BY 1, 2'
    )
    return {(old, new): n for old, new, n in found}


def write_history(
    team_id: int, *, as_of: date, limits: Limits, of: Collection[int] | None = None, also_forget: bool = True
) -> int:
    """Put the groups at the ends of the quarters that are over right, from the summaries of the quarters.

    They follow the limits in force: two quarters then differ by what customers did, not by what the lead set.
    `also_forget` those of before the first purchase or too long ago. Returns how many rows changed.
    """
    within = f"team_id = {sql.literal(team_id)}" if of is None else f"customer_id IN ({sql.numbers(of)})"
    running = quarter_of(as_of)
    over = [quarters_back(running, n) for n in range(HISTORY, 0, -1)]
    select = _at_ends(over, limits, within)
    written = sql.write_changed(GroupHistory, select, key=HISTORY_KEY, within=within)
    return written + (_forget(within, over) if also_forget else 0)


def _at_ends(over: list[date], limits: Limits, within: str) -> str:
    """SQL of the group of each customer at the end of each of these quarters."""
    ends = ", ".join(f"({', '.join(map(sql.literal, _end(quarter, limits)))})" for quarter in over)
    until = (
        f"WITH ends (quarter, one_time, lost) AS (VALUES {ends}) "
        f"SELECT customer_id, team_id, ends.quarter, one_time, lost, "
        f"SUM(days) AS purchase_days, MAX(last_on) AS last_on "
        f"FROM {sql.table(QuarterSummary)} AS q JOIN ends ON q.quarter <= ends.quarter "
        f"WHERE {within} GROUP BY customer_id, team_id, ends.quarter, one_time, lost HAVING SUM(days) > 0"
    )
    return f'SELECT customer_id, team_id, quarter, {limits.case("one_time", "lost")} AS "group" FROM ({until}) AS u'


def _end(quarter: date, limits: Limits) -> tuple[date, date, date]:
    return quarter, *limits.days_needed(last_day(quarter))


def _forget(within: str, over: list[date]) -> int:
    """Delete groups of quarters too long ago, and of those before the first purchase."""
    mine, quarters = sql.table(GroupHistory), sql.table(QuarterSummary)
    bought = (
        f"SELECT 1 FROM {quarters} AS q "
        f"WHERE q.customer_id = {mine}.customer_id AND q.quarter <= {mine}.quarter AND q.days > 0"
    )
    kept = f"quarter BETWEEN {sql.literal(over[0])} AND {sql.literal(over[-1])} AND EXISTS ({bought})"
    return sql.run(f"DELETE FROM {mine} WHERE {within} AND NOT ({kept})")


def movements(team: Team, *, since: date, until: date | None = None) -> dict[tuple[str, str], int]:
    """How many went from which group to which between the ends of two quarters, or to today. One query.

    Those who had not bought before come from the group "".
    """
    return {
        (old or "", new): n
        for old, new, n in sql.rows(
            f'SELECT before."group", after."group", COUNT(*) FROM {_state(team, until)} AS after '
            f"LEFT JOIN {_state(team, since)} AS before ON before.customer_id = after.customer_id "
            f"GROUP BY 1, 2"
        )
    }


def _state(team: Team, quarter: date | None) -> str:
    model = GroupHistory if quarter else Score
    at = f" AND quarter = {sql.literal(quarter)}" if quarter else ""
    return f'(SELECT customer_id, "group" FROM {sql.table(model)} WHERE team_id = {sql.literal(team.pk)}{at})'


def movers(team: Team, *, since: date, old: str, new: str, until: date | None = None) -> QuerySet[Customer]:
    """Who went from one group to another between the ends of two quarters, or to today; from "" who was new."""
    before = GroupHistory.objects.filter(team=team, quarter=since)
    after = GroupHistory.objects.filter(team=team, quarter=until) if until else Score.objects.of_team(team)
    found = Customer.objects.filter(team=team, pk__in=after.filter(group=new).values("customer_id"))
    if old:
        return found.filter(pk__in=before.filter(group=old).values("customer_id"))
    return found.exclude(pk__in=before.values("customer_id"))


def counts(team: Team) -> dict[str, int]:
    """How many customers each group has today."""
    found = Score.objects.of_team(team).values_list("group").annotate(n=Count("pk")).order_by()
    return dict.fromkeys(Group.values, 0) | dict(found)
