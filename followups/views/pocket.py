"""Today's tab as a page that a phone may keep for when there is no network, and the script that shows it then."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from followups.board import Board
from followups.dates import Tab
from followups.foreseeing import days_ahead

WORKER = settings.BASE_DIR / "static" / "js" / "worker.js"


@require_safe
def pocket(request: HttpRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    board = Board(user=user, owner=user, tab=Tab(user.today(now)), now=now)
    board.read_rows()
    for place in (*board.behind, *board.stack):
        place.slips = board.slips.get(place.customer_id, [])
    response = render(request, "followups/pocket.html", {"board": board, "ahead": days_ahead(board.binder)})
    # For static/js/pocket.js: whose it is, and since when in ms.
    response["X-Kept-For"] = str(user.pk)
    response["X-Kept-At"] = str(int(now.timestamp() * 1000))
    return response


@login_not_required
@require_safe
def worker(request: HttpRequest) -> FileResponse:
    """From the root: a service worker answers only for addresses below its own."""
    return FileResponse(WORKER.open("rb"), content_type="text/javascript; charset=utf-8")
