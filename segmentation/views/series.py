"""All series of reminder letters, and one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from segmentation.models import Series
from segmentation.series_list import listed
from segmentation.series_proposal import LETTERS, days_between, usual_interval


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
    found = get_object_or_404(Series.objects.visible_to(request.user), pk=pk)
    return render(request, "segmentation/series.html", {"series": found})
