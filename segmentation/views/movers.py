"""Who moved from group to group between two days."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.team.models import User
from segmentation.forms_movers import MoveForm, MoversForm
from segmentation.kept import summed
from segmentation.lists import list_view, show_list
from segmentation.models import Group, Scoring
from segmentation.moving import Move, Table, by_weight, ends, moved
from segmentation.moving import movers as find_movers
from segmentation.quarters import last_day


@require_safe
def movers(request: HttpRequest) -> HttpResponse:
    """?since=2026-07-01&until=2026-10-01, the first days of the quarters at whose ends one looks."""
    scoring = _scoring(request)
    form = MoversForm(request.GET, ends=_ends(request, scoring))
    table, told = None, []
    if form.is_valid() and form.cleaned_data["since"]:
        table = Table(_moved(request.user, scoring, form.days))
        told = by_weight(table.moves)
    context = {"form": form, "table": table, "told": told, "groups": Group.values}
    return render(request, "segmentation/movers.html", context)


@list_view
def mover_list(request: HttpRequest) -> HttpResponse:
    """The same and ?old=growing&new=lost: the people of one figure."""
    user, scoring = request.user, _scoring(request)
    form = MoveForm(request.GET, ends=_ends(request, scoring))
    if not form.is_valid() or not form.cleaned_data["since"]:
        raise Http404
    pair = {name: form.cleaned_data[name] for name in ("old", "new")}
    found = find_movers(user, scoring, **form.days, **pair)
    counted = (
        move.n for move in _moved(user, scoring, form.days) if pair == {"old": move.old, "new": move.new}
    )
    n = next(counted, 0)
    title = capfirst(Move(**pair, n=n).sentence)
    back = (_("Movers"), f"{reverse('segmentation:movers')}?{form.asked}")
    return show_list(request, found, title=title, about=_between(**form.days), back=back, count=n)


def _moved(user: User, scoring: Scoring, days: dict[str, date | None]) -> list[Move]:
    name = f"movers:{days['since']}:{days['until']}"
    return summed(user, scoring, name, lambda: moved(user, **days))


def _scoring(request: HttpRequest) -> Scoring:
    team = request.user.team
    return Scoring.objects.filter(team=team).first() or Scoring(team=team)


def _ends(request: HttpRequest, scoring: Scoring) -> list[date]:
    return ends(request.user.team, today=scoring.as_of or request.user.today())


def _between(since: date, until: date | None) -> str:
    days = {"since": date_format(last_day(since), "j F Y")}
    if until is None:
        return _("from %(since)s until today") % days
    return _("from %(since)s to %(until)s") % {**days, "until": date_format(last_day(until), "j F Y")}
