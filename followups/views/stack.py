"""The stack of one tab to take along on paper, or as a file."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from followups.views.board import get_board


@require_safe
def pdf(request: HttpRequest, who: int, tab: str) -> HttpResponse:
    from followups.stack_pdf import stack_pdf  # slow to load, and needed for PDFs only

    board = get_board(request, who, tab, now=timezone.now())
    name = f"{board.tab.slug}.pdf"
    return HttpResponse(
        stack_pdf(board),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
