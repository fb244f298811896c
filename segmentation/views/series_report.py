"""Did a series help? A page for everybody of the team: it names nobody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from segmentation.models import Series
from segmentation.series_report import Report


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """With ?format=csv the figures as a file."""
    series = get_object_or_404(Series.objects.visible_to(request.user), pk=pk)
    found = Report(series, series.reminders.all(), on=request.user.today())
    if request.GET.get("format") == "csv":
        name = f"{slugify(series.name) or 'series'}-{found.on.isoformat()}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(found.csv(), content_type="text/csv; charset=utf-8", headers=headers)
    return render(request, "segmentation/series_report.html", {"series": series, "report": found})
