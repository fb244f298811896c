"""Recency, frequency and money, each 1 to 5, for everyone who has bought. All of it happens in the database."""
# ruff: noqa: S608

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from operator import itemgetter

from django.db import transaction

from contacts.models import Customer
from crm.team.models import Team
from segmentation import groups, sql, summaries
from segmentation.models import Method, QuarterSummary, Rules, Score, Scoring
from segmentation.quarters import period_from, quarter_of, today_of
from segmentation.terms import terms_changed

MANY = 2_000  # customers from which working out all is quicker than working out each
KEY = ("customer_id",)

# What parts scores where there are too few customers for fifths, unless the lead sets other limits.
RECENCY_LIMITS = [30, 90, 180, 365]  # days up to which recency is 5, 4, 3, 2
FREQUENCY_LIMITS = [1, 2, 4, 9]  # purchases up to which frequency is 1, 2, 3, 4
MONEY_LIMITS = ["100", "500", "2000", "10000"]


@dataclass(frozen=True)
class Points:
    """Four values each that do not fall; a score is 1 + the number of them strictly below the value."""

    recency: tuple[date, ...]  # days of the last purchase
    frequency: tuple[int, ...]
    money: tuple[Decimal, ...]

    @classmethod
    def stored(cls, scoring: Scoring) -> "Points":
        return cls(
            tuple(map(date.fromisoformat, scoring.recency_points)),
            tuple(scoring.frequency_points),
            tuple(map(Decimal, scoring.money_points)),
        )

    def store(self, scoring: Scoring) -> None:
        scoring.recency_points = [day.isoformat() for day in self.recency]
        scoring.frequency_points = list(self.frequency)
        scoring.money_points = list(map(str, self.money))

    @classmethod
    def fixed(cls, rules: Rules, *, as_of: date) -> "Points":
        days = sorted(rules.recency_limits or RECENCY_LIMITS, reverse=True)
        return cls(
            tuple(as_of - timedelta(int(limit) + 1) for limit in days),
            tuple(map(int, rules.frequency_limits or FREQUENCY_LIMITS)),
            tuple(Decimal(str(limit)) for limit in rules.money_limits or MONEY_LIMITS),
        )

    @classmethod
    def of_fifths(cls, source: str) -> "Points":
        columns = ("last_on", "frequency", sql.money_key("monetary"))
        recency, frequency, money = sql.fifths(columns, f"(SELECT * FROM {source} WHERE frequency > 0) AS s")
        days = (day if isinstance(day, date) else date.fromisoformat(day) for day in recency)
        return cls(tuple(days), tuple(frequency), tuple(map(sql.money_value, money)))

    def sql(self) -> dict[str, str]:
        """The columns r, f and m out of last_on, frequency and monetary."""
        return {
            "r": _band("last_on", map(sql.literal, self.recency)),
            "f": _band("frequency", map(sql.literal, self.frequency)),
            "m": _band(sql.money_key("monetary"), map(sql.money_literal, self.money)),
        }


def _band(value: str, points: Iterable[str]) -> str:
    steps = " ".join(f"WHEN {value} <= {point} THEN {score}" for score, point in enumerate(points, start=1))
    return f"CASE WHEN frequency = 0 THEN NULL {steps} ELSE 5 END"


@transaction.atomic
def score_team(team: Team, *, as_of: date) -> int:
    """Work out every score of the team from its purchases. Returns how many rows had to be written.

    Purchases after `as_of` do not count. Rows that are right already are left alone.
    """
    scoring, rules = hold(team), rules_of(team)
    sql.work_in_memory()
    start = period_from(as_of, rules.quarters)
    with summaries.kept_facts(team.pk, as_of=as_of, period_from=start) as fresh:
        buyers = _settle(scoring, rules, fresh, as_of=as_of)
        mine = f"team_id = {sql.literal(team.pk)}"
        written = sql.write_changed(Score, _scored(scoring, fresh, as_of=as_of), key=KEY, within=mine)
        if sql.count(Score, mine) > buyers:
            written += sql.delete_others(Score, f"SELECT customer_id FROM {fresh}", key=KEY, within=mine)
    scoring.version += 1
    scoring.save()
    transaction.on_commit(partial(terms_changed, team.pk))
    return written


@transaction.atomic
def score_again(team: Team) -> int:
    """Work out scores and groups from the summaries, as after a change of the rules. Returns how many rows changed."""
    scoring, rules = hold(team), rules_of(team)
    if not scoring.as_of:
        return 0
    sql.work_in_memory()
    limits_before = groups.in_force(scoring)
    start = period_from(scoring.as_of, rules.quarters)
    written = _write_period(scoring, start) if start != scoring.period_from else 0
    mine = f"(SELECT * FROM {sql.table(Score)} WHERE team_id = {sql.literal(team.pk)}) AS mine"
    _settle(scoring, rules, mine, as_of=scoring.as_of)
    scoring.version += 1
    scoring.save()
    transaction.on_commit(partial(terms_changed, team.pk))
    if (limits := groups.in_force(scoring)) != limits_before:
        written += groups.write_history(team.pk, as_of=scoring.as_of, limits=limits)
    return written + _write_scores(scoring)


