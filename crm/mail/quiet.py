"""When automatic mail and advertising may come: from 8 to 20 o'clock where the customer is, on no Sunday or holiday."""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from crm.team.calendar import WorkCalendar
from crm.team.models import Team

FIRST, LAST = time(8), time(20)
ALL_BUT_SUNDAY = "123456"
MOST_STEPS = 200  # more than it takes to come out of the longest run of holidays in all zones of a country


def open_from(at: datetime, *, country: str, team: Team) -> datetime:
    """The first instant from `at` on at which a mail may come.

    `country` is the ISO code of the customer's; "" is taken to be where the team is. In a country of several time
    zones, also the team's own, it has to be day in all of them, because which one is his is not known; where it never
    is, the team's zone counts.
    """
    zones = zones_of(country)
    is_abroad = zones and country != team.country
    place = (country, "") if is_abroad else (team.country, team.region)
    calendar = WorkCalendar(*place, ALL_BUT_SUNDAY)
    found = _first_day(at, zones or (ZoneInfo(team.time_zone),), calendar)
    return found or open_from(at, country="", team=team)


@lru_cache
def zones_of(country: str) -> tuple[ZoneInfo, ...]:
    """The time zones of a country, by its ISO code; none for one that is not known.

    Python itself remembers eight zones, and reads every other one from its file again each time.
    """
    known = available_timezones()
    return tuple(ZoneInfo(zone) for zone in get_global("territory_zones").get(country, ()) if zone in known)


def _first_day(at: datetime, zones: tuple[ZoneInfo, ...], calendar: WorkCalendar) -> datetime | None:
    for _ in range(MOST_STEPS):
        # Of zones with the same time, one tells: at each later instant they are asked again.
        clocks = {at.astimezone(zone).utcoffset(): zone for zone in zones}
        later = max(_opens(at, zone, calendar) for zone in clocks.values())
        if later == at:
            return at
        at = later
    return None


def _opens(at: datetime, zone: ZoneInfo, calendar: WorkCalendar) -> datetime:
    """The first instant from `at` on at which it is day in that zone."""
    there = at.astimezone(zone)
    if calendar.is_working(there.date()) and FIRST <= there.time() < LAST:
        return at
    day = there.date() + timedelta(days=there.time() >= FIRST)
    return datetime.combine(calendar.next_working(day), FIRST, zone).astimezone(UTC)
