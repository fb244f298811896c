"""How the team works: its week, its capacity, its money, and who sees what."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.team.forms import TeamForm
from crm.team.models import Team
from crm.team.views.guards import leads_only


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def team_settings(request: HttpRequest) -> HttpResponse:
    # Its own copy: what a form could not save must not change the page around it.
    team = Team.objects.get(pk=request.user.team_id)
    chosen = {name: value for name, value in request.GET.items() if name == "country"}
    form = TeamForm(request.POST if request.method == "POST" else None, instance=team, initial=chosen)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("team:settings")
    return render(request, "team/settings.html", {"form": form}, status=422 if form.is_bound else 200)
