"""Two tickets are one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.numbers import number_in
from feedback import actions
from feedback.models import Message, Ticket
from feedback.models.ticket_queryset import TicketQuerySet
from feedback.views.ticket import find_ticket, meanwhile

SOME = 12


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """?q=… finds another ticket; without it those of the same customer stand there."""
    found = find_ticket(request.user, pk)
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    if request.method != "POST":
        return _show_merge(request, found, text)
    into = get_object_or_404(_others(request, found), pk=number_in(request.POST.get("into")))
    if found.is_open and (problem := actions.merge_problem(found, into)):
        return _show_merge(request, found, text, problem=problem)
    if not actions.merge(ticket=found, into=into, by=request.user, now=timezone.now()):
        return meanwhile(request, found, Message.Event.CLOSED, Message.Event.MERGED)
    words = {"number": found.number, "into": into.number}
    messages.success(request, _("Ticket %(number)s is now a part of ticket %(into)s.") % words)
    return redirect(into)


def _others(request: HttpRequest, found: Ticket) -> TicketQuerySet:
    rows = Ticket.objects.visible_to(request.user).open().exclude(pk=found.pk)
    return rows.select_related("customer", "assignee")


def _show_merge(request: HttpRequest, found: Ticket, text: str, *, problem: str = "") -> HttpResponse:
    rows = _others(request, found)
    if text:
        others = list(rows.matching(text, user=request.user).latest_first()[:SOME])
    else:
        same = (
            rows.filter(customer=found.customer)
            if found.customer_id
            else rows.filter(from_email=found.from_email)
        )
        others = list(same.latest_first()[:SOME])
    context = {"ticket": found, "others": others, "text": text, "problem": problem}
    return render(request, "feedback/merge.html", context, status=422 if problem else 200)
