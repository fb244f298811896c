"""The employee of the month: by a rule that everybody can read, with its arithmetic line by line. See 0033.

Points are the sum of three parts: the share of good ratings, taken at the lower end of its 95 % interval, so that few
answers do not win; the share of first answers in time; and the share of dossiers not left behind for more than a
working day. Each is multiplied by its weight.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Min

from crm.statistics import Share
from crm.team.models import Team, User
from feedback.models import Award, AwardLine, AwardRule, Rating, Reading
from feedback.models.reading import Weights
from feedback.reading.cubes import zone_of
from feedback.reading.facts import NAMES, Facts, facts
from feedback.reading.kept import figures_of
from feedback.reading.periods import Period, Span

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
    award: Award | None = None
    as_of: datetime | None = None  # since when something may have changed; None if it was counted just now

    @property
    def winners(self) -> list[Standing]:
        return [each for each in self.standings if each.has_won]

    def of(self, user: User) -> Standing | None:
        return next((each for each in self.standings if each.employee.pk == user.pk), None)


def month_of(team: Team, period: Period, *, now: datetime) -> Month:
    """As it was kept; if it was not yet, as it would stand now by the rule in force."""
    if award := Award.objects.of_month(team, period.first).first():
        return _kept(award)
    rule, found = AwardRule.of(team), figures_of(team, Reading.About.AWARD, [period], now=now)
    standings = _standings(rule, _lines(team, found.figures[period]))
    return Month(period, rule, standings, as_of=found.as_of)


def latest(team: Team) -> Month | None:
    """The last month that was kept."""
    award = Award.objects.filter(team=team).order_by("-month").first()
    return award and _kept(award)


def _kept(award: Award) -> Month:
    lines = award.lines.select_related("employee").only("award_id", *NAMES, "employee__name")
    standings = _standings(award, [(line.employee, line) for line in lines])
    return Month(Period.of(Span.MONTH, award.month), award, standings, award)


def _lines(team: Team, found: Facts) -> list[tuple[User, AwardLine]]:
    """Of those who were rated or may log in."""
    people = User.objects.filter(team=team, pk__in=found)
    rows = [
        (user, AwardLine(employee=user, **dict(zip(NAMES, found[str(user.pk)], strict=True))))
        for user in people
    ]
    return [(user, line) for user, line in rows if line.rated or user.is_active]


def _standings(rule: Weights, lines: Iterable[tuple[User, AwardLine]]) -> list[Standing]:
    """The best first; whoever has the most points has won, all of them if they are several."""
    found = [Standing(employee, line, rule) for employee, line in lines]
    most = max((each.points for each in found if each.qualifies), default=None)
    named = [
        Standing(each.employee, each.line, rule, each.qualifies and each.points == most) for each in found
    ]
    return sorted(named, key=lambda each: (not each.qualifies, -each.points, each.employee.name))


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
        lines = [line for _user, line in _lines(team, facts(team, [period], now=now)[period])]
        for line in lines:
            line.award = award
        AwardLine.objects.bulk_create(lines)
    return is_new
