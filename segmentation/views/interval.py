"""How long customers take to come back, for all purchases or one product group."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from segmentation.charts import StepChart
from segmentation.interval import TOLD, sentence
from segmentation.typical import ALL, Kept, kept

FEW = 30  # returns, below which a curve is a hint at best


@dataclass(frozen=True)
class Shown:
    """One of the two curves as the page shows it."""

    key: str
    title: str
    curve: Kept

    @property
    def sentence(self) -> str:
        return sentence(self.curve)

    @property
    def chart(self) -> StepChart | None:
        return StepChart(self.curve.steps, self.curve.longest) if self.curve.returns else None

    @property
    def told(self) -> dict | None:
        """The point that the sentence speaks of, in the chart."""
        share = next((share for share in TOLD if self.curve.days_until(share) is not None), None)
        if share is None:
            return None
        days = self.curve.days_until(share)
        return {"share": round(100 * share), "days": days} | self.chart.place(days, share)

    @property
    def by_day(self) -> list[tuple]:
        """Days, and per cent that have come back, at least and at most."""
        return [(day, *(round(100 * share) for share in shares)) for day, *shares in self.curve.by_day()]

    @property
    def away(self) -> int:
        return self.curve.waits - self.curve.returns

    @property
    def seen_is_short(self) -> bool:
        """The median of the gaps one has seen is less than half of all will take."""
        half = self.curve.days_until(0.5)
        return self.curve.seen is not None and (half is None or self.curve.seen < half)

    @property
    def is_little(self) -> bool:
        return 0 < self.curve.returns < FEW


@require_safe
def interval(request: HttpRequest) -> HttpResponse:
    found = kept(request.user.team, on=request.user.today())
    chosen = request.GET.get("group", ALL)
    row = found.get(chosen, found[ALL])
    curves = [
        Shown("second", _("To the second purchase"), Kept(**row.second)),
        Shown("later", _("From then on, to the next one"), Kept(**row.later)),
    ]
    groups = [name for name in found if name != ALL]
    context = {"row": row, "curves": curves, "groups": groups, "bought": found[ALL].second["waits"]}
    partial = "#study" if request.htmx and not request.htmx.boosted else ""
    return render(request, f"segmentation/interval.html{partial}", context)
