"""Queries that are written once a process. A dossier's page asks a dozen, and Django takes longer to write one than
the database to answer it."""

from collections.abc import Callable
from copy import copy
from functools import cached_property, partial
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BigIntegerField, Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler


class Blank(Expression):
    """Stands in a query for a value that is known only when it is asked: an id, if nothing else is said."""

    def __init__(self, name: str, output_field: Field | None = None) -> None:
        super().__init__(output_field=output_field or BigIntegerField())
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: object) -> tuple[str, list]:
        return "%s", [self]

    def fill(self, value: object, connection: Any) -> object:
        if isinstance(value, int) and value > BigIntegerField.MAX_BIGINT:
            raise EmptyResultSet  # as Django does, where the database would complain
        return self.output_field.get_db_prep_value(value, connection)


class Prepared:
    """The query that `make` puts together, with blanks. To be called with a value for each of them.

    Rows come as a list, for what is added to a queryset would have to be written anew.
    """

    def __init__(self, make: Callable[[], QuerySet]) -> None:
        self._make = make

    def __call__(self, **values: object) -> list:
        queryset = self._queryset.all()
        queryset.query.get_compiler = partial(self._compiler, values)
        return list(queryset)

    @cached_property
    def _queryset(self) -> QuerySet:
        return self._make()

    @cached_property
    def _written(self) -> tuple[SQLCompiler, str, tuple]:
        compiler = self._queryset.query.get_compiler(self._queryset.db)
        return compiler, *compiler.as_sql()

    def _compiler(self, values: dict[str, object], using: str, **options: object) -> SQLCompiler:
        """Knows what it selects already, and gives the same SQL again, its blanks filled in."""
        written, sql, params = self._written
        compiler = copy(written)
        compiler.connection = connections[using]
        compiler.as_sql = lambda *args, **kwargs: (sql, _filled(params, values, compiler.connection))
        return compiler


def _filled(params: tuple, values: dict[str, object], connection: Any) -> tuple:
    return tuple(
        param.fill(values[param.name], connection) if isinstance(param, Blank) else param for param in params
    )
