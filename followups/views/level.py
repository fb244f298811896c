"""Relieving a day that is too full, and dealing out a month: what it would mean, doing it, and taking it back."""

from datetime import date, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.team.models import User
from followups.actions import Moved, move_many, undo_many
from followups.board import Board
from followups.dates import Tab
from followups.dealing import Deal, deal_out
from followups.destination import tab_name
from followups.forms_level import DealForm, LevelForm
from followups.levelling import Backlog, Levelling
from followups.models import FollowUp
from followups.views.board import address, get_board


@require_http_methods(["GET", "HEAD", "POST"])
def move_some(request: HttpRequest, who: int, tab: str) -> HttpResponse:
    """Take dossiers out of a day and put them behind another, or several. GET shows what that would mean."""
    board = get_board(request, who, tab, now=timezone.now())
    if not board.gauge:
        raise Http404
    form, levelling = _read(request, board)
    if request.method != "POST" or not levelling.leaving:
        status = 422 if request.method == "POST" else 200
        context = {"board": board, "level": levelling, "form": form}
        return render(request, "followups/move_some.html", context, status=status)
    note = form.data.get("note", "").strip()[:500]
    moved = move_many(moves=levelling.moves, by=request.user, now=board.now, note=note)
    report(request, moved, today=board.today, now=board.now)
    return redirect(address(board))


def _read(request: HttpRequest, board: Board) -> tuple[LevelForm, Levelling]:
    """What was ticked, and what it means; as long as nothing was, our own proposal."""
    data = request.POST if request.method == "POST" else request.GET
    day = board.tab.due_on
    form = LevelForm(data, levelling=Levelling(board.binder, day))
    return form, Levelling(board.binder, day, ticked=form.ticked, to=form.to_day)


@require_http_methods(["GET", "HEAD", "POST"])
def deal(request: HttpRequest, who: int, tab: str) -> HttpResponse:
    """Give the dossiers behind a month their days. GET shows the proposal, and what was dealt out of it before.

    With a field `look` nothing is done yet: it shows how full the days would be with those that were chosen.
    """
    board = get_board(request, who, tab, now=timezone.now())
    if not board.tab.is_month:
        raise Http404
    shares = Deal(board.binder, board.tab.due_on)
    form = DealForm(request.POST, deal=shares)
    is_valid, is_done = form.is_valid(), request.method == "POST" and "look" not in request.POST
    shares.wanted = form.wanted
    if is_done and is_valid and shares.places:
        moved = deal_out(shares, by=request.user, now=board.now)
        report(request, moved, today=board.today, now=board.now)
        return redirect("followups:deal", who, tab)
    status = 422 if is_done else 200
    context = {"board": board, "deal": shares, "dealt": _dealt(board)}
    return render(request, "followups/deal.html", context, status=status)


@require_POST
def spread_left_behind(request: HttpRequest, who: int) -> HttpResponse:
    """Give all that was left behind, also what the page does not show, a day from today on, where there is room; with
    to = "today", all of it today. Agreed times are over, and go along."""
    now = timezone.now()
    owner = get_object_or_404(User.objects.binders_open_to(request.user, on=request.user.today(now)), pk=who)
    board = Board(user=request.user, owner=owner, tab=Tab(owner.today(now)), now=now)
    places = list(board.binder.places.left_behind(today=board.today).order_by("due_on", "pk"))
    at_once = request.POST.get("to") == "today"
    days = [board.today] * len(places) if at_once else Backlog(board.binder, len(places)).days
    moved = move_many(moves=zip(places, map(Tab, days), strict=True), by=request.user, now=now)
    report(request, moved, today=board.today, now=now, back=address(board))
    return redirect(address(board))


def _dealt(board: Board) -> list[FollowUp]:
    """Where those lie now that were dealt out of the month, as long as nobody has moved them on."""
    places = board.binder.places.dealt_from(board.tab.due_on)
    return list(places.select_related("customer__main_person").order_by("due_on", "customer__sort_name"))


def report(request: HttpRequest, moved: Moved, *, today: date, now: datetime, back: str = "") -> None:
    """Say what was done, with the way back (to the page `back`, else to this one), and who stays because a colleague
    was first."""
    if moved.placed:
        context = {"text": moved_words(moved.placed, today), "at": now.isoformat()}
        context["back"] = back or request.get_full_path()
        messages.success(request, render_to_string("followups/parts/moved.html", context, request))
    if moved.missed:
        n = len(moved.missed)
        words = ngettext(
            "%(n)s dossier was moved by somebody else meanwhile and stays where it lies now.",
            "%(n)s dossiers were moved by somebody else meanwhile and stay where they lie now.",
            n,
        )
        messages.warning(request, words % {"n": n})


def moved_words(placed: list[FollowUp], today: date) -> str:
    """ "3 dossiers moved to Tue 8 Dec", "23 dossiers moved, from Tue 17 Nov to Fri 27 Nov"."""
    tabs = sorted({followup.tab for followup in placed}, key=lambda tab: tab.due_on)
    first, last = (tab_name(tab, today=today) for tab in (tabs[0], tabs[-1]))
    n = len(placed)
    if len(tabs) == 1:
        words = ngettext("%(n)s dossier moved to %(tab)s", "%(n)s dossiers moved to %(tab)s", n)
        return words % {"n": n, "tab": first}
    words = _("%(n)s dossiers moved, each under its own day, from %(first)s to %(last)s")
    return words % {"n": n, "first": first, "last": last}


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Undo what was moved in one go: fields at = when, back = the page to return to."""
    moved_at = _instant(request.POST.get("at", ""))
    returned, gone = undo_many(moved_at=moved_at, by=request.user) if moved_at else (0, 0)
    words = ngettext(
        "Taken back: %(n)s dossier lies where it lay.",
        "Taken back: %(n)s dossiers lie where they lay.",
        returned,
    )
    if returned:
        messages.success(request, words % {"n": returned})
    if gone or not returned:
        messages.warning(request, _("What has been moved on since stays where it is."))
    return redirect(_back(request.POST.get("back", "")))


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _back(address: str) -> str:
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours else "followups:today"
