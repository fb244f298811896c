"""Working days and public holidays of a team's region."""

import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# So far ahead are absences read.
FORESEEN_DAYS = 3 * 366
# Longer than any run of rest days: all these days away, and the holidays around them.
SEARCH_DAYS = FORESEEN_DAYS + 366


@dataclass(frozen=True)
class WorkCalendar:
    """Which days a team works. An unknown country or region has no holidays.

    country: ISO 3166 code ("DE"); region: its subdivision ("BY") or ""; working_days: ISO digits ("12345");
    days_off: of one person; away: days of his absences.
    """

    country: str
    region: str
    working_days: str
    days_off: frozenset[date] = frozenset()
    away: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        return str(day.isoweekday()) in self.working_days and not self.holiday_name(day)

    def holiday_name(self, day: date) -> str:
        """The public holiday on that day in the reader's language where known, "day off" or "away", or ""."""
        if name := _holidays(self.country, self.region, day.year, _language()).get(day):
            return name
        if day in self.days_off:
            return _("day off")
        return _("away") if day in self.away else ""

    def next_working(self, day: date, *, after: bool = False) -> date:
        """The first working day from `day` on, or after it; for a team that never works, the first day."""
        first = day + timedelta(days=1) if after else day
        days = (first + timedelta(days=n) for n in range(SEARCH_DAYS))
        return next(filter(self.is_working, days), first)

    def working_days_from(self, day: date) -> Iterator[date]:
        """Working days without end, `day` first if it is one."""
        current = self.next_working(day)
        while True:
            yield current
            current = self.next_working(current, after=True)


def countries() -> tuple[tuple[str, str], ...]:
    """(code, name in the reader's language) of every country whose holidays are known, by name."""
    return _countries(_language())


@lru_cache
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of the regions with holidays of their own, by name; empty for an unknown country."""
    try:
        rules = holidays.country_holidays(country)
    except NotImplementedError:
        return ()
    aliases = rules.get_subdivision_aliases()
    # Aliases are a name and its short forms; the longest is the name.
    named = ((code, max(aliases[code], key=len, default=code)) for code in rules.subdivisions)
    return tuple(sorted(named, key=_by_name))


def _language() -> str:
    return (get_language() or "en").partition("-")[0]


# A year is filled whole and then only read: the library's own objects grow while they are asked, which two
# threads must not do at once.
@lru_cache(maxsize=1024)
def _holidays(country: str, region: str, year: int, language: str) -> Mapping[date, str]:
    try:
        spoken = holidays.country_holidays(country, subdiv=region or None).supported_languages
    except NotImplementedError:
        return {}
    chosen = _first(spoken, language) or _first(spoken, "en")
    with warnings.catch_warnings():
        # Some countries warn about years that their government has not announced yet.
        warnings.simplefilter("ignore")
        return dict(holidays.country_holidays(country, subdiv=region or None, years=year, language=chosen))


def _first(spoken: tuple[str, ...], language: str) -> str | None:
    """The country's variant of a language: "en" is found as "en_GB" or "en_US"."""
    return next((code for code in spoken if code.partition("_")[0] == language), None)


@lru_cache
def _countries(language: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(language).territories
    known = holidays.list_supported_countries(include_aliases=False)
    return tuple(sorted(((code, names.get(code, code)) for code in known), key=_by_name))


def _by_name(choice: tuple[str, str]) -> str:
    # Decomposed, so that Österreich stands among the O's.
    return unicodedata.normalize("NFKD", choice[1]).casefold()
