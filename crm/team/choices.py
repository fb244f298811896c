"""What the team's forms offer to choose from, in the reader's language where names are known."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.team.calendar import countries, regions

# The other names of the time zone database are old spellings of these.
AREAS = frozenset(
    (
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
)

Choices = list[tuple[str, str]]


@lru_cache
def time_zones() -> list[tuple[str, str | Choices]]:
    """Zones as (area, [(zone, place)]), and UTC."""
    areas: dict[str, Choices] = {}
    for zone in sorted(available_timezones()):
        area, _slash, place = zone.partition("/")
        if area in AREAS:
            areas.setdefault(area, []).append((zone, place.replace("_", " ")))
    return [*areas.items(), ("UTC", "UTC")]


def currencies() -> Choices:
    """(code, "EUR · Euro") of every currency that is legal tender somewhere."""
    return list(_currencies((get_language() or "en").partition("-")[0]))


@lru_cache
def _currencies(language: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(language).currencies
    tender = {code for land in get_global("territory_currencies") for code in get_territory_currencies(land)}
    return tuple((code, f"{code} · {names.get(code, code)}") for code in sorted(tender))


def region_choices(country: str, *, nothing: str | None = None) -> Choices:
    """The regions of a country, after the choice of none of them; only that for a country nobody knows."""
    known = regions(country) if country in dict(countries()) else ()
    return [("", nothing or _("No region: holidays of the whole country")), *known]


def weekdays() -> Choices:
    """(ISO digit, name), Monday first."""
    return [(str(number + 1), str(name)) for number, name in WEEKDAYS.items()]


def short_weekdays(digits: str) -> str:
    """ "12345" as "Mon, Tue, Wed, Thu, Fri"."""
    return ", ".join(str(WEEKDAYS_ABBR[int(digit) - 1]) for digit in digits)
