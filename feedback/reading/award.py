"""The employee of the month: by a rule that everybody can read, with its arithmetic line by line. See 0033.

Points are the sum of three parts: the share of good ratings, taken at the lower end of its 95 % interval, so that few
answers do not win; the share of first answers in time; and the share of dossiers not left behind for more than a
working day. Each is multiplied by its weight.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import TruncDate

from crm.statistics import Share
from crm.team.models import Absence, Team, User
from feedback.models import Award, AwardLine, AwardRule, Rating
from feedback.models.reading import Weights
from feedback.reading.cubes import IN_TIME, closed, zone_of
from feedback.reading.periods import Period, Span, within
from followups.models import FollowUp

WEIGHTS = ("good", "in_time", "kept_up", "least")


@dataclass(frozen=True)
class Standing:
    """One employee in one month; `line` holds the facts, `rule` what they are worth."""

    employee: User
    line: AwardLine
    rule: Weights
    has_won: bool = False

    @property
    def good(self) -> float:
        """The lower end of the interval."""
        return Share(self.line.rated, self.line.good).interval()[0] if self.line.rated else 0.0

    @property
    def in_time(self) -> float:
        return Share(self.line.answered, self.line.in_time).share

    @property
    def kept_up(self) -> float:
        """Who had no dossier has left none behind."""
        if not self.line.dossiers:
            return 1.0
        return Share(self.line.dossiers, self.line.dossiers - self.line.behind).share

    @property
    def parts(self) -> list[tuple[float, int]]:
        """(share, weight) of each part that counts, as the page shows them: to two decimals, so that one can check."""
        shares = (self.good, self.in_time, self.kept_up)
        weights = (self.rule.good, self.rule.in_time, self.rule.kept_up)
        return [(round(share, 2), weight) for share, weight in zip(shares, weights, strict=True) if weight]

    @property
    def points(self) -> float:
        return round(sum(share * weight for share, weight in self.parts), 1)

    @property
    def qualifies(self) -> bool:
        return self.line.rated >= self.rule.least


@dataclass(frozen=True)
class Month:
    """`award` is None while the month runs: everything may still change."""

    period: Period
    rule: Weights
    standings: list[Standing]
    award: Award | None

    @property
    def winners(self) -> list[Standing]:
        return [each for each in self.standings if each.has_won]

    def of(self, user: User) -> Standing | None:
        return next((each for each in self.standings if each.employee.pk == user.pk), None)


def month_of(team: Team, period: Period, *, now: datetime) -> Month:
    """As it was kept; if it was not yet, as it would stand now by the rule in force."""
    if award := Award.objects.of_month(team, period.first).first():
        return _kept(award)
    rule = AwardRule.of(team)
    return Month(period, rule, _standings(rule, _facts(team, period, now=now)), None)


def latest(team: Team) -> Month | None:
    """The last month that was kept."""
    award = Award.objects.filter(team=team).order_by("-month").first()
    return award and _kept(award)


def _kept(award: Award) -> Month:
    lines = award.lines.select_related("employee")
    standings = _standings(award, [(line.employee, line) for line in lines])
    return Month(Period.of(Span.MONTH, award.month), award, standings, award)


def _standings(rule: Weights, lines: Iterable[tuple[User, AwardLine]]) -> list[Standing]:
    """The best first; whoever has the most points has won, all of them if they are several."""
    found = [Standing(employee, line, rule) for employee, line in lines]
    most = max((each.points for each in found if each.qualifies), default=None)
    named = [
        Standing(each.employee, each.line, rule, each.qualifies and each.points == most) for each in found
    ]
    return sorted(named, key=lambda each: (not each.qualifies, -each.points, each.employee.name))


def _facts(team: Team, period: Period, *, now: datetime) -> list[tuple[User, AwardLine]]:
    """Of everybody who may log in or was rated in that month."""
    facts: dict[int, dict[str, int]] = defaultdict(dict)
    for rows in (_ratings(team, period), _answers(team, period), _left_behind(team, period, now=now)):
        for who, counts in rows.items():
            facts[who] |= counts
    rated = [who for who, counts in facts.items() if counts.get("rated")]
    people = User.objects.filter(team=team).filter(Q(pk__in=rated) | Q(is_active=True))
    return [
        (user, AwardLine(employee=user, **facts[user.pk])) for user in people if any(facts[user.pk].values())
    ]


def _ratings(team: Team, period: Period) -> dict[int, dict[str, int]]:
    rows = within(Rating.objects.counted().filter(team=team), "rated_at", [period], zone_of(team))
    return _by_employee(rows, "employee", rated=Count("pk"), good=Count("pk", filter=Q(value="good")))


def _answers(team: Team, period: Period) -> dict[int, dict[str, int]]:
    """First answers of tickets that were closed in that month, whoever gave them, of who answers for the ticket."""
    rows = within(closed(team), "closed_at", [period], zone_of(team)).filter(first_answered_at__isnull=False)
    return _by_employee(rows, "assignee", answered=Count("pk"), in_time=Count("pk", filter=IN_TIME))


def _by_employee(rows: QuerySet, name: str, **counts: Count) -> dict[int, dict[str, int]]:
    grouped = (
        rows.exclude(**{name: None})
        .order_by()
        .values(who=F(name))
        .annotate(**{f"n_{key}": count for key, count in counts.items()})
    )
    return {row["who"]: {key: row[f"n_{key}"] for key in counts} for row in grouped}


def _left_behind(team: Team, period: Period, *, now: datetime) -> dict[int, dict[str, int]]:
    """Places in that month whose day has passed, and those of them that were still there after the working day after.

    Days on which their owner was away do not count: somebody else looked after them.
    """
    zone, today = zone_of(team), now.astimezone(zone_of(team)).date()
    rows = FollowUp.objects.filter(
        owner__team=team, precision=FollowUp.Precision.DAY,
        due_on__gte=period.first, due_on__lte=min(period.last, today - timedelta(1)),
    )  # fmt: skip
    counted = rows.order_by().values("owner_id", "due_on", left=TruncDate("closed_at", tzinfo=zone))
    owners = {user.pk: user for user in User.objects.filter(team=team)}
    away = _away(team, period)
    found: dict[int, dict[str, int]] = defaultdict(lambda: {"dossiers": 0, "behind": 0})
    for row in counted.annotate(n=Count("pk")):
        owner, due = owners[row["owner_id"]], row["due_on"]
        if any(begin <= due <= end for begin, end in away[owner.pk]):
            continue
        late = (row["left"] or today) > owner.calendar.next_working(due, after=True)
        found[owner.pk]["dossiers"] += row["n"]
        found[owner.pk]["behind"] += row["n"] if late else 0
    return dict(found)


def _away(team: Team, period: Period) -> dict[int, list[tuple[date, date]]]:
    rows = Absence.objects.filter(user__team=team, starts_on__lte=period.last, ends_on__gte=period.first)
    found = defaultdict(list)
    for who, begin, end in rows.values_list("user_id", "starts_on", "ends_on"):
        found[who].append((begin, end))
    return found


def award_all(now: datetime) -> str:
    """Keep the months that are over, each team's since its first rating. What was kept stays as it is."""
    made = sum(
        _award(team, period, now) for team in Team.objects.order_by("pk") for period in _over(team, now)
    )
    return f"{made} months"


def _over(team: Team, now: datetime) -> list[Period]:
    """Months that are over and not kept, the first one first."""
    first = Rating.objects.filter(team=team).aggregate(first=Min("rated_at"))["first"]
    if first is None:
        return []
    zone = zone_of(team)
    period, today = Period.of(Span.MONTH, first.astimezone(zone).date()), now.astimezone(zone).date()
    kept = set(Award.objects.filter(team=team).values_list("month", flat=True))
    found = []
    while period.last < today:
        if period.first not in kept:
            found.append(period)
        period = period.after
    return found


@transaction.atomic
def _award(team: Team, period: Period, now: datetime) -> bool:
    rule = AwardRule.of(team)
    weights = {name: getattr(rule, name) for name in WEIGHTS}
    award, is_new = Award.objects.get_or_create(
        team=team, month=period.first, defaults=weights | {"worked_out_at": now}
    )
    if is_new:
        lines = [line for _user, line in _facts(team, period, now=now)]
        for line in lines:
            line.award = award
        AwardLine.objects.bulk_create(lines)
    return is_new
