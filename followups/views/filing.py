"""Filing, moving and taking back. Nobody files under a date that the button did not name."""

from datetime import date

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import reswap, retarget

from contacts.models import Customer, Entry
from crm.numbers import number_in
from crm.team.models import User
from followups import actions
from followups.binder import Binder
from followups.board import Board
from followups.destination import Destination, tab_name
from followups.forms import DATE_FIELDS, DateForm, ResultForm
from followups.models import FollowUp, MovedMeanwhile, Slip
from followups.sheet import open_sheet
from followups.views.board import address, get_board, just_placed, place_ids, show

MOST_NAMED = 10


def _followup(request: HttpRequest, pk: int) -> FollowUp:
    """The place by its row, also when it was left meanwhile: the version of the form decides."""
    seen = FollowUp.objects.visible_to(request.user).select_related("customer")
    followup = get_object_or_404(seen, pk=pk)
    if followup.owner_id == request.user.pk:
        followup.owner = request.user  # with his team, which is known already
    return followup


def _board(request: HttpRequest, followup: FollowUp) -> Board:
    default = followup.tab.slug if followup.due_on else "cabinet"
    return get_board(request, followup.owner_id, request.POST.get("tab") or default, now=timezone.now())


@require_GET
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """While a date is being written: what the button would do."""
    followup = _followup(request, pk)
    chosen = any(request.GET.get(name) for name in DATE_FIELDS)
    form = ResultForm(request.GET if chosen else None, binder=Binder(followup.owner, now=timezone.now()))
    context = {"form": form, "then_name": request.GET.get("then_name", "")}
    return render(request, "followups/parts/file.html", context)


@require_POST
def file(request: HttpRequest, pk: int) -> HttpResponse:
    followup = _followup(request, pk)
    board = _board(request, followup)
    form = ResultForm(request.POST, binder=Binder(followup.owner, now=board.now))
    if not form.is_valid() or not form.was_named:
        return _ask_again(request, board, followup, form)
    data = form.cleaned_data
    followup.version = data["version"]
    try:
        placed = actions.file_dossier(
            followup=followup, to=data["to"].tab, by=request.user, now=board.now,
            outcome=data["outcome"], note=data["note"], kind=data["kind"],
        )  # fmt: skip
    except MovedMeanwhile:
        return conflict(request, followup, form)
    placed.customer = followup.customer
    if request.POST.get("page") == "dossier":
        return redirect(f"{placed.customer.get_absolute_url()}?placed={placed.pk}")
    return _open_next(request, board, followup, placed)


def _ask_again(request: HttpRequest, board: Board, followup: FollowUp, form: ResultForm) -> HttpResponse:
    """Show the date before it counts, or say what is missing; everything written stays."""
    is_valid = form.is_valid()
    form, status = (form.as_written(), 200) if is_valid else (form, 422)
    more = {"land": is_valid, "page": request.POST.get("page", "")}
    if request.htmx and request.htmx.target == "sheet":
        context = {"board": board, "sheet": open_sheet(board, followup, form=form)} | more
        return render(request, "followups/parts/sheet.html", context, status=status)
    return show(request, board, followup, form=form, status=status, **more)


def _wanted(board: Board, customer_id: str, placed: FollowUp) -> FollowUp | None:
    """What the page said would open next, if it still lies there."""
    wanted = number_in(customer_id)
    found = board.find(customer_id=wanted) if wanted else None
    return found if found and found.pk != placed.pk and board.holds(found) else None


def _next(request: HttpRequest, board: Board, placed: FollowUp) -> FollowUp | None:
    """What opens now: what the page said, else what comes first."""
    opened = _wanted(board, request.POST.get("then", ""), placed)
    if opened is None and (first := board.working.first(without=placed.pk)):
        opened = board.find(pk=first.pk)
    return opened


def _open_next(request: HttpRequest, board: Board, filed: FollowUp, placed: FollowUp) -> HttpResponse:
    opened = _next(request, board, placed)
    if not request.htmx or request.htmx.target != "sheet":
        return redirect(address(board, opened and opened.customer_id, placed=[placed]))
    changes = {
        "placed": [placed],
        "days_changed": [filed.due_on, placed.due_on],
        "months_changed": not (board.binder.has_day_tab(filed.tab) and board.binder.has_day_tab(placed.tab)),
    }
    return _turn_page(request, board, opened, left=filed, now=placed, **changes)


