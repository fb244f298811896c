"""What is done to a ticket besides answering: each a form beside its conversation."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from feedback import actions
from feedback.forms import AssignForm, CloseForm, EscalateForm, KindForm
from feedback.models import Message, Ticket
from feedback.ticket_notices import told_of_escalation
from feedback.ticket_page import news
from feedback.views.answer import say
from feedback.views.ticket import find_ticket, meanwhile, show

Event = Message.Event


@require_POST
@csp_update({"frame-src": [SELF]})
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass it on; `was` is who answered for it on the page."""
    found = find_ticket(request.user, pk)
    form = AssignForm(request.POST, user=request.user, auto_id="assign_%s")
    if not form.is_valid():
        return show(request, found, assign=form, status=422)
    before, data = found.assignee, form.cleaned_data
    if data["was"] != found.assignee_id:
        return meanwhile(request, found, Event.ASSIGNED)
    if data["to"] == before:
        messages.info(request, _("That is who answers for it already."))
        return redirect(found)
    if not actions.assign(
        ticket=found, to=data["to"], text=data["text"], by=request.user, now=timezone.now()
    ):
        return meanwhile(request, found, Event.ASSIGNED)
    context = {"ticket": found, "to": data["to"], "before": before}
    messages.success(request, render_to_string("feedback/passed_on.html", context, request))
    is_seen = Ticket.objects.visible_to(request.user).filter(pk=pk).exists()
    return redirect(found if is_seen else "feedback:tickets")


@require_POST
@csp_update({"frame-src": [SELF]})
def escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the lead to look at it; with do = back, the lead or who asked takes that back."""
    found, now = find_ticket(request.user, pk), timezone.now()
    if request.POST.get("do") == "back":
        return _calm(request, found)
    form = EscalateForm(request.POST, auto_id="escalate_%s")
    if not form.is_valid():
        return show(request, found, escalate=form, status=422)
    if not actions.escalate(ticket=found, text=form.cleaned_data["text"], by=request.user, now=now):
        return meanwhile(request, found, Event.ESCALATED, Event.CLOSED)
    context = {"told": [mail.to_name for mail in told_of_escalation(found)]}
    messages.success(request, render_to_string("feedback/escalated.html", context, request))
    return redirect(found)


def _calm(request: HttpRequest, found: Ticket) -> HttpResponse:
    if not (request.user.is_lead or found.escalated_by_id == request.user.pk):
        raise PermissionDenied
    if not actions.calm(ticket=found, by=request.user, now=timezone.now()):
        return meanwhile(request, found, Event.CALMED)
    messages.success(request, _("The escalation is taken back."))
    return redirect(found)


@require_POST
def wait(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the clock until the customer speaks; with do = on let it run again."""
    found, now = find_ticket(request.user, pk), timezone.now()
    verb, words = (
        (actions.go_on, _("Its clock runs again."))
        if request.POST.get("do") == "on"
        else (actions.wait, _("It waits for the customer; its clock stands still until he writes."))
    )
    if not verb(ticket=found, by=request.user, now=now):
        return meanwhile(request, found, Event.WAITS, Event.GOES_ON, Event.CLOSED)
    messages.success(request, words)
    return redirect(found)


@require_POST
@csp_update({"frame-src": [SELF]})
def close(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_ticket(request.user, pk)
    form = CloseForm(request.POST, auto_id="close_%s")
    if not form.is_valid():
        return show(request, found, close=form, status=422)
    if not found.is_open:
        return meanwhile(request, found, Event.CLOSED)
    seen = form.cleaned_data["seen"]
    if newer := news(found, seen=seen, user=request.user):
        again = CloseForm(request.POST | {"seen": newer[-1].pk}, auto_id="close_%s")
        return show(request, found, close=again, seen=seen, status=409)
    if not actions.close(ticket=found, done=form.cleaned_data["done"], by=request.user, now=timezone.now()):
        return meanwhile(request, found, Event.CLOSED)
    say(request, found, None)
    return redirect(found)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_ticket(request.user, pk)
    if not actions.reopen(ticket=found, by=request.user, now=timezone.now()):
        return meanwhile(request, found, Event.REOPENED, Event.MERGED)
    messages.success(request, _("It is open again. The time in which it was closed does not count."))
    return redirect(found)


@require_POST
@csp_update({"frame-src": [SELF]})
def kind(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_ticket(request.user, pk)
    form = KindForm(request.POST, instance=find_ticket(request.user, pk), auto_id="kind_%s")
    if not form.is_valid():
        return show(request, found, kind=form, status=422)
    actions.set_kind(ticket=found, **form.cleaned_data, by=request.user, now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect(found)
