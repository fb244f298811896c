"""Weeks, months, quarters and years of a team, each known by its first day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Func, IntegerField, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.markup import written

Bounds = tuple[datetime, datetime]  # the first instant, and the first one after it


class Span(models.TextChoices):
    WEEK = "week", gettext_lazy("week")
    MONTH = "month", gettext_lazy("month")
    QUARTER = "quarter", gettext_lazy("quarter")
    YEAR = "year", gettext_lazy("year")


MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12}


@dataclass(frozen=True, order=True)
class Period:
    first: date
    span: Span

    @classmethod
    def of(cls, span: Span, day: date) -> Self:
        """The one in which that day lies. Weeks begin on Monday."""
        if span == Span.WEEK:
            return cls(day - timedelta(day.weekday()), span)
        return cls(_month(day.year * 12 + (day.month - 1) // MONTHS[span] * MONTHS[span]), span)

    def back(self, n: int) -> Self:
        """The one `n` before, or after if negative."""
        if self.span == Span.WEEK:
            return type(self)(self.first - timedelta(7 * n), self.span)
        return type(self)(_month(_count(self.first) - n * MONTHS[self.span]), self.span)

    @property
    def before(self) -> Self:
        return self.back(1)

    @property
    def after(self) -> Self:
        return self.back(-1)

    @property
    def last(self) -> date:
        return self.after.first - timedelta(1)

    def upto(self, n: int) -> list[Self]:
        """The `n` that end with this one."""
        return [self.back(each) for each in range(n - 1, -1, -1)]

    def bounds(self, zone: ZoneInfo) -> Bounds:
        return tuple(datetime.combine(day, time.min, zone) for day in (self.first, self.after.first))

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def title(self) -> str:
        """ "November 2026", "4th quarter of 2026", "2026", "16 to 22 November 2026"."""
        if self.span == Span.WEEK:
            same_year = self.first.year == self.last.year
            style = "j" if self.first.month == self.last.month else "j F" if same_year else "j F Y"
            days = {"first": written(self.first, style), "last": written(self.last, "j F Y")}
            return _("%(first)s to %(last)s") % days
        if self.span == Span.MONTH:
            return capfirst(written(self.first, "F Y"))
        if self.span == Span.QUARTER:
            return _("quarter %(n)s of %(year)s") % {
                "n": (self.first.month + 2) // 3,
                "year": self.first.year,
            }
        return str(self.first.year)

    @property
    def short(self) -> str:
        """Where there is little room: "47" for a week, "Nov" for a month, "Q4 2026"."""
        if self.span == Span.WEEK:
            return str(self.first.isocalendar().week)
        if self.span == Span.QUARTER:
            return _("Q%(n)s %(year)s") % {"n": self._quarter, "year": self.first.year}
        return written(self.first, "M") if self.span == Span.MONTH else str(self.first.year)

    @property
    def _quarter(self) -> int:
        return (self.first.month + 2) // 3


def _count(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month(count: int) -> date:
    return date(count // 12, count % 12 + 1, 1)


class Bucket(Func):
    """The place of an instant among stretches of time, all rows lying in one of these; `ends` are their ends in order.

    Case() and When() would say the same, but with two dozen months Django takes longer to write them than the database
    to find the rows.
    """

    output_field = IntegerField()

    def __init__(self, instant: str | Expression, ends: Sequence[tuple[datetime, int]]) -> None:
        super().__init__(instant)
        self.ends = tuple(ends)

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: object
    ) -> tuple[str, list]:
        column, own = compiler.compile(self.source_expressions[0])
        params = []
        for end, _n in self.ends:
            params += [*own, connection.ops.adapt_datetimefield_value(end)]
        whens = " ".join(f"WHEN {column} < %s THEN {n}" for _end, n in self.ends)
        return f"CASE {whens} END", params


def within(rows: QuerySet, field: str, periods: Sequence[Period], zone: ZoneInfo) -> QuerySet:
    """Those whose instant `field` lies in one of the periods; `bucket` is that one's place among them."""
    ends = sorted((period.bounds(zone)[1], n) for n, period in enumerate(periods))
    asked = Q()
    for since, until in _joined(periods, zone):
        asked |= Q(**{f"{field}__gte": since, f"{field}__lt": until})
    return rows.filter(asked).annotate(bucket=Bucket(field, ends))


def _joined(periods: Iterable[Period], zone: ZoneInfo) -> list[Bounds]:
    """As few stretches of time as hold them all."""
    found: list[Bounds] = []
    for since, until in sorted(period.bounds(zone) for period in periods):
        if found and found[-1][1] == since:
            found[-1] = (found[-1][0], until)
        else:
            found.append((since, until))
    return found
