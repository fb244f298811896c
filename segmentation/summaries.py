"""Purchases summed up per customer and per customer and quarter, in the database.

A day counts once, and only if something was bought on it: a return (an amount below zero) lowers the money and is no
purchase. docs/decisions/0014 says why.
"""
# ruff: noqa: S608

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date

from contacts.models import Purchase
from crm.team.models import Team
from segmentation import sql
from segmentation.models import QuarterSummary, Score

QUARTER_KEY = ("customer_id", "quarter")
BY_BUYER = "GROUP BY customer_id HAVING MAX(day) IS NOT NULL"


def facts(
    team_id: int, *, as_of: date, period_from: date | None = None, of: Collection[int] | None = None
) -> str:
    """SQL of what the purchases until `as_of`, that day included, come to: a row for each customer who bought.

    Columns: customer_id, purchase_days, first_on, last_on, money; frequency and monetary since `period_from`.
    """
    return f"{_facts('day', period_from)} FROM {_purchases(team_id, as_of, of)} {BY_BUYER}"


def _facts(day: str, period_from: date | None) -> str:
    since = f"bought_on >= {sql.literal(period_from)}" if period_from else ""
    days = f"CASE WHEN {since} THEN {day} END" if since else day
    money = sql.total(f"CASE WHEN {since} THEN amount ELSE 0 END" if since else "amount")
    return (
        f"SELECT customer_id, COUNT(DISTINCT {day}) AS purchase_days, MIN({day}) AS first_on, "
        f"MAX({day}) AS last_on, {sql.total('amount')} AS money, "
        f"COUNT(DISTINCT {days}) AS frequency, {money} AS monetary"
    )


@contextmanager
def kept_facts(team_id: int, *, as_of: date, period_from: date | None) -> Iterator[str]:
    """The name of a table of the facts while the block runs.

    To ask of each of a million purchases whether it is a return, or of another day or team, takes longer than to add
    them up. So they are added up as they are, and then again for customers with a return or a day to come.
    """
    where = f" WHERE team_id = {sql.literal(team_id)}" if Team.objects.exclude(pk=team_id).exists() else ""
    plain = f"{_facts('bought_on', period_from)}, MIN(amount) AS least FROM {sql.table(Purchase)}{where}"
    with sql.kept("fresh_facts", f"{plain} GROUP BY customer_id") as fresh:
        _add_up_again(fresh, team_id, as_of=as_of, period_from=period_from)
        yield fresh


def _add_up_again(fresh: str, team_id: int, *, as_of: date, period_from: date | None) -> None:
    odd = f"FROM {fresh} WHERE least < 0 OR last_on > {sql.literal(as_of)}"
    if not sql.rows(f"SELECT 1 {odd} LIMIT 1"):
        return
    with sql.kept("odd_customers", f"SELECT customer_id {odd}") as others:
        sql.run(f"DELETE {odd}")
        again = _purchases(team_id, as_of, None, among=f"SELECT customer_id FROM {others}")
        sql.run(f"INSERT INTO {fresh} {_facts('day', period_from)}, 0 FROM {again} {BY_BUYER}")


def quarters(team_id: int, *, as_of: date, of: Collection[int] | None = None) -> str:
    """SQL of the same per customer and quarter; one with returns only has no days."""
    return (
        f"SELECT customer_id, {sql.literal(team_id)} AS team_id, {sql.quarter('bought_on')} AS quarter, "
        f"COUNT(DISTINCT day) AS days, {sql.total('amount')} AS money, MAX(day) AS last_on "
        f"FROM {_purchases(team_id, as_of, of)} GROUP BY customer_id, 3"
    )


def write_quarters(team_id: int, *, as_of: date, of: Collection[int] | None = None) -> tuple[int, int]:
    """Put the quarters of a team, or of these customers, right. Returns how many rows were written and deleted."""
    if of is not None:
        return _write_quarters(quarters(team_id, as_of=as_of, of=of), f"customer_id IN ({sql.numbers(of)})")
    within = f"team_id = {sql.literal(team_id)}"
    with sql.kept("fresh_quarters", quarters(team_id, as_of=as_of)) as fresh:
        return _write_quarters(f"SELECT * FROM {fresh}", within)


def _write_quarters(select: str, within: str) -> tuple[int, int]:
    written = sql.write_changed(QuarterSummary, select, key=QUARTER_KEY, within=within)
    return written, sql.delete_others(QuarterSummary, select, key=QUARTER_KEY, within=within)


def out_of_step(team_id: int) -> list[int]:
    """Customers whose quarters do not come to what their score says was ever bought: somebody forgot to say so."""
    within, quarters, scores = (
        f"team_id = {sql.literal(team_id)}",
        sql.table(QuarterSummary),
        sql.table(Score),
    )
    sums = (
        f"SELECT customer_id, SUM(days) AS days, {sql.total('money')} AS money, MAX(last_on) AS last_on "
        f"FROM {quarters} WHERE {within} GROUP BY customer_id"
    )
    found = ("q.days", sql.money_key("q.money"), "q.last_on")
    scored = ("s.purchase_days", sql.money_key("s.money"), "s.last_on")
    return [
        pk
        for (pk,) in sql.rows(
            f"SELECT s.customer_id FROM (SELECT * FROM {scores} WHERE {within}) AS s "
            f"LEFT JOIN ({sums}) AS q ON q.customer_id = s.customer_id WHERE {sql.differ(found, scored)} "
            f"UNION SELECT customer_id FROM {quarters} WHERE {within} AND days > 0 "
            f"AND customer_id NOT IN (SELECT customer_id FROM {scores} WHERE {within})"
        )
    ]


def _purchases(team_id: int, as_of: date, of: Collection[int] | None, *, among: str = "") -> str:
    """SQL of the purchases until that day; `day` is null for a return. FILTER would take a fifth longer."""
    chosen = among if of is None else sql.numbers(of)
    return (
        f"(SELECT customer_id, bought_on, amount, CASE WHEN amount >= 0 THEN bought_on END AS day "
        f"FROM {sql.table(Purchase)} WHERE team_id = {sql.literal(team_id)} "
        f"AND bought_on <= {sql.literal(as_of)}{f' AND customer_id IN ({chosen})' if chosen else ''}) AS bought"
    )
