"""Writing very many rows at once: the ORM takes longer to prepare a row of 40 columns than the database to store it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import Error, connection
from django.db.models import Model

AT_ONCE = 20  # rows
_ESCAPES = (("\\", r"\\"), ("\n", r"\n"), ("\r", r"\r"), ("\t", r"\t"))


def insert_rows(model: type[Model], names: Sequence[str], rows: Iterable[tuple]) -> None:
    """Store rows of texts, numbers, days and instants in the columns of these names. IntegrityError if one exists.

    Rows that are made while they are asked for are made while PostgreSQL stores those before them; what makes them
    must not ask the database.
    """
    columns, table = ", ".join(f'"{name}"' for name in names), model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor.cursor, f'COPY "{table}" ({columns}) FROM STDIN', _Lines(rows))
        else:
            places = ", ".join(["%s"] * len(names))
            values = (tuple(map(adapted, row)) for row in rows)
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({places})', values)  # noqa: S608


class _Lines:
    """A file of the rows, as COPY reads it. `error` is what kept one from being made."""

    def __init__(self, rows: Iterable[tuple]) -> None:
        self._left = iter(rows)
        self.error: Exception | None = None

    def read(self, size: int) -> bytes:
        try:
            return "".join(map(_line, islice(self._left, AT_ONCE))).encode()
        except Exception as error:
            self.error = error
            raise


def _copy(cursor: Any, text: str, lines: _Lines) -> None:
    try:
        with connection.wrap_database_errors:
            cursor.copy_expert(text, lines)
    except Error as error:
        # What the database says of it quotes the error, and that may quote a customer.
        raise lines.error or error from None


def _line(row: tuple) -> str:
    return "\t".join(map(_written, row)) + "\n"


def _written(value: object) -> str:
    if value is None:
        return r"\N"
    text = value if type(value) is str else _in_words(value)
    if text.isprintable() and "\\" not in text:
        return text
    for sign, written in _ESCAPES:
        text = text.replace(sign, written)
    return text


# The rows of one batch share most of what is no text.
_in_words = lru_cache(maxsize=4096, typed=True)(str)


def adapted(value: object) -> object:
    """As the database takes it beside the ORM."""
    adapt = _ADAPTED.get(type(value))
    return adapt(value) if adapt else value


@lru_cache(maxsize=256)
def _instant(value: datetime) -> object:
    return connection.ops.adapt_datetimefield_value(value)


# By type, as many columns of very many rows are asked; and the rows of one batch share their instants.
_ADAPTED = {datetime: _instant, date: date.isoformat}