def _turn_page(
    request: HttpRequest,
    board: Board,
    opened: FollowUp | None,
    *,
    left: FollowUp,
    now: FollowUp,
    **changes: object,
) -> HttpResponse:
    """The next sheet, and what has become of the row that was worked on: it left its place and lies `now` elsewhere."""
    context = {
        "board": board,
        "sheet": open_sheet(board, opened) if opened else None,
        "left": left,
        "was_behind": left.was_behind(today=board.today),
        "has_others": board.has_others(now),
    }
    if board.shows(now):
        context |= {"stays": [board.find(pk=now.pk)], "above": board.above(now)}
    response = render(request, "followups/filed.html", context | changes)
    response["HX-Push-Url"] = address(board, opened and opened.customer_id)
    return response


@require_POST
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay the dossier at the end of the stack and go on with the next. Without a script, a note begun holds it here."""
    followup = _followup(request, pk)
    board = _board(request, followup)
    if request.POST.get("note", "").strip() and not request.htmx:
        form = ResultForm(request.POST, binder=board.binder)
        form.add_error("note", _("You have begun a note: file it, or empty the line to skip this dossier."))
        return show(request, board, followup, form=form, status=422)
    followup.skip(now=board.now)
    opened = _next(request, board, followup)
    if not request.htmx:
        return redirect(address(board, opened and opened.customer_id))
    return _turn_page(request, board, opened, left=followup, now=followup)


@require_GET
def aim(request: HttpRequest, who: int, tab: str) -> HttpResponse:
    """While a date for the ticked dossiers is being written: where they would go, and what lies there."""
    board = get_board(request, who, tab, now=timezone.now())
    form = DateForm(request.GET if request.GET.get("when") else None, binder=board.binder.whole)
    return render(request, "followups/parts/ticks_to.html", {"form": form})


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Put the ticked dossiers, or the open one, behind another tab: fields f = "id:version" …, a date, tab.

    With a field `aimed` the date was written, and must have been named on the page; others were pressed on it.
    """
    chosen = _chosen(request)
    if not chosen:
        return redirect("followups:today")
    board = get_board(request, chosen[0].owner_id, request.POST.get("tab", ""), now=timezone.now())
    form = DateForm(request.POST, binder=board.binder.whole)
    if not form.is_valid() or ("aimed" in request.POST and not form.was_seen):
        return _aim_again(request, board, chosen, form)
    try:
        placed = actions.move_dossiers(
            followups=chosen, to=form.cleaned_data["to"].tab, by=request.user, now=board.now
        )
    except MovedMeanwhile as clash:
        return conflict(request, clash.followup, form)
    return _after_moving(request, board, placed)


def _aim_again(request: HttpRequest, board: Board, chosen: list[FollowUp], form: DateForm) -> HttpResponse:
    """Show the date before it counts, or say what is wrong with it; what was ticked stays ticked."""
    is_valid = form.is_valid()
    more = {"ticked": [f.pk for f in chosen], "ticks": form.as_written() if is_valid else form}
    return show(request, board, chosen[0], chosen=False, status=200 if is_valid else 422, **more)


def _chosen(request: HttpRequest) -> list[FollowUp]:
    """The dossiers of the fields "f", with the version that the page showed. Unreadable and foreign ones fall out."""
    pairs = [value.partition(":") for value in request.POST.getlist("f")]
    read = {number_in(pk): number_in(version) for pk, _, version in pairs}
    versions = {pk: version for pk, version in read.items() if pk is not None and version is not None}
    found = list(FollowUp.objects.visible_to(request.user).filter(pk__in=versions).select_related("customer"))
    for followup in found:
        followup.version = versions[followup.pk]
    return found


