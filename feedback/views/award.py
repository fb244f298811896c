"""Employee of the month: who it is, and how that comes out of the rule, which leads may change."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from feedback.forms_award import AwardRuleForm
from feedback.models import Award, AwardRule
from feedback.reading.award import month_of
from feedback.reading.cubes import zone_of
from feedback.reading.periods import Period, Span
from feedback.views.reading import read_day

MONTHS = 12


@require_http_methods(["GET", "HEAD", "POST"])
def award(request: HttpRequest) -> HttpResponse:
    """?of=a day of the month; else the running one. POST sets the rule for it and those to come."""
    rule = AwardRule.of(request.user.team)
    if request.method != "POST":
        return _show(request, AwardRuleForm(instance=rule))
    if not request.user.is_lead:
        raise PermissionDenied
    form = AwardRuleForm(request.POST, instance=rule)
    if not form.is_valid():
        return _show(request, form, status=422)
    form.save()
    messages.success(request, _("Saved. The rule holds for this month and those to come."))
    return redirect("feedback:award")


def _show(request: HttpRequest, form: AwardRuleForm, *, status: int = 200) -> HttpResponse:
    user, now = request.user, timezone.now()
    running = Period.of(Span.MONTH, now.astimezone(zone_of(user.team)).date())
    asked = Period.of(Span.MONTH, read_day(request.GET.get("of", "")) or running.first)
    month = month_of(user.team, min(asked, running), now=now)
    context = {
        "month": month,
        "is_running": month.period == running,
        "standings": month.standings if user.is_lead else [own for own in [month.of(user)] if own],
        "own": month.of(user),
        "form": form,
        "past": Award.objects.filter(team=user.team)[:MONTHS],
        "running": running,
    }
    return render(request, "feedback/award.html", context, status=status)
