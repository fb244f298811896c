"""What the ORM cannot say: writing only what has changed, and the few words in which the two databases differ.

Texts are put together from names of our own tables and columns and from `literal`, which takes only days and
numbers; nothing that a person has typed comes here.
"""
# ruff: noqa: S608

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from django.db import connection, models

FIFTHS = (1, 2, 3, 4)


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def literal(value: date | int | Decimal) -> str:
    if isinstance(value, date):
        return f"'{value.isoformat()}'" if is_sqlite() else f"DATE '{value.isoformat()}'"
    if isinstance(value, int | Decimal):
        return str(value)
    raise TypeError(type(value))


def numbers(ids: Iterable[int]) -> str:
    """What stands in the brackets of IN; never empty."""
    return ", ".join(literal(int(each)) for each in ids) or "NULL"


def table(model: type[models.Model]) -> str:
    return model._meta.db_table


def column(name: str) -> str:
    return f'"{name}"'


def total(amount: str) -> str:
    """The exact sum of a column of money. SQLite adds decimals as floats, so there it is told to add cents."""
    return f"SUM(CAST(ROUND({amount} * 100) AS INTEGER)) / 100.0" if is_sqlite() else f"SUM({amount})"


def money_key(money: str) -> str:
    """A column of money as something that is exact to compare: cents on SQLite."""
    return f"CAST(ROUND({money} * 100) AS INTEGER)" if is_sqlite() else money


def money_literal(value: Decimal) -> str:
    return literal(int(value * 100) if is_sqlite() else value)


def money_value(key: object) -> Decimal:
    """The amount behind a `money_key` that came back from the database."""
    return Decimal(key) / 100 if is_sqlite() else Decimal(key)


def quarter(day: str) -> str:
    """The first day of the calendar quarter of a column of days."""
    if not is_sqlite():
        return f"date_trunc('quarter', {day}::timestamp)::date"
    month = f"substr({day}, 6, 2)"
    starts = " ".join(
        f"WHEN {month} < '{end:02}' THEN '{start:02}-01'" for start, end in ((1, 4), (4, 7), (7, 10))
    )
    return f"substr({day}, 1, 5) || CASE {starts} ELSE '10-01' END"


def fifths(columns: Iterable[str], source: str) -> list[list]:
    """The discrete 20, 40, 60 and 80 % points of each column: the smallest value that so many do not exceed."""
    if is_sqlite():
        return [_fifths_by_counting(each, source) for each in columns]
    each = ", ".join(
        f"percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY {name})" for name in columns
    )
    return [list(points) for points in rows(f"SELECT {each} FROM {source}")[0]]


def _fifths_by_counting(name: str, source: str) -> list:
    points = ", ".join(f"MIN(CASE WHEN 5 * below >= {k} * n THEN v END)" for k in FIFTHS)
    counted = f"SELECT {name} AS v, COUNT(*) AS k FROM {source} GROUP BY 1"
    running = f"SELECT v, SUM(k) OVER (ORDER BY v) AS below, SUM(k) OVER () AS n FROM ({counted}) AS c"
    return list(rows(f"SELECT {points} FROM ({running}) AS r")[0])


def rows(text: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall()


def run(text: str) -> int:
    """How many rows were written or deleted."""
    with connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.rowcount


def work_in_memory() -> None:
    """Until this transaction ends, let PostgreSQL sort a hundred thousand customers without writing to disk."""
    if not is_sqlite():
        run("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")


@contextmanager
def kept(name: str, select: str) -> Iterator[str]:
    """What a query gives, kept under a name of this connection's own while it is used more than once."""
    run(f"CREATE TEMPORARY TABLE {name} AS {select}")
    try:
        yield name
    finally:
        run(f"DROP TABLE {name}")


def differ(left: Iterable[str], right: Iterable[str]) -> str:
    are_not = "IS NOT" if is_sqlite() else "IS DISTINCT FROM"
    return f"({', '.join(left)}) {are_not} ({', '.join(right)})"


def write_changed(model: type[models.Model], select: str, *, key: tuple[str, ...], within: str) -> int:
    """Insert what `select` gives, or update where it differs; rows that are right already are left alone.

    `select` names every column of the model; `within` is the condition that holds for all its rows.
    Returns the number of rows written.
    """
    names = [field.column for field in model._meta.concrete_fields if field.column]
    facts = [name for name in names if name not in key]
    old, new = ([f"{side}.{column(name)}" for name in facts] for side in ("old", "new"))
    same = " AND ".join(f"old.{column(name)} = new.{column(name)}" for name in key)
    return run(
        f"INSERT INTO {table(model)} ({', '.join(map(column, names))}) "
        f"SELECT {', '.join(f'new.{column(name)}' for name in names)} FROM ({select}) AS new "
        f"LEFT JOIN (SELECT * FROM {table(model)} WHERE {within}) AS old ON {same} "
        f"WHERE old.{column(key[0])} IS NULL OR {differ(old, new)} "
        f"ON CONFLICT ({', '.join(map(column, key))}) "
        f"DO UPDATE SET {', '.join(f'{column(name)} = excluded.{column(name)}' for name in facts)}"
    )


def update_changed(model: type[models.Model], new: dict[str, str], *, within: str, source: str = "") -> int:
    """Set columns to what these texts give, where they are not that already. Returns how many rows changed."""
    old = [f"{table(model)}.{column(name)}" for name in new]
    return run(
        f"UPDATE {table(model)} SET {', '.join(f'{column(name)} = {text}' for name, text in new.items())} "
        f"{f'FROM {source} ' if source else ''}WHERE {within} AND {differ(old, new.values())}"
    )


def count(model: type[models.Model], within: str) -> int:
    [[n]] = rows(f"SELECT COUNT(*) FROM {table(model)} WHERE {within}")
    return n


def delete_others(model: type[models.Model], select: str, *, key: tuple[str, ...], within: str) -> int:
    """Delete the rows `within` that condition whose key `select` does not give. Returns how many."""
    return run(f"DELETE FROM {table(model)} WHERE {within} AND {_not_among(model, select, key)}")


def _not_among(model: type[models.Model], select: str, key: tuple[str, ...]) -> str:
    """PostgreSQL joins for NOT EXISTS, and SQLite would read everything again for each row."""
    mine = [f"{table(model)}.{column(name)}" for name in key]
    found = [f"found.{column(name)}" for name in key]
    if is_sqlite():
        return f"({', '.join(mine)}) NOT IN (SELECT {', '.join(found)} FROM ({select}) AS found)"
    same = " AND ".join(f"{left} = {right}" for left, right in zip(mine, found, strict=True))
    return f"NOT EXISTS (SELECT 1 FROM ({select}) AS found WHERE {same})"
