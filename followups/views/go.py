"""The command box: a dossier, a tab, a movement or a new dossier, by what one writes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from contacts.views.customers import wants_part
from crm.numbers import number_in
from crm.team.models import User
from followups.commands import Command


@require_safe
def go(request: HttpRequest) -> HttpResponse:
    """What may be meant. Moving is asked for by POST."""
    now = timezone.now()
    opened = request.GET.get("open", "")
    command = Command(
        request.GET.get("q", ""), user=request.user, owner=_owner(request), now=now, opened=number_in(opened)
    )
    context = {"command": command, "raw": request.GET.get("q", ""), "today": request.user.today(now)}
    context |= {"opened": opened, "page": request.GET.get("page", "")}
    if wants_part(request):
        return render(request, "followups/parts/go_hits.html", context)
    return render(request, "followups/go.html", context)


def _owner(request: HttpRequest) -> User:
    """Whose binder lies open on the page from which somebody asks."""
    who = number_in(request.GET.get("who", ""))
    if who in (None, request.user.pk):
        return request.user
    open_to = User.objects.binders_open_to(request.user, on=request.user.today())
    return open_to.select_related("team").filter(pk=who).first() or request.user