def _after_moving(request: HttpRequest, board: Board, placed: list[FollowUp]) -> HttpResponse:
    if request.POST.get("page") == "dossier":
        return redirect(f"{placed[0].customer.get_absolute_url()}?placed={placed[0].pk}")
    if not request.htmx:
        return redirect(address(board, placed=placed))
    response = show(request, board, _next(request, board, placed[0]), chosen=False, placed=placed)
    response["HX-Push-Url"] = address(board)
    return response


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was just filed or moved: fields placed = "id,id", who, tab."""
    ids = request.POST.get("placed", "")
    placed = just_placed(request.user, ids)
    if not placed:
        return _refuse(request, "followups/too_late.html", {"customers": _meant(request.user, ids)})
    said = _said(placed[0])
    try:
        back = actions.undo(placed=placed, by=request.user, now=timezone.now())
    except MovedMeanwhile as clash:
        return conflict(request, clash.followup, None)
    board = _board(request, back[0])
    undone = _undone(back, today=board.today)
    on_its_page = request.POST.get("page") == "dossier"
    if on_its_page or not request.htmx:
        messages.success(request, undone)
        return redirect(back[0].customer if on_its_page else address(board, back[0].customer_id))
    form = _as_it_was(board, back[0], said)
    response = show(request, board, back[0], form=form, placed=[], undone=undone)
    response["HX-Push-Url"] = address(board, back[0].customer_id)
    return response


def _meant(user: User, ids: str) -> QuerySet[Customer]:
    """Whose places these were, for somebody who comes too late to take a movement back."""
    places = FollowUp.objects.visible_to(user).filter(pk__in=place_ids(ids))
    return Customer.objects.filter(pk__in=places.values("customer"))[:MOST_NAMED]


def _undone(back: list[FollowUp], *, today: date) -> str:
    tab = tab_name(back[0].tab, today=today)
    if len(back) > 1:
        return _("Taken back: %(n)s dossiers lie where they lay.") % {"n": len(back)}
    return _("Taken back: %(name)s lies under %(tab)s again.") % {"name": back[0].customer.name, "tab": tab}


def _said(placed: FollowUp) -> dict[str, str]:
    """Note and outcome of the filing that put the dossier here."""
    entry = placed.previous and placed.previous.entry
    return {"note": entry.text, "outcome": entry.outcome} if entry else {"outcome": Entry.Outcome.AGREED}


def _as_it_was(board: Board, back: FollowUp, said: dict[str, str]) -> ResultForm:
    """The slip with the note that was taken back, so that only the date need be written anew."""
    return ResultForm(binder=board.binder, initial={"version": back.version, "kind": back.kind} | said)


@require_POST
def bring_forward(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer to a slip that may not move an agreed appointment by itself: yes, bring it forward."""
    visible = FollowUp.objects.visible_to(request.user).open()
    slip = get_object_or_404(
        Slip.objects.waiting(on=request.user.today()), pk=pk, customer__followups__in=visible
    )
    followup = get_object_or_404(
        visible.select_related("customer", "owner__team"), customer_id=slip.customer_id
    )
    followup.version = number_in(request.POST.get("version")) or 0
    try:
        placed = actions.bring_forward(slip=slip, followup=followup, by=request.user, now=timezone.now())
    except MovedMeanwhile:
        return conflict(request, followup, None)
    board = get_board(request, placed.owner_id, placed.tab.slug, now=timezone.now())
    return redirect(address(board, placed.customer_id, placed=[placed]))


def conflict(request: HttpRequest, followup: FollowUp, form: DateForm | None) -> HttpResponse:
    """409: a colleague moved this dossier first. Both states, one choice; what was written is kept on the page."""
    standing = FollowUp.objects.open().select_related(
        "opened_by", "owner__team", "previous__entry", "customer"
    )
    now = standing.filter(customer_id=followup.customer_id).first()
    gone = bool(request.htmx) and now.tab.slug != request.POST.get("tab")
    there = Destination(now.tab, Binder(now.owner, now=timezone.now()))
    context = {"seen": followup, "now": now, "there": there, "form": form, "gone": gone}
    return _refuse(request, "followups/conflict.html", context)


def _refuse(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    """409, as a page or, for htmx, on the open sheet."""
    if not request.htmx:
        return render(request, template, context, status=409)
    response = render(request, f"{template}#sheet", context, status=409)
    return reswap(retarget(response, "#sheet"), "innerHTML")
