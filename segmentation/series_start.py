"""What starting a series would do, what stands in its way, and doing it."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property

from crm.mail.connection import hears_answers
from crm.mail.models import Sender
from segmentation.models import Forecast, Series
from segmentation.quarters import today_of
from segmentation.reminding.days import LetterDays
from segmentation.reminding.enrolling import BATCH, enrol, reached
from segmentation.series_audience import Audience, audience

SENDER, LETTERS, FORECAST = "sender", "letters", "forecast"


class Start:
    """Starting `series` at the instant `now`; then `enrolled` is how many joined, None if they join by and by."""

    enrolled: int | None = None

    def __init__(self, series: Series, *, now: datetime) -> None:
        self.series, self.now = series, now
        self.today = today_of(series.team, now)

    @cached_property
    def audience(self) -> Audience:
        return audience(self.series, on=self.today)

    @cached_property
    def first_day(self) -> date:
        """Of those who would join now the first gets his letter; where it is a holiday, others get it later."""
        days = LetterDays(self.series.team)
        reaches = reached(self.series, on=self.today).order_by()
        countries = set(reaches.values_list("country", flat=True).distinct()) or {""}
        return min(days.after_day(self.today, country) for country in countries)

    @cached_property
    def obstacles(self) -> list[str]:
        return list(self._obstacles())

    def _obstacles(self) -> Iterator[str]:
        if not Sender.objects.filter(team=self.series.team_id).exists():
            yield SENDER
        if not self.series.steps.exists():
            yield LETTERS

    @property
    def hears_answers(self) -> bool:
        return hears_answers()

    @cached_property
    def has_forecast(self) -> bool:
        return Forecast.objects.filter(team=self.series.team_id, as_of=self.today).exists()

    def carry_out(self) -> bool:
        """False if it ran already. Few customers join at once; many, or before the night’s expectations, by and by."""
        few = self.has_forecast and self.audience.letter <= BATCH
        if not self.series.start(now=self.now):
            return False
        self.enrolled = enrol(self.series, now=self.now) if few else None
        return True
