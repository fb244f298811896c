"""The look back at all binders of a team, side by side."""

from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from crm.team.models import User
from followups.lookback import Days, Trend, lays
from followups.meanwhile import instants
from followups.periods import Period


class Row(NamedTuple):
    user: User
    days: Days
    trend: Trend


class TeamBack:
    """Everybody who works there, as the lead who asks sees it at the instant `now`. A constant number of queries."""

    def __init__(self, lead: User, period: Period, *, now: datetime) -> None:
        self.lead, self.period, self.today = lead, period, lead.today(now)

    @cached_property
    def people(self) -> list[User]:
        return list(User.objects.visible_to(self.lead).active())

    @cached_property
    def rows(self) -> list[Row]:
        """Each with his own days: zones differ, so the span that is read is the widest."""
        spans = [instants(user, self.period.first, self.period.last) for user in self.people]
        found = lays(self.people, start=min(s for s, _e in spans), end=max(e for _s, e in spans))
        trends = Trend.of(self.people, last=min(self.period.last, self.today))
        days = {user: Days(user, self.period, found[user.pk], today=self.today) for user in self.people}
        return [Row(user, days[user], trends[user.pk]) for user in self.people]

    @property
    def done(self) -> int:
        return sum(row.days.done for row in self.rows)

    @property
    def moved(self) -> int:
        return sum(row.days.moved for row in self.rows)

    @property
    def missed(self) -> int:
        return sum(row.days.missed for row in self.rows)
