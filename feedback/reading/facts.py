"""What each employee did in a month, as far as the employee of the month depends on it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate

from crm.team.models import Absence, Team, User
from feedback.models import Rating
from feedback.reading.cubes import IN_TIME, closed, zone_of
from feedback.reading.periods import Period, within
from followups.models import FollowUp

NAMES = ("rated", "good", "answered", "in_time", "dossiers", "behind")
Facts = dict[str, list[int]]  # by the employee's id, in the order of NAMES


def facts(team: Team, periods: Sequence[Period], *, now: datetime) -> dict[Period, Facts]:
    """Of everybody of whom there is anything to tell, in each of these months."""
    return {period: _of_month(team, period, now=now) for period in periods}


def _of_month(team: Team, period: Period, *, now: datetime) -> Facts:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for rows in (_ratings(team, period), _answers(team, period), _left_behind(team, period, now=now)):
        for who, counts in rows.items():
            found[who] |= counts
    return {str(who): [counts.get(name, 0) for name in NAMES] for who, counts in found.items()}


def _ratings(team: Team, period: Period) -> dict[int, dict[str, int]]:
    rows = within(Rating.objects.counted().filter(team=team), "rated_at", [period], zone_of(team))
    return _by(rows, "employee", rated=Count("pk"), good=Count("pk", filter=Q(value="good")))


def _answers(team: Team, period: Period) -> dict[int, dict[str, int]]:
    """First answers of tickets that were closed in that month, whoever gave them, of who answers for the ticket."""
    rows = within(closed(team), "closed_at", [period], zone_of(team)).filter(first_answered_at__isnull=False)
    return _by(rows, "assignee", answered=Count("pk"), in_time=Count("pk", filter=IN_TIME))


def _by(rows: QuerySet, name: str, **counts: Count) -> dict[int, dict[str, int]]:
    named = {f"n_{key}": count for key, count in counts.items()}
    grouped = rows.exclude(**{name: None}).order_by().values(who=F(name)).annotate(**named)
    return {row["who"]: {key: row[f"n_{key}"] for key in counts} for row in grouped}


def _left_behind(team: Team, period: Period, *, now: datetime) -> dict[int, dict[str, int]]:
    """Places in that month whose day has passed, and those of them that were still there after the working day after.

    Days on which their owner was away do not count: somebody else looked after them.
    """
    zone, today = zone_of(team), now.astimezone(zone_of(team)).date()
    owners, away = {user.pk: user for user in User.objects.filter(team=team)}, _away(team, period)
    rows = FollowUp.objects.filter(
        owner__in=owners, precision=FollowUp.Precision.DAY,
        due_on__gte=period.first, due_on__lte=min(period.last, today - timedelta(1)),
    )  # fmt: skip
    counted = rows.order_by().values("owner_id", "due_on", left=TruncDate("closed_at", tzinfo=zone))
    # Apart, for each has an index of its own; together they would have none.
    lying, left = (each.annotate(n=Count("pk")) for each in (counted.open(), counted.closed()))

    @cache
    def last_day(who: int, due: date) -> date | None:
        """The last one on which it was not yet behind; None while its owner was away."""
        if any(begin <= due <= end for begin, end in away[who]):
            return None
        return owners[who].calendar.next_working(due, after=True)

    found: dict[int, dict[str, int]] = defaultdict(lambda: {"dossiers": 0, "behind": 0})
    for row in lying.union(left, all=True):
        if last := last_day(row["owner_id"], row["due_on"]):
            found[row["owner_id"]]["dossiers"] += row["n"]
            found[row["owner_id"]]["behind"] += row["n"] if (row["left"] or today) > last else 0
    return dict(found)


def _away(team: Team, period: Period) -> dict[int, list[tuple[date, date]]]:
    rows = Absence.objects.filter(user__team=team, starts_on__lte=period.last, ends_on__gte=period.first)
    found = defaultdict(list)
    for who, begin, end in rows.values_list("user_id", "starts_on", "ends_on"):
        found[who].append((begin, end))
    return found
