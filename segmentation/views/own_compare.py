"""What became of a segment between two days."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.models import Customer
from segmentation.filters import Chain
from segmentation.forms_compare import CompareForm
from segmentation.lists import list_view, show_list
from segmentation.members import Change, change, gone_from, moment_of
from segmentation.models import Segment
from segmentation.views.own import about

SHOWN = 12  # names of those who came and of those who went


@require_safe
def own_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """?from=…&to=…; the last 30 days unless told."""
    segment = get_object_or_404(Segment.objects.visible_to(request.user), pk=pk)
    chain, now = Chain.of(segment.filters), moment_of(request.user)
    form = CompareForm(request.GET, today=now.today)
    context = {"form": form, "today": now.today, **about(request.user, segment, chain, now)}
    if chain.lost:
        return render(request, "segmentation/own_lost.html", context)
    if form.is_valid():
        days = (moment_of(request.user, on=day) for day in (form.since, form.until))
        found = change(chain, request.user, *days)
        asked = urlencode({"from": form.since, "to": form.until})
        context |= {"change": found, "asked": asked} | _named(found)
    return render(request, "segmentation/own_compare.html", context)


def _named(found: Change) -> dict[str, list[Customer]]:
    """The first of those who came and of those who went."""
    came, went = found.came[:SHOWN], found.went[:SHOWN]
    rows = Customer.objects.only("name", "town", "sort_name").in_bulk([*came, *went])
    return {name: [rows[pk] for pk in ids if pk in rows] for name, ids in (("came", came), ("went", went))}


@list_view
def own_moved(request: HttpRequest, pk: int, who: str) -> HttpResponse:
    """All who "came", or all who "went", between ?from=…&to=…."""
    segment = get_object_or_404(Segment.objects.visible_to(request.user), pk=pk)
    chain, now = Chain.of(segment.filters), moment_of(request.user)
    form = CompareForm(request.GET, today=now.today)
    back = f"{reverse('segmentation:own_compare', args=[pk])}?{request.GET.urlencode()}"
    if who not in ("came", "went"):
        raise Http404
    if chain.lost or not form.is_valid():
        return redirect(back)
    since, until = (moment_of(request.user, on=day) for day in (form.since, form.until))
    there, gone = (until, since) if who == "came" else (since, until)
    customers = gone_from(chain, request.user, there=there, gone=gone)
    return show_list(request, customers, title=_title(segment, form, who), back=(_("Compare"), back))


def _title(segment: Segment, form: CompareForm, who: str) -> str:
    text = _("Came into “%(name)s”, %(since)s to %(until)s")
    if who == "went":
        text = _("Left “%(name)s”, %(since)s to %(until)s")
    days = {"since": date_format(form.since, "j M Y"), "until": date_format(form.until, "j M Y")}
    return text % ({"name": segment.name} | days)
