"""The open binder: /binder/<who>/<tab>/ and, with a dossier beside it, /binder/<who>/<tab>/<dossier>/."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.numbers import number_in
from crm.team.models import User
from crm.team.summaries import DayLoad
from followups.board import Board
from followups.dates import Tab
from followups.forms import ResultForm
from followups.models import FollowUp
from followups.sheet import open_sheet
from followups.summaries import day_loads, kept

MOST_AT_ONCE = 500


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    return redirect("followups:day", request.user.pk, request.user.today().isoformat())


@require_GET
def day(request: HttpRequest, who: int, tab: str) -> HttpResponse:
    board = get_board(request, who, tab, now=timezone.now())
    return show(request, board, board.opening, chosen=False)


@require_GET
def dossier(request: HttpRequest, who: int, tab: str, customer_id: int) -> HttpResponse:
    board = get_board(request, who, tab, now=timezone.now())
    followup = get_followup(board, customer_id)
    if request.htmx.target == "sheet":
        return render(
            request, "followups/parts/sheet.html", {"board": board, "sheet": open_sheet(board, followup)}
        )
    return show(request, board, followup)


@require_GET
def binders(request: HttpRequest) -> HttpResponse:
    """Whose binders one may open."""
    now = timezone.now()
    owners = list(User.objects.active().binders_open_to(request.user, on=request.user.today(now)))
    loads, totals = day_loads(owners, now), kept(owners, now)
    rows = []
    for owner in owners:
        today, load = owner.today(now), loads.get(owner.pk, DayLoad())
        rows.append((owner, load, owner.capacity_on(today), totals.get(owner.pk, 0), today))
    return render(request, "followups/binders.html", {"rows": rows})


def get_board(request: HttpRequest, who: int, tab: str, *, now: datetime) -> Board:
    """The board of an address; 404 for a stranger's binder or a tab that is no tab."""
    try:
        opened = Tab.from_slug(tab)
    except ValueError as error:
        raise Http404 from error
    user = request.user
    owner = user
    if who != user.pk:
        owner = get_object_or_404(User.objects.binders_open_to(user, on=user.today(now)), pk=who)
    return Board(user=user, owner=owner, tab=opened, now=now)


def get_followup(board: Board, customer_id: int) -> FollowUp:
    """The dossier's place, if it lies in this binder."""
    followup = board.find(customer_id=customer_id)
    if followup is None:
        raise Http404
    return followup


def show(
    request: HttpRequest,
    board: Board,
    followup: FollowUp | None,
    *,
    form: ResultForm | None = None,
    chosen: bool = True,
    placed: list[FollowUp] | None = None,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    """The whole binder, as a page or, for htmx, without its frame.

    `chosen`: the dossier was asked for by name.
    """
    board.read_rows()
    sheet = open_sheet(board, followup, form=form) if followup else None
    placed = placed if placed is not None else just_placed(request.user, request.GET.get("placed", ""))
    context = {"board": board, "sheet": sheet, "chosen": chosen, "placed": placed}
    context |= more
    template = "followups/board.html#binder" if request.htmx else "followups/board.html"
    return render(request, template, context, status=status)


def just_placed(user: User, ids: str) -> list[FollowUp]:
    """What `user` filed or moved a moment ago ("id,id"), as far as it still lies there."""
    if not (wanted := place_ids(ids)):
        return []
    found = FollowUp.objects.visible_to(user).open().filter(pk__in=wanted, opened_by=user)
    return list(found.select_related("customer", "previous__entry"))


def place_ids(text: str) -> list[int]:
    """Of "id,id"; what is no number falls out."""
    wanted = map(number_in, text.split(","))
    return [pk for pk in wanted if pk is not None][:MOST_AT_ONCE]


def address(board: Board, customer_id: int | None = None, *, placed: list[FollowUp] | None = None) -> str:
    """Where the board is found: with a dossier open and with what was just placed, if given."""
    place = [board.owner.pk, board.tab.slug]
    url = (
        reverse("followups:dossier", args=[*place, customer_id])
        if customer_id
        else reverse("followups:day", args=place)
    )
    return url + (f"?placed={','.join(str(f.pk) for f in placed)}" if placed else "")
