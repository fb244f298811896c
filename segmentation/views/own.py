"""The team's own segments: all of them, building one, its customers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from contacts.models import Customer
from contacts.views.customers import wants_part
from crm.team.models import User
from segmentation import examples
from segmentation.builder import Builder
from segmentation.filters import Chain, Moment
from segmentation.lists import list_view, show_list
from segmentation.members import counts, members, moment_of
from segmentation.models import Segment

FIRST = 6  # names shown while building


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """All segments; with ?counted also how many customers are in each, which takes longer."""
    moment, user = moment_of(request.user), request.user
    segments = list(Segment.objects.visible_to(user).select_related("made_by"))
    is_counted = "counted" in request.GET
    found = counts(segments, user=user, moment=moment) if is_counted else {}
    for segment in segments:
        segment.chain = Chain.of(segment.filters)
        segment.sentence = segment.chain.sentence(moment)
        segment.count = found.get(segment.pk)
        segment.is_mine = segment.may_be_changed_by(user)
    context = {"segments": segments, "is_counted": is_counted, "examples": examples.EXAMPLES}
    part = "#table" if wants_part(request) else ""
    return render(request, f"segmentation/own.html{part}", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """?example=… and ?like=… begin with the conditions of an example, or of a segment."""
    segment = Segment(team=request.user.team, made_by=request.user)
    if example := examples.find(request.GET.get("example", "")):
        segment.name, segment.filters = str(example.name), example.filters
    elif (like := request.GET.get("like", "")).isdecimal():
        segment.filters = get_object_or_404(Segment.objects.visible_to(request.user), pk=like).filters
    return _build(request, segment)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _build(request, _mine(request, pk))


def _mine(request: HttpRequest, pk: int) -> Segment:
    segment = get_object_or_404(Segment.objects.visible_to(request.user), pk=pk)
    if not segment.may_be_changed_by(request.user):
        raise PermissionDenied
    return segment


def _build(request: HttpRequest, segment: Segment) -> HttpResponse:
    moment, name = moment_of(request.user), segment.name if segment.pk else ""
    if request.method != "POST":
        return _show(request, Builder.of(segment, moment=moment), name=name)
    builder = Builder.sent(request.POST, segment=segment, moment=moment)
    if (do := request.POST.get("do", "save")) != "save":
        return _show(request, builder.changed(do), name=name)
    if builder.is_valid() and builder.save():
        return redirect(segment)
    return _show(request, builder, name=name, status=422)


def _show(request: HttpRequest, builder: Builder, *, name: str, status: int = 200) -> HttpResponse:
    context = {"builder": builder, "name": name, "segment": builder.segment, "examples": examples.EXAMPLES}
    context["found"] = _found(request, builder)
    part = f"#{request.htmx.target}" if request.htmx.target in ("builder", "found") else ""
    return render(request, f"segmentation/own_edit.html{part}", context, status=status)


def _found(request: HttpRequest, builder: Builder) -> dict:
    """How many of how many, and the first names."""
    chain, moment = builder.chain, builder.moment
    if chain.lost or not chain.clauses:
        return {}
    found = members(chain, user=request.user, moment=moment)
    count = found.count()
    return {
        "count": count,
        "total": Customer.objects.visible_to(request.user, on=moment.today).count(),
        "first": list(found.only("name", "town")[:FIRST]) if count else [],
        "sentence": chain.sentence(moment),
        "limits": chain.limits(moment),
    }


@list_view
def own_members(request: HttpRequest, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment.objects.visible_to(request.user), pk=pk)
    chain, moment = Chain.of(segment.filters), moment_of(request.user)
    if chain.lost:
        return render(request, "segmentation/own_lost.html", about(request.user, segment, chain, moment))
    found = members(chain, user=request.user, moment=moment)
    return show_list(
        request,
        found,
        title=segment.name,
        count=found.count(),
        back=(_("Own segments"), reverse("segmentation:own")),
        template="segmentation/own_members.html",
        **about(request.user, segment, chain, moment),
    )


def about(user: User, segment: Segment, chain: Chain, moment: Moment) -> dict:
    """What every page of one segment says of it."""
    is_mine = segment.may_be_changed_by(user)
    said = {"sentence": chain.sentence(moment), "limits": chain.limits(moment)}
    return {"segment": segment, "chain": chain, "is_mine": is_mine} | said


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    segment = _mine(request, pk)
    if request.method == "POST":
        segment.delete()
        messages.success(request, _("The segment “%(name)s” is deleted.") % {"name": segment.name})
        return redirect("segmentation:own")
    return render(request, "segmentation/own_delete.html", {"segment": segment})
