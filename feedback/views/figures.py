"""Do our figures mean anything? A page for everybody of the team: it names nobody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback.reading import exports
from feedback.reading.cubes import zone_of
from feedback.reading.figures import Figures
from feedback.reading.periods import Period, Span

CHOICES = (3, 6, 12, 24)  # months
USUAL = 12


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """?months=3|6|12|24, this one being the last. With ?format=csv a file."""
    team = request.user.team
    asked = request.GET.get("months", "")
    months = int(asked) if asked in map(str, CHOICES) else USUAL
    now = timezone.now()
    today = now.astimezone(zone_of(team)).date()
    found = Figures(team, Period.of(Span.MONTH, today).upto(months), now=now)
    if request.GET.get("format") == "csv":
        return exports.answer(exports.of_figures(found), name=f"figures-{today}")
    context = {"found": found, "months": months, "choices": CHOICES}
    return render(request, "feedback/figures.html", context)
