"""What the list of series says of each: who is under way, how many letters have left."""

from dataclasses import dataclass

from django.db.models import Count, Q

from crm.mail.models import State
from crm.team.models import User
from segmentation.models import Reminder, ReminderLetter, Series


@dataclass(frozen=True)
class Listed:
    """One series with its figures."""

    series: Series
    under_way: int
    sent: int


def listed(user: User) -> list[Listed]:
    """All series of the team in three queries, those that run first."""
    series = list(Series.objects.visible_to(user).prefetch_related("steps"))
    under_way = _by_series(
        Reminder.objects.filter(team=user.team_id).going_on().values_list("series").annotate(n=Count("pk"))
    )
    left = ReminderLetter.objects.filter(reminder__team=user.team_id).filter(
        Q(mail__isnull=True) | Q(mail__state__in=(State.SENT, State.UNKNOWN))
    )
    sent = _by_series(left.values_list("reminder__series").annotate(n=Count("pk")))
    rows = [Listed(each, under_way.get(each.pk, 0), sent.get(each.pk, 0)) for each in series]
    return sorted(rows, key=lambda row: not row.series.is_running)


def _by_series(rows: object) -> dict[int, int]:
    return dict(rows.order_by())
