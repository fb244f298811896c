"""Calendar quarters, each named by its first day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from crm.team.models import Team


def today_of(team: Team, now: datetime) -> date:
    """The day it is for the team at the instant `now`."""
    return now.astimezone(ZoneInfo(team.time_zone)).date()


def quarter_of(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def quarters_back(quarter: date, n: int) -> date:
    """The quarter `n` before, or after if negative."""
    count = quarter.year * 4 + (quarter.month - 1) // 3 - n
    return date(count // 4, count % 4 * 3 + 1, 1)


def last_day(quarter: date) -> date:
    return quarters_back(quarter, -1) - timedelta(1)


def period_from(as_of: date, quarters: int | None) -> date | None:
    """First day of the period of so many quarters, that of `as_of` being one; None is the whole history."""
    return quarters_back(quarter_of(as_of), quarters - 1) if quarters else None
