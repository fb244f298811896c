"""The page of ratings: shares of good, neutral and bad, of one period beside the one before."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from feedback.reading import award, exports
from feedback.reading.cubes import zone_of
from feedback.reading.page import RatingsPage
from feedback.reading.periods import Period, Span

EARLIEST = date(2000, 1, 1)


@require_safe
def ratings(request: HttpRequest) -> HttpResponse:
    """?span=week|month|quarter|year&of=any day in it; what cannot be read is this month. With ?format=csv a file."""
    now = timezone.now()
    page = RatingsPage(request.user, _period(request), now=now)
    if request.GET.get("format") == "csv":
        return exports.answer(exports.of_ratings(page), name=f"ratings-{page.period.first}")
    n = _number(request.GET.get("comments", ""))
    month = award.latest(request.user.team)
    comments, has_older = page.comments(n)
    context = {
        "page": page,
        "spans": Span,
        "comments": comments,
        "newer": n - 1,
        "has_newer": n > 0,
        "older": n + 1 if has_older else None,
        "award": month,
        "won": {str(each.employee.pk) for each in month.winners} if month else (),
    }
    return render(request, "feedback/reading.html", context)


def _period(request: HttpRequest) -> Period:
    """Not of a time to come."""
    span = request.GET.get("span")
    today = timezone.now().astimezone(zone_of(request.user.team)).date()
    day = read_day(request.GET.get("of", "")) or today
    return Period.of(Span(span if span in Span.values else Span.MONTH), max(EARLIEST, min(day, today)))


def read_day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else 0