def rules_of(team: Team) -> Rules:
    return Rules.objects.filter(team=team).first() or Rules(team=team)


def hold(team: Team) -> Scoring:
    """The team's row, which nobody else may have until this transaction ends: who writes summaries asks for it first.

    Otherwise a purchase that comes while all are worked out would be overwritten by what was true before it.
    """
    rows = Scoring.objects.select_for_update().filter(team=team)
    if not (scoring := rows.first()):
        Scoring.objects.get_or_create(team=team)
        scoring = rows.get()
    return scoring


def _settle(scoring: Scoring, rules: Rules, source: str, *, as_of: date) -> int:
    """Find what parts scores and groups on that day, from facts about each customer. Saves nothing.

    Returns how many customers there are facts about.
    """
    scoring.as_of, scoring.period_from = as_of, period_from(as_of, rules.quarters)
    [[buyers, scoring.customers]] = sql.rows(f"SELECT COUNT(*), COUNT(NULLIF(frequency, 0)) FROM {source}")
    if scoring.customers >= rules.quintiles_from:
        scoring.method, points = Method.QUINTILES, Points.of_fifths(source)
    else:
        scoring.method, points = Method.LIMITS, Points.fixed(rules, as_of=as_of)
    points.store(scoring)
    limits = groups.limits(rules, groups.usual(scoring))
    scoring.one_time_after, scoring.lost_after = limits.one_time_after, limits.lost_after
    scoring.vip_from = limits.vip_from
    return buyers


def _assigned(scoring: Scoring, *, as_of: date) -> dict[str, str]:
    """SQL of the columns that a score adds to the facts."""
    return Points.stored(scoring).sql() | {"group": groups.in_force(scoring).sql(as_of=as_of)}


def _scored(scoring: Scoring, source: str, *, as_of: date) -> str:
    """SQL of whole rows of Score."""
    facts = "customer_id, purchase_days, first_on, last_on, money, frequency, monetary"
    assigned = _assigned(scoring, as_of=as_of).items()
    new = ", ".join(f"{text} AS {sql.column(name)}" for name, text in assigned)
    return f"SELECT {sql.literal(scoring.team_id)} AS team_id, {facts}, {new} FROM {source}"


def _write_scores(scoring: Scoring) -> int:
    assigned = _assigned(scoring, as_of=scoring.as_of)
    return sql.update_changed(Score, assigned, within=f"team_id = {sql.literal(scoring.team_id)}")


def _write_period(scoring: Scoring, start: date | None) -> int:
    """Put frequency and money of the period right, from the summaries of the quarters."""
    within = f"team_id = {sql.literal(scoring.team_id)}"
    if start is None:
        return sql.update_changed(Score, {"frequency": "purchase_days", "monetary": "money"}, within=within)
    select = (
        f"SELECT customer_id, SUM(days) AS days, {sql.total('money')} AS money FROM {sql.table(QuarterSummary)} "
        f"WHERE {within} AND quarter >= {sql.literal(start)} GROUP BY customer_id"
    )
    with sql.kept("fresh_period", select) as fresh:
        none = f"customer_id NOT IN (SELECT customer_id FROM {fresh})"
        written = sql.update_changed(
            Score, {"frequency": "0", "monetary": "0"}, within=f"{within} AND {none}"
        )
        same = f"{within} AND fresh.customer_id = {sql.table(Score)}.customer_id"
        found = {"frequency": "fresh.days", "monetary": "fresh.money"}
        return written + sql.update_changed(Score, found, within=same, source=f"{fresh} AS fresh")


@transaction.atomic(savepoint=False)
def groups_of(customer_ids: Collection[int]) -> dict[int, str]:
    return dict(Score.objects.filter(customer__in=customer_ids).values_list("customer", "group"))


def refresh(customer_ids: Collection[int], *, now: datetime) -> None:
    """Put right what is known of customers of one team whose purchases have changed, in the same transaction.

    A few customers are scored by the points found last night; where many have changed, all are found anew.
    """
    if not (scoring := _hold_for(customer_ids)):
        return
    as_of = today_of(scoring.team, now)
    if scoring.as_of is None or len(customer_ids) > MANY:
        score_everything(scoring.team, as_of=as_of)
    else:
        _refresh(scoring, customer_ids, as_of=as_of)


