"""Each night: how many dossiers everybody has left behind."""

from datetime import date, datetime, timedelta

from django.db.models import Max

from crm.team.models import User
from followups.lookback import TREND, Lay, lays
from followups.meanwhile import instants
from followups.models import FollowUp, LeftBehind


def count_all(now: datetime) -> str:
    """Count the evenings that have not been counted, to each in his zone; those missed are read from where it lay."""
    counted = dict(LeftBehind.objects.values_list("user_id").annotate(last=Max("day")))
    rows = [row for user in User.objects.active() for row in _count(user, counted.get(user.pk), now)]
    LeftBehind.objects.bulk_create(rows, ignore_conflicts=True)
    return f"{len(rows)} counted"


def _count(user: User, last: date | None, now: datetime) -> list[LeftBehind]:
    today = user.today(now)
    oldest = today - timedelta(TREND)
    first = max(last + timedelta(1), oldest) if last else oldest
    days = [first + timedelta(n) for n in range((today - first).days)]
    if not days:
        return []
    ends = {day: instants(user, day, day)[1] for day in days}
    start, _end = instants(user, first, first)
    rows = [row for row in lays([user], start=start, end=now)[user.pk] if _has_a_day(row)]
    return [LeftBehind(user=user, day=day, number=_lying(rows, day, end=end)) for day, end in ends.items()]


def _has_a_day(row: Lay) -> bool:
    return row.due_on is not None and row.precision == FollowUp.Precision.DAY


def _lying(rows: list[Lay], day: date, *, end: datetime) -> int:
    """How many lay behind the tab of that day, or an earlier one, when it ended."""
    there = (row for row in rows if row.due_on <= day and row.opened_at < end)
    return sum(row.closed_at is None or row.closed_at >= end for row in there)
