"""What the page of ratings shows to one reader: the team's totals, and of employees only what he may see."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import gettext as _

from crm.team.models import User
from feedback.models import Rating, Reading
from feedback.models.rating import RatingQuerySet
from feedback.reading.cubes import OPEN, SET_ASIDE, SUSPECT, zone_of
from feedback.reading.kept import Found, figures_of
from feedback.reading.lines import NOTHING, Counted, Line, lines, ranked
from feedback.reading.nps import Quarter
from feedback.reading.periods import Period, Span
from feedback.reading.trend import Trend
from feedback.reading.words import group_name, kind_name, product_name

COLUMNS = 12  # of the trend
QUARTERS = 4
COMMENTS = 10  # on one page


class Comment(NamedTuple):
    """What one rating says in words. The page has no use for whole rows of customers and tickets."""

    rating: int
    value: str
    comment: str
    rated_at: datetime
    kind: str
    set_aside_at: datetime | None
    ticket: int
    customer: str
    employee: str | None


SHOWN = (
    "pk", "value", "comment", "rated_at", "ticket_kind", "set_aside_at",
    "ticket__number", "customer__name", "employee__name",
)  # fmt: skip


class RatingsPage:
    """Of one period, as it is at the instant `now`."""

    def __init__(self, user: User, period: Period, *, now: datetime) -> None:
        self.user, self.team, self.period, self.now = user, user.team, period, now
        self.zone = zone_of(self.team)
        self.today = now.astimezone(self.zone).date()

    @property
    def is_running(self) -> bool:
        return self.period.holds(self.today)

    @cached_property
    def _columns(self) -> list[Period]:
        """Twelve weeks that end with this one, or months that end with this period's last that has begun."""
        span = Span.WEEK if self.period.span == Span.WEEK else Span.MONTH
        return Period.of(span, self._day).upto(COLUMNS)

    @property
    def _day(self) -> date:
        """The last one of the period that has come."""
        return max(self.period.first, min(self.period.last, self.today))

    @cached_property
    def _found(self) -> Found:
        """Of this period, of the one before, and of the trend's columns if they are alike."""
        both = [self.period.before, self.period]
        alike = self.period.span == self._columns[0].span
        return self._read(sorted({*both, *self._columns}) if alike else both, fresh=both)

    def _read(self, periods: list[Period], fresh: list[Period]) -> Found:
        return figures_of(self.team, Reading.About.RATINGS, periods, now=self.now, fresh=fresh)

    @property
    def as_of(self) -> datetime | None:
        """Since when something may have changed; None if everything was counted just now."""
        return min(filter(None, (self._found.as_of, self.trend.as_of)), default=None)

    def _of(self, dimension: str) -> tuple[dict, dict]:
        """In this period, and in the one before."""
        return tuple(self._found.figures[each][dimension] for each in (self.period, self.period.before))

    @cached_property
    def whole(self) -> Line:
        counted = (Counted.of(lines.get("", NOTHING)) for lines in self._of("team"))
        return Line("", _("Team"), *counted)

    @property
    def team_line(self) -> list[Line]:
        return [self.whole]

    @property
    def left_out(self) -> dict[str, int]:
        counts = self._found.figures[self.period]["left_out"]
        return {"suspect": counts[SUSPECT], "set_aside": counts[SET_ASIDE], "open": counts[OPEN]}

    @cached_property
    def employees(self) -> list[Line]:
        """All for the team's leads, for others their own line."""
        now, before = self._of("employee")
        seen = {*now, *before} if self.user.is_lead else {str(self.user.pk)}
        people = User.objects.visible_to(self.user).filter(pk__in=seen).values_list("pk", "name")
        names = {str(pk): name for pk, name in people}
        kept = [{key: line for key, line in each.items() if key in names} for each in (now, before)]
        return lines(*kept, names.__getitem__)

    @property
    def ranked(self) -> list[Line]:
        """Who alone sees his line has no rank: it would tell of the others."""
        return ranked(self.employees) if self.user.is_lead else self.employees

    @property
    def few(self) -> list[Line]:
        return [line for line in self.employees if line.is_few] if self.user.is_lead else []

    @cached_property
    def kinds(self) -> list[Line]:
        return self._by("kind", kind_name)

    @cached_property
    def products(self) -> list[Line]:
        return self._by("product", product_name)

    @cached_property
    def groups(self) -> list[Line]:
        return self._by("group", group_name)

    def _by(self, dimension: str, name_of: Callable[[str], str]) -> list[Line]:
        return lines(*self._of(dimension), name_of)

    @cached_property
    def trend(self) -> Trend:
        is_there = self._columns[0] in self._found.figures
        return Trend(self._columns, self._found if is_there else self._read(self._columns, []))

    @cached_property
    def recommended(self) -> list[Quarter]:
        """The latest first."""
        periods = Period.of(Span.QUARTER, self._day).upto(QUARTERS)
        found = figures_of(self.team, Reading.About.RECOMMENDED, periods, now=self.now)
        return [Quarter(period, *found.figures[period]) for period in reversed(periods)]

    @property
    def _comments(self) -> RatingQuerySet:
        since, until = self.period.bounds(self.zone)
        mine = Rating.objects.visible_to(self.user).filter(rated_at__gte=since, rated_at__lt=until)
        return mine.exclude(comment="").order_by("-rated_at", "-pk")

    def comments(self, page: int) -> tuple[list[Comment], bool]:
        """The newest first, COMMENTS to a page; and whether there are older ones."""
        begin = page * COMMENTS
        rows = self._comments.values_list(*SHOWN)[begin : begin + COMMENTS + 1]
        found = [Comment(*row) for row in rows]
        return found[:COMMENTS], len(found) > COMMENTS
