"""A sheet of paper with a QR code and a short link, to be left with the customer."""

from zoneinfo import ZoneInfo

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods

from crm.mail.models import LANGUAGES
from feedback.actions_rating import print_sheet
from feedback.asking_words import about, day_in, language_for
from feedback.links import short_url
from feedback.models import Invitation, Ticket
from feedback.models.invitation import LIVES


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Sent, it makes the link; opened, it shows the sheet, or the button that makes it."""
    now = timezone.now()
    tickets = Ticket.objects.visible_to(request.user, on=request.user.today())
    ticket = get_object_or_404(tickets.select_related("team__sender", "customer__owner", "assignee"), pk=pk)
    if request.method == "POST" and ticket.customer:
        print_sheet(ticket=ticket, now=now)
        return redirect(request.path)
    printed = Invitation.objects.printed_for(ticket, at=now)
    if printed is None:
        status = 409 if request.method == "POST" else 200
        return render(request, "feedback/sheet_new.html", {"ticket": ticket}, status=status)
    language = language_for(printed.customer, request.GET.get("language", ""))
    context = {
        "ticket": ticket,
        "language": language,
        "languages": LANGUAGES,
        "paper": _paper(printed, language),
    }
    return render(request, "feedback/sheet.html", context)


def _paper(printed: Invitation, language: str) -> SafeString:
    """What the customer gets, in his language."""
    url = short_url(printed)
    svg = segno.make(url, error="m").svg_inline(border=2, dark="#000", light="#fff", omitsize=True)
    with translation.override(language):
        last_day = timezone.localtime(printed.asked_at + LIVES, ZoneInfo(printed.team.time_zone)).date()
        context = {
            "company": getattr(printed.team, "sender", printed.team).name,
            "about": about(printed, language),
            "employee": printed.employee,
            "code": mark_safe(svg),  # noqa: S308 - drawn by segno from a link of ours
            "url": url.partition("://")[2].rstrip("/"),
            "until": day_in(last_day, language),
        }
        return render_to_string("feedback/sheet_paper.html", context)
