"""Building a series of reminder letters, and changing one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.team.views.guards import leads_only
from segmentation.groups import counts
from segmentation.models import Series
from segmentation.series_audience import audience
from segmentation.series_builder import SeriesBuilder, letters_for
from segmentation.series_proposal import days_between, proposed, usual_interval

PARTS = ("builder", "audience")


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def new(request: HttpRequest) -> HttpResponse:
    """Begins with our proposal; ?like=… with a copy of another series."""
    team = request.user.team
    series = Series(team=team, made_by=request.user)
    if request.method == "POST":
        return _sent(request, series)
    if (like := request.GET.get("like", "")).isdecimal():
        model = get_object_or_404(Series.objects.visible_to(request.user), pk=like)
        return _show(request, SeriesBuilder.copy(model, to=series, counts=counts(team)))
    data = proposed(team, letters_for(series).values())
    return _show(request, SeriesBuilder.proposal(data, series=series, counts=counts(team)))


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    series = get_object_or_404(Series.objects.visible_to(request.user).select_related("team"), pk=pk)
    if request.method == "POST":
        return _sent(request, series)
    return _show(request, SeriesBuilder.of(series, counts=counts(series.team)))


def _sent(request: HttpRequest, series: Series) -> HttpResponse:
    name, is_new = series.name, series.pk is None
    builder = SeriesBuilder.sent(request.POST, series=series, counts=counts(series.team))
    if (do := request.POST.get("do", "save")) != "save":
        return _show(request, builder.changed(do), name=name)
    if not builder.is_valid() or not builder.save():
        return _show(request, builder, name=name, status=422)
    messages.success(request, _told(series, is_new=is_new))
    return redirect(series)


def _told(series: Series, *, is_new: bool) -> str:
    if is_new:
        return _("Saved. Nothing is sent before you start it.")
    if series.is_running:
        return _("Saved. It holds from now on; letters that are queued already leave as they are.")
    return _("Saved.")


def _show(
    request: HttpRequest, builder: SeriesBuilder, *, name: str | None = None, status: int = 200
) -> HttpResponse:
    series, today = builder.series, request.user.today()
    interval = usual_interval(series.team)
    context = {
        "builder": builder,
        "series": series,
        "name": (series.name if name is None else name) if series.pk else "",
        "audience": audience(series, on=today) if builder.rule_is_read else None,
        "today": today,
        "interval": interval,
        "days_between": days_between(interval),
    }
    part = f"#{request.htmx.target}" if request.htmx.target in PARTS else ""
    return render(request, f"segmentation/series_edit.html{part}", context, status=status)
