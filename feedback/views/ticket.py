"""One ticket: its conversation, what is due, and who answers for it."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.numbers import number_in
from crm.team.models import User
from feedback import actions
from feedback.conversation import event_words
from feedback.forms import NoteForm
from feedback.models import Ticket
from feedback.ticket_page import TicketPage

# What nearly every page says; the rest is read when a ticket has it.
WHOLE = ("customer__owner", "customer__main_person", "person", "assignee")
SEARCHED = ("search_text", "customer__search_text")


def find_ticket(user: User, pk: int) -> Ticket:
    rows = Ticket.objects.visible_to(user, on=user.today()).select_related(*WHOLE).defer(*SEARCHED)
    rows = rows.annotate(closer=F("closed_by__name")).prefetch_related("pauses")
    found = get_object_or_404(rows, pk=pk)
    found.team = user.team
    return found


@require_safe
@csp_update({"frame-src": [SELF]})
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """?in=late is the list it was opened from, ?before=… a place in its conversation."""
    return show(request, find_ticket(request.user, pk))


def show(request: HttpRequest, found: Ticket, *, status: int = 200, **more: object) -> HttpResponse:
    page = TicketPage(
        found, user=request.user, now=timezone.now(), show=request.GET.get("in", ""),
        before=number_in(request.GET.get("before")), **more,
    )  # fmt: skip
    context = {"ticket": found, "page": page, "today": request.user.today()}
    return render(request, "feedback/ticket.html", context, status=status)


def meanwhile(request: HttpRequest, found: Ticket, *events: str) -> HttpResponse:
    """409: somebody was quicker. Names him, and what he did."""
    fresh = find_ticket(request.user, found.pk)
    last = fresh.messages.filter(event__in=events).with_names().in_order().last()
    context = {"ticket": fresh, "message": last, "words": event_words(last) if last else ""}
    return render(request, "feedback/meanwhile.html", context, status=409)


@require_POST
@csp_update({"frame-src": [SELF]})
def note(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_ticket(request.user, pk)
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return show(request, found, note=form, status=422)
    text = form.cleaned_data["text"]
    actions.note(ticket=found, text=text, by=request.user, now=timezone.now(), token=form.key)
    messages.success(request, _("The note is kept. Customers never see it."))
    return redirect(found)
