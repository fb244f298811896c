"""Writing very many rows at once: the ORM takes longer to prepare a row of 40 columns than the database to store it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO

from django.db import connection
from django.db.models import Model

_ESCAPES = (("\\", r"\\"), ("\n", r"\n"), ("\r", r"\r"), ("\t", r"\t"))


def insert_rows(model: type[Model], names: Sequence[str], rows: Iterable[tuple]) -> None:
    """Store rows of texts, numbers, days and instants in the columns of these names. IntegrityError if one exists."""
    columns, table = ", ".join(f'"{name}"' for name in names), model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = StringIO("".join(map(_line, rows)))
            cursor.cursor.copy_expert(f'COPY "{table}" ({columns}) FROM STDIN', lines)
        else:
            places = ", ".join(["%s"] * len(names))
            adapted = [tuple(map(adapted, row)) for row in rows]
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({places})', adapted)  # noqa: S608


def _line(row: tuple) -> str:
    """As COPY reads it."""
    return "\t".join(map(_written, row)) + "\n"


def _written(value: object) -> str:
    if value is None:
        return r"\N"
    text = str(value)
    for sign, written in _ESCAPES:
        if sign in text:
            text = text.replace(sign, written)
    return text


def adapted(value: object) -> object:
    """As the database takes it beside the ORM."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, date) else value
