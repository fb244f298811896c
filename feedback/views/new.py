"""A new ticket, taken down from a customer's word."""

from uuid import uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contacts.models import Customer
from contacts.views.customers import Found, sent, show_places, wants_part
from crm.mail.actions import Content
from crm.numbers import number_in
from feedback import actions
from feedback.forms import product_groups
from feedback.forms_new import NewTicketForm
from feedback.models import Message, Ticket
from feedback.models.rules import hold

SOME = 12


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """?customer=… of a dossier; without one it is found first, by ?q=…"""
    pk = number_in(request.GET.get("customer"))
    if pk is None:
        return _choose(request)
    rows = Customer.objects.visible_to(request.user).select_related("owner", "main_person")
    customer = get_object_or_404(rows.prefetch_related("people"), pk=pk)
    now = timezone.now()
    about = {"customer": customer, "user": request.user, "now": now}
    if wants_part(request) and request.method == "GET":
        return _name_the_day(request, NewTicketForm(request.GET, **about))
    form = NewTicketForm(sent(request), **about)
    if form.is_valid() and form.was_named:
        ticket = _open(form)
        messages.success(request, _("Ticket %(number)s is open.") % {"number": ticket.number})
        return redirect(ticket)
    show_places([customer])
    context = {
        "form": form,
        "customer": customer,
        "groups": product_groups(request.user.team),
        "today": request.user.today(),
    }
    return render(request, "feedback/new.html", context, status=422 if form.errors else 200)


def _name_the_day(request: HttpRequest, form: NewTicketForm) -> HttpResponse:
    """While a promise is being written: for which day it is, and how full that is."""
    form.is_valid()
    return render(request, "feedback/new_do.html", {"form": form})


def _choose(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    visible = Customer.objects.visible_to(request.user)
    dossiers = Found(visible, text).first(SOME) if text else []
    show_places(dossiers)
    context = {"dossiers": dossiers, "text": text, "today": request.user.today()}
    status = 422 if request.method == "POST" else 200
    return render(request, "feedback/new_for.html", context, status=status)


@transaction.atomic
def _open(form: NewTicketForm) -> Ticket:
    """Of the same words from the same page it is the ticket that there is."""
    data, customer, user, now = form.cleaned_data, form.customer, form.user, form.now
    hold(customer.team)
    before = Message.objects.known_by([form.message_id], team=customer.team).select_related("ticket").first()
    if before:
        return before.ticket
    person = data["person"]
    promised_on, call_at = data["when"] or (None, None)
    ticket = actions.open_ticket(
        team=customer.team, customer=customer, person=person, kind=data["kind"], subject=data["subject"],
        text=data["text"] or data["subject"], channel=Ticket.Channel.DOSSIER, now=now, by=user,
        from_name=person.name if person else "", from_email=(person and person.email) or customer.letter_email,
        product_group=data["product_group"], assignee=data["assignee"], call_at=call_at, promised_on=promised_on,
        message_id=form.message_id,
    )  # fmt: skip
    if data["answered"]:
        said = Content(data["subject"], data["answered"], "")
        actions.answer(ticket=ticket, content=said, by=user, now=now, token=uuid4())
    if data["is_settled"]:
        actions.close(ticket=ticket, done=_("Answered on the phone"), by=user, now=now)
    return ticket
