"""Starting a series and stopping it: each a page with the numbers, and a button."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from crm.team.views.guards import leads_only
from segmentation.models import Series
from segmentation.series_page import mails_waiting
from segmentation.series_start import Start


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def start(request: HttpRequest, pk: int) -> HttpResponse:
    series, now = _find(request, pk), timezone.now()
    start = Start(series, now=now)
    if request.method != "POST":
        return render(request, "segmentation/series_start.html", {"start": start, "series": series})
    if start.obstacles:
        context = {"start": start, "series": series}
        return render(request, "segmentation/series_start.html", context, status=422)
    day = start.first_day  # once they have joined, it would be that of others
    if not start.carry_out():
        messages.info(request, _("The series is running already."))
        return redirect(series)
    messages.success(request, _started(start.enrolled, day))
    return redirect(series)


def _started(n: int | None, day: date) -> str:
    if n is None:
        return _("Started. Those who are due join within the hour.")
    if not n:
        return _("Started. Nobody joins today; customers join from tomorrow on, as they become due.")
    words = ngettext(
        "Started. %(n)s customer has joined; letters leave from %(day)s on.",
        "Started. %(n)s customers have joined; letters leave from %(day)s on.",
        n,
    )
    return words % {"n": n, "day": date_format(day, "l j F")}


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    series = _find(request, pk)
    if request.method != "POST":
        under_way = series.reminders.under_way().count()
        context = {"series": series, "under_way": under_way, "waiting": mails_waiting(series)}
        return render(request, "segmentation/series_stop.html", context)
    n = series.stop(by=request.user, now=timezone.now())
    words = ngettext(
        "Stopped. %(n)s customer gets no more letters.", "Stopped. %(n)s customers get no more letters.", n
    )
    messages.success(request, words % {"n": n})
    return redirect(series)


def _find(request: HttpRequest, pk: int) -> Series:
    return get_object_or_404(Series.objects.visible_to(request.user).select_related("team"), pk=pk)
