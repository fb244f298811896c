"""Days on which letters are begun."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from crm.team.calendar import WorkCalendar
from crm.team.models import Team

MORNING = 5  # o'clock: expectations are worked out before, and letters leave later
LETTER_DAYS = "123456"  # no Sundays


def has_begun(team: Team, now: datetime) -> bool:
    """Has the team's day begun, at the instant `now`?"""
    return now.astimezone(ZoneInfo(team.time_zone)).hour >= MORNING


def letter_day(day: date, *, team: Team, country: str, after: bool = False) -> date:
    """The first day from `day` on, or after it, that is neither a Sunday nor a holiday at the customer's."""
    return _letter_day(day, country or team.country, team.country, team.region, after)


@lru_cache(maxsize=4096)
def _letter_day(day: date, country: str, home: str, region: str, after: bool) -> date:
    # Of a customer abroad one does not know the region.
    calendar = WorkCalendar(country, region if country == home else "", LETTER_DAYS)
    return calendar.next_working(day, after=after)
