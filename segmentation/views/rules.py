"""The rules of scores and groups: read by all, set by leads, with a preview of what a change would do."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.team.views.guards import leads_only
from segmentation import ruling
from segmentation.forms_rules import RulesForm
from segmentation.models import Rules, Scoring
from segmentation.scores import rules_of

KEPT = "rules"  # in the session: what a lead has changed last


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """POST saves; with do = preview it only says what saving would do, with do = undo it takes back the last change."""
    scoring, now = _scoring(request), rules_of(request.user.team)
    if request.method != "POST":
        return _show(request, scoring, _form(scoring, now))
    if not request.user.is_lead:
        raise PermissionDenied
    if request.POST.get("do") == "undo":
        return _undo(request, scoring, now)
    before = ruling.as_kept(now)
    form = _form(scoring, now, request.POST)
    if not form.is_valid():
        return _show(request, scoring, form, status=422)
    if request.POST.get("do") == "preview":
        return _show(request, scoring, form, outcome=ruling.foresee(form.instance, scoring))
    return _save(request, scoring, form.instance, before)


@require_safe
@leads_only
def preview(request: HttpRequest) -> HttpResponse:
    """What the rules written so far would do: a part of the page for htmx, the whole page otherwise."""
    scoring = _scoring(request)
    form = _form(scoring, rules_of(request.user.team), request.GET)
    outcome = ruling.foresee(form.instance, scoring) if form.is_valid() else None
    if request.htmx:
        context = {"form": form, "outcome": outcome}
        return render(request, "segmentation/parts/outcome.html", context)
    return _show(request, scoring, form, outcome=outcome)


def _scoring(request: HttpRequest) -> Scoring:
    team = request.user.team
    return Scoring.objects.select_related("team").filter(team=team).first() or Scoring(team=team)


def _form(scoring: Scoring, now: Rules, data: QueryDict | None = None) -> RulesForm:
    limits = {name: each.value for name, each in ruling.suggestions(scoring).items()}
    return RulesForm(data, instance=now, proposed=limits | ruling.FIXED_LIMITS)


def _save(request: HttpRequest, scoring: Scoring, new: Rules, before: dict) -> HttpResponse:
    outcome = ruling.change_rules(new, scoring)
    after = ruling.as_kept(new)
    if before == after:
        request.session.pop(KEPT, None)
        messages.info(request, _("Nothing was changed."))
        return redirect("segmentation:rules")
    request.session[KEPT] = {"before": before, "after": after}
    messages.success(request, f"{_('Saved.')} {ruling.told(outcome)}")
    return redirect(f"{reverse('segmentation:rules')}?saved=1")


def _undo(request: HttpRequest, scoring: Scoring, now: Rules) -> HttpResponse:
    kept = request.session.pop(KEPT, None)
    if not kept or kept["after"] != ruling.as_kept(now):
        messages.error(request, _("The rules have been changed since. Nothing was taken back."))
        return redirect("segmentation:rules")
    outcome = ruling.change_rules(ruling.put_back(now, kept["before"]), scoring)
    messages.success(request, f"{_('Taken back.')} {ruling.told(outcome)}")
    return redirect("segmentation:rules")


def _show(
    request: HttpRequest, scoring: Scoring, form: RulesForm, *, status: int = 200, **more: object
) -> HttpResponse:
    kept = request.session.get(KEPT) if "saved" in request.GET else None
    labels = {name: field.label for name, field in form.fields.items()}
    context = {
        "form": form,
        "scoring": scoring,
        "bands": ruling.bands(scoring) if scoring.as_of else None,
        "suggestions": ruling.suggestions(scoring),
        "changes": list(ruling.changes(kept["before"], kept["after"], labels)) if kept else [],
    }
    return render(request, "segmentation/rules.html", context | more, status=status)
