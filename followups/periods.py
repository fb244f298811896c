"""A day, a week or a month, as it stands in an address: "2026-11-17", "2026-W47", "2026-11"."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from crm.markup import written
from followups.dates import TAB_YEARS

DAY, WEEK, MONTH = "day", "week", "month"
STEPS = {DAY: relativedelta(days=1), WEEK: relativedelta(weeks=1), MONTH: relativedelta(months=1)}


@dataclass(frozen=True)
class Period:
    """`first` is its first day: Monday of a week, the 1st of a month."""

    span: str
    first: date

    @classmethod
    def holding(cls, day: date, span: str) -> Self:
        firsts = {DAY: day, WEEK: day - timedelta(day.weekday()), MONTH: day.replace(day=1)}
        return cls(span, firsts[span])

    @classmethod
    def from_slug(cls, slug: str) -> Self:
        """ValueError for what is no period."""
        if "W" in slug:
            found = cls(WEEK, date.fromisoformat(slug))
        elif len(slug) == len("2026-11"):
            found = cls(MONTH, date.fromisoformat(f"{slug}-01"))
        else:
            found = cls(DAY, date.fromisoformat(slug))
        if found.slug != slug or found.first.year not in TAB_YEARS:
            raise ValueError(f"Not a period: {slug!r}")
        return found

    @property
    def slug(self) -> str:
        if self.span == WEEK:
            year, week, _day = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return self.first.isoformat() if self.span == DAY else f"{self.first:%Y-%m}"

    @property
    def last(self) -> date:
        return self.next.first - timedelta(1)

    @property
    def previous(self) -> Self:
        return type(self)(self.span, self.first - STEPS[self.span])

    @property
    def next(self) -> Self:
        return type(self)(self.span, self.first + STEPS[self.span])

    def as_span(self, span: str, *, today: date) -> Self:
        """The period of another length that holds it, or, of one that holds today, today."""
        day = today if self.first <= today <= self.last else self.first
        return self.holding(day, span)

    @property
    def title(self) -> str:
        if self.span == DAY:
            return written(self.first, "l j F Y")
        if self.span == MONTH:
            return written(self.first, "F Y")
        first, last = written(self.first, "j M"), written(self.last, "j M Y")
        words = {"number": self.first.isocalendar().week, "first": first, "last": last}
        return _("Week %(number)s, %(first)s to %(last)s") % words

    def days(self, *, until: date) -> Iterator[date]:
        """Its days, as far as they have come."""
        for n in range((min(self.last, until) - self.first).days + 1):
            yield self.first + timedelta(n)
