"""What the binder tells the team's pages about colleagues."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, Q

from crm.team.models import User
from crm.team.summaries import DayLoad
from followups.models import FollowUp


def day_loads(users: Iterable[User], now: datetime) -> dict[int, DayLoad]:
    """Due and left behind, by user id. One query for each day it is somewhere: mostly one."""
    by_day: dict[date, list[User]] = {}
    for user in users:
        by_day.setdefault(user.today(now), []).append(user)
    found = {}
    for today, owners in by_day.items():
        rows = FollowUp.objects.open().filter(owner__in=owners, due_on__lte=today, precision="day").order_by()
        counted = rows.values("owner_id").annotate(
            due=Count("pk", filter=Q(due_on=today)), behind=Count("pk", filter=Q(due_on__lt=today))
        )
        found |= {row["owner_id"]: DayLoad(row["due"], row["behind"]) for row in counted}
    return found


def kept(users: Iterable[User], now: datetime) -> dict[int, int]:
    """How many dossiers lie in each binder, resting ones included."""
    rows = FollowUp.objects.open().filter(owner__in=users).order_by().values("owner_id")
    return {row["owner_id"]: row["n"] for row in rows.annotate(n=Count("pk"))}
