"""How well past expectations came true, week by week."""

from dataclasses import dataclass
from datetime import date
from math import sqrt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from segmentation.charts import BarChart, Tick
from segmentation.models import Forecast
from segmentation.reasons import Missing, too_little

ABOUT_ALL = 1.96  # standard deviations that hold 95 of 100 cases of chance
OVERLAP = 2  # weeks that look at the same purchase
EQUAL = 0.05
LABELS = 6  # at most, below the bars


@dataclass(frozen=True)
class Week:
    """Buyers expected within two weeks of a day, and those who came; None while that is not over."""

    on: date
    expected: float
    observed: int | None


@dataclass(frozen=True)
class Record:
    """What has come of a team's expectations, the oldest week first."""

    weeks: list[Week]

    @cached_property
    def over(self) -> list[Week]:
        return [week for week in self.weeks if week.observed is not None]

    @property
    def observed(self) -> int:
        return sum(week.observed for week in self.over)

    @property
    def expected(self) -> float:
        return sum(week.expected for week in self.over)

    @property
    def ratio(self) -> float | None:
        return self.observed / self.expected if self.expected else None

    @property
    def off(self) -> int:
        """Per cent more (or fewer, below zero) than expected; 0 where it is hardly any."""
        off = self.ratio - 1
        return 0 if abs(off) < EQUAL else round(100 * off)

    @property
    def fewer(self) -> int:
        return -self.off

    @property
    def chance(self) -> tuple[int, int]:
        """Between which sums chance alone would let it lie."""
        spread = ABOUT_ALL * sqrt(OVERLAP * self.expected)
        return max(round(self.expected - spread), 0), round(self.expected + spread)

    @property
    def is_by_chance(self) -> bool:
        least, most = self.chance
        return least <= self.observed <= most

    @cached_property
    def chart(self) -> BarChart:
        return BarChart([week.observed for week in self.weeks], [week.expected for week in self.weeks])

    @property
    def days(self) -> list[Tick]:
        every = -(-len(self.weeks) // LABELS)
        return [Tick(self.chart.middle(n), week.on) for n, week in enumerate(self.weeks) if n % every == 0]


@require_safe
def expectations(request: HttpRequest) -> HttpResponse:
    forecast = Forecast.objects.filter(team=request.user.team_id).defer("learnt").first() or Forecast()
    missing = Missing(forecast.missing_weeks, forecast.missing_buyers)
    record = Record([Week(date.fromisoformat(on), *figures) for on, *figures in forecast.weeks])
    context = {"forecast": forecast, "record": record, "missing": too_little(missing) if missing else ""}
    return render(request, "segmentation/expectations.html", context)
