"""What each group should and should not get: read by all, written by leads, a form for each group."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from segmentation.advice import advice_changed, advice_of, said
from segmentation.forms_advice import AdviceForm
from segmentation.models import Advice, Group, Scoring
from segmentation.relationship import KINDS
from segmentation.words import group_name


@require_http_methods(["GET", "HEAD", "POST"])
def advice(request: HttpRequest) -> HttpResponse:
    """POST with group = which form was sent, and ours = 1 for our own words again."""
    found = advice_of(request.user.team)
    if request.method != "POST":
        return _show(request, found)
    if not request.user.is_lead:
        raise PermissionDenied
    group = request.POST.get("group", "")
    if group not in found:
        return _show(request, found, status=422)
    if request.POST.get("ours"):
        return _saved(request, _with_our_words(found[group]))
    form = AdviceForm(request.POST, instance=found[group])
    if not form.is_valid():
        return _show(request, found, wrong=form, status=422)
    return _saved(request, form.save())


def _with_our_words(row: Advice) -> Advice:
    row.should = row.should_not = ""
    row.save()
    return row


def _saved(request: HttpRequest, row: Advice) -> HttpResponse:
    advice_changed(row.team_id)
    messages.success(request, _("Saved for the group “%s”.") % group_name(row.group))
    return redirect("segmentation:advice")


def _show(
    request: HttpRequest, found: dict[str, Advice], *, wrong: AdviceForm | None = None, status: int = 200
) -> HttpResponse:
    groups = []
    for group, row in found.items():
        form = wrong if wrong and wrong.instance.group == group else AdviceForm(instance=row)
        should, should_not = said(group, row.should, row.should_not)
        groups.append(
            {"group": group, "kind": KINDS[Group(group)].label, "row": row, "form": form}
            | {"should": should, "should_not": should_not}
        )
    scoring = Scoring.objects.filter(team=request.user.team_id).first()
    context = {"groups": groups, "wrong": wrong, "scoring": scoring}
    return render(request, "segmentation/advice.html", context, status=status)
