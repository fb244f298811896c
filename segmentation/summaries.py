"""Purchases summed up per customer and per customer and quarter, in the database.

A day counts once, and only if something was bought on it: a return (an amount below zero) lowers the money and is no
purchase. docs/decisions/0014 says why.
"""
# ruff: noqa: S608

from collections.abc import Collection
from datetime import date

from contacts.models import Purchase
from segmentation import sql
from segmentation.models import QuarterSummary

QUARTER_KEY = ("customer_id", "quarter")
BOUGHT = "amount >= 0"


def facts(
    team_id: int, *, as_of: date, period_from: date | None = None, of: Collection[int] | None = None
) -> str:
    """SQL of what the purchases until `as_of`, that day included, come to: a row for each customer who bought.

    Columns: customer_id, purchase_days, first_on, last_on, money; frequency and monetary since `period_from`.
    """
    since = f"bought_on >= {sql.literal(period_from)}" if period_from else ""
    bought, inside = f"FILTER (WHERE {BOUGHT})", f"{BOUGHT} AND {since}" if since else BOUGHT
    money = sql.total(f"CASE WHEN {since} THEN amount ELSE 0 END" if since else "amount")
    return (
        f"SELECT customer_id, COUNT(DISTINCT bought_on) {bought} AS purchase_days, "
        f"MIN(bought_on) {bought} AS first_on, MAX(bought_on) {bought} AS last_on, {sql.total('amount')} AS money, "
        f"COUNT(DISTINCT bought_on) FILTER (WHERE {inside}) AS frequency, {money} AS monetary "
        f"FROM {sql.table(Purchase)} WHERE {_until(team_id, as_of, of)} "
        f"GROUP BY customer_id HAVING MAX(amount) >= 0"
    )


def quarters(team_id: int, *, as_of: date, of: Collection[int] | None = None) -> str:
    """SQL of the same per customer and quarter; one with returns only has no days."""
    return (
        f"SELECT customer_id, {sql.literal(team_id)} AS team_id, {sql.quarter('bought_on')} AS quarter, "
        f"COUNT(DISTINCT bought_on) FILTER (WHERE {BOUGHT}) AS days, {sql.total('amount')} AS money, "
        f"MAX(bought_on) FILTER (WHERE {BOUGHT}) AS last_on "
        f"FROM {sql.table(Purchase)} WHERE {_until(team_id, as_of, of)} GROUP BY customer_id, 3"
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


def _until(team_id: int, as_of: date, of: Collection[int] | None) -> str:
    return f"team_id = {sql.literal(team_id)} AND bought_on <= {sql.literal(as_of)}{_among(of)}"


def _among(of: Collection[int] | None) -> str:
    return "" if of is None else f" AND customer_id IN ({sql.numbers(of)})"
