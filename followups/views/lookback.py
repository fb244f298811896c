"""The look back: one's own for everybody, each one's and all beside each other for leads."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.team.models import User
from crm.team.views.guards import leads_only
from followups.lookback import LookBack
from followups.periods import DAY, MONTH, WEEK, Period
from followups.team_back import TeamBack


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    return redirect("followups:back", request.user.pk, request.user.today().isoformat())


@require_safe
def look_back(request: HttpRequest, who: int, period: str) -> HttpResponse:
    person = request.user
    if who != person.pk:
        person = get_object_or_404(User.objects.visible_to(request.user), pk=who)
        if not request.user.is_lead:
            raise PermissionDenied
    back = LookBack(person, _period(period), now=timezone.now())
    context = {"back": back, "person": person, "is_own": person == request.user}
    return render(request, "followups/back.html", context | _navigation(back.period, back.today))


@require_safe
@leads_only
def team(request: HttpRequest, period: str) -> HttpResponse:
    back = TeamBack(request.user, _period(period), now=timezone.now())
    return render(request, "followups/team_back.html", {"back": back} | _navigation(back.period, back.today))


def _period(slug: str) -> Period:
    try:
        return Period.from_slug(slug)
    except ValueError as error:
        raise Http404 from error


def _navigation(period: Period, today: object) -> dict:
    """The same place in time at other lengths, and whether there is a next one yet."""
    return {
        "period": period,
        "spans": [(span, period.as_span(span, today=today)) for span in (DAY, WEEK, MONTH)],
        "next": period.next if period.next.first <= today else None,
    }