def _hold_for(customer_ids: Collection[int]) -> Scoring | None:
    """The row of the customers' team; None if they are all gone."""
    some = list(islice(customer_ids, 500))
    rows = Scoring.objects.select_for_update(of=("self",)).select_related("team")
    if scoring := rows.filter(team__customers__in=some).first():
        return scoring
    team = Team.objects.filter(customers__in=some).first()
    return hold(team) if team else None


def _refresh(scoring: Scoring, ids: Collection[int], *, as_of: date) -> None:
    team_id, within = scoring.team_id, f"customer_id IN ({sql.numbers(ids)})"
    _written, deleted = summaries.write_quarters(team_id, as_of=as_of, of=ids)
    fewer = bool(deleted) or summaries.has_quarter_of_returns(ids)
    facts = summaries.facts(team_id, as_of=as_of, period_from=scoring.period_from, of=ids)
    scored = _scored(scoring, f"({facts}) AS facts", as_of=as_of)
    sql.write_changed(Score, scored, key=KEY, within=within)
    if fewer:
        sql.delete_others(Score, facts, key=KEY, within=within)
    limits = groups.in_force(scoring)
    groups.write_history(team_id, as_of=as_of, limits=limits, of=ids, also_forget=fewer)
    sql.run(f"UPDATE {sql.table(Scoring)} SET version = version + 1 WHERE team_id = {sql.literal(team_id)}")


@transaction.atomic
def score_everything(team: Team, *, as_of: date) -> int:
    """Everything that is worked out from a team's purchases, put right. Returns how many rows had to be written.

    Scores are always worked out from the purchases; quarters and groups of the past from the first night of a
    quarter or under other limits, and of customers whose quarters and score do not agree.
    """
    from segmentation.usual import find_usual  # here, for numpy is slow to load

    scoring = hold(team)
    before = scoring.as_of and quarter_of(scoring.as_of), groups.in_force(scoring)
    find_usual(scoring, as_of=as_of)
    scoring.save()
    written = score_team(team, as_of=as_of)
    scoring.refresh_from_db()
    if before != (quarter_of(as_of), groups.in_force(scoring)):
        return written + _write_past(scoring)
    wrong = summaries.out_of_step(team.pk)
    return written + (_write_past(scoring, of=wrong if len(wrong) <= MANY else None) if wrong else 0)


def _write_past(scoring: Scoring, *, of: Collection[int] | None = None) -> int:
    """Put the quarters right, and then the groups at their ends."""
    team_id, as_of = scoring.team_id, scoring.as_of
    written = sum(summaries.write_quarters(team_id, as_of=as_of, of=of))
    return written + groups.write_history(team_id, as_of=as_of, limits=groups.in_force(scoring), of=of)


@transaction.atomic
def points_on(team: Team, *, as_of: date) -> Points:
    """What would have parted the team's scores on any day, by what was known then. Nothing is stored."""
    rules, scoring = rules_of(team), Scoring(team=team)
    facts = summaries.facts(team.pk, as_of=as_of, period_from=period_from(as_of, rules.quarters))
    with sql.kept("past_facts", facts) as source:
        _settle(scoring, rules, source, as_of=as_of)
    return Points.stored(scoring)


@dataclass(frozen=True)
class Line:
    """How a customer scored on some day."""

    number: str
    name: str
    recency_days: int
    frequency: int
    money: Decimal
    r: int
    f: int
    m: int
    group: str


def scores_on(team: Team, *, as_of: date) -> tuple[Scoring, Iterator[Line]]:
    """How the team's customers would have scored on any day, by what was known then. Nothing is stored."""
    from segmentation.usual import find_usual  # here, for numpy is slow to load

    rules, scoring = rules_of(team), Scoring(team=team)
    find_usual(scoring, as_of=as_of)
    facts = summaries.facts(team.pk, as_of=as_of, period_from=period_from(as_of, rules.quarters))
    with sql.kept("past_facts", facts) as source:
        _settle(scoring, rules, source, as_of=as_of)
        scored = _scored(scoring, source, as_of=as_of)
        found = sql.rows(
            f'SELECT number, name, last_on, frequency, {sql.money_key("monetary")}, r, f, m, "group" '
            f"FROM ({scored}) AS scored JOIN {sql.table(Customer)} AS customer ON customer.id = customer_id "
            f"WHERE frequency > 0 ORDER BY customer_id"
        )
    found.sort(key=itemgetter(0))  # here, where every database has the same alphabet
    return scoring, (_line(row, as_of) for row in found)


def _line(row: tuple, as_of: date) -> Line:
    number, name, last_on, frequency, money, *assigned = row
    last_on = last_on if isinstance(last_on, date) else date.fromisoformat(last_on)
    return Line(number, name, (as_of - last_on).days, frequency, sql.money_value(money), *assigned)
