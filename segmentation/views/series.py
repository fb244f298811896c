"""All series of reminder letters, and one of them."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from segmentation.models import Series
from segmentation.series_list import listed
from segmentation.series_page import SeriesPage, run_of
from segmentation.series_people import People
from segmentation.series_proposal import LETTERS, days_between, usual_interval
from segmentation.views.series_people import just_taken_out

FIRST = 8  # customers named on the series’ own page; on a phone half of them


@require_safe
def series_all(request: HttpRequest) -> HttpResponse:
    interval = usual_interval(request.user.team)
    context = {
        "rows": listed(request.user),
        "interval": interval,
        "days_between": days_between(interval),
        "letters": LETTERS,
    }
    return render(request, "segmentation/series_all.html", context)


@require_safe
def series(request: HttpRequest, pk: int) -> HttpResponse:
    found, now = _find(request, pk), timezone.now()
    page = SeriesPage(found, user=request.user, now=now)
    people = People(found, QueryDict(), user=request.user, today=page.today, size=FIRST)
    context = {"series": found, "page": page, "people": people, "today": page.today}
    context["taken"] = just_taken_out(request, found)
    return render(request, "segmentation/series.html", context)


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of today's letters, asked for every few seconds while they leave."""
    found = _find(request, pk)
    run = run_of(found, user=request.user, now=timezone.now())
    return render(request, "segmentation/series_progress.html", {"series": found, "run": run})


def _find(request: HttpRequest, pk: int) -> Series:
    return get_object_or_404(Series.objects.visible_to(request.user), pk=pk)
