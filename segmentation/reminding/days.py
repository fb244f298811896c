"""Days on which letters are begun."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from crm.mail import quiet
from crm.team.models import Team

MORNING = 5  # o'clock: expectations are worked out before, and letters leave later


def has_begun(team: Team, now: datetime) -> bool:
    """Is the night over in the team's zone, at the instant `now`?"""
    return now.astimezone(ZoneInfo(team.time_zone)).hour >= MORNING


@dataclass
class LetterDays:
    """When letters may go where a team's customers are; each day and country is looked up once."""

    team: Team
    _opens: dict[tuple[datetime, str], datetime] = field(default_factory=dict)
    _days: dict[tuple[date, str], date] = field(default_factory=dict)

    def opens(self, at: datetime, country: str) -> datetime:
        """The first instant from `at` on at which a letter may come to a customer of that country."""
        if (at, country) not in self._opens:
            self._opens[at, country] = quiet.open_from(at, country=country, team=self.team)
        return self._opens[at, country]

    def from_day(self, day: date, country: str) -> date:
        """The first day from `day` on, by the team's clock, on which a letter may come to him."""
        if (day, country) not in self._days:
            zone = ZoneInfo(self.team.time_zone)
            morning = datetime.combine(day, quiet.FIRST, zone)
            self._days[day, country] = self.opens(morning, country).astimezone(zone).date()
        return self._days[day, country]

    def after_day(self, day: date, country: str) -> date:
        return self.from_day(day + timedelta(1), country)
