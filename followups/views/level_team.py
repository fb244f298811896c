"""Levelling the whole team's coming days: what it would mean, changing that, and doing it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.team.views.guards import leads_only
from followups.actions import move_many
from followups.forms_level import chosen_days
from followups.levelling_team import TeamLevelling
from followups.views.level import report


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def level_team(request: HttpRequest) -> HttpResponse:
    """GET proposes. POST does what was chosen (day-<place> = its day), or with `look` only shows what it would mean."""
    now = timezone.now()
    is_meant = request.method == "POST" and "look" not in request.POST
    wanted = chosen_days(request.POST) if request.method == "POST" else None
    levelling = TeamLevelling(request.user, now=now, wanted=wanted)
    if is_meant and (levelling.moves or levelling.gone):
        moved = move_many(moves=levelling.moves, by=request.user, now=now)
        moved.missed += levelling.gone
        report(request, moved, today=levelling.today, now=now)
        return redirect("followups:level_team")
    context = {"level": levelling, "is_empty": is_meant}
    return render(request, "followups/level_team.html", context, status=422 if is_meant else 200)
