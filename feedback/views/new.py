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
from contacts.views.customers import Found, sent, show_places
from crm.mail.actions import Content
from feedback import actions
from feedback.forms import product_groups
from feedback.forms_new import NewTicketForm
from feedback.models import Ticket

SOME = 12


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """?customer=… of a dossier; without one it is found first, by ?q=…"""
    pk = request.GET.get("customer", "")
    if not (pk.isdecimal() and len(pk) < 12):
        return _choose(request)
    rows = Customer.objects.visible_to(request.user).select_related("owner", "main_person")
    customer = get_object_or_404(rows.prefetch_related("people"), pk=pk)
    now = timezone.now()
    form = NewTicketForm(sent(request), customer=customer, user=request.user, now=now)
    if form.is_valid():
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


def _choose(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:100]
    visible = Customer.objects.visible_to(request.user)
    dossiers = Found(visible, text).first(SOME) if text else []
    show_places(dossiers)
    context = {"dossiers": dossiers, "text": text, "today": request.user.today()}
    status = 422 if request.method == "POST" else 200
    return render(request, "feedback/new_for.html", context, status=status)


@transaction.atomic
def _open(form: NewTicketForm) -> Ticket:
    data, customer, user, now = form.cleaned_data, form.customer, form.user, form.now
    person = data["person"]
    promised_on, call_at = data["when"] or (None, None)
    ticket = actions.open_ticket(
        team=customer.team, customer=customer, person=person, kind=data["kind"], subject=data["subject"],
        text=data["text"] or data["subject"], channel=Ticket.Channel.DOSSIER, now=now, by=user,
        from_name=person.name if person else "", from_email=(person and person.email) or customer.letter_email,
        product_group=data["product_group"], assignee=data["assignee"], call_at=call_at, promised_on=promised_on,
    )  # fmt: skip
    if data["answered"]:
        said = Content(data["subject"], data["answered"], "")
        actions.answer(ticket=ticket, content=said, by=user, now=now, token=uuid4())
    if data["is_settled"]:
        actions.close(ticket=ticket, done=_("Answered on the phone"), by=user, now=now)
    return ticket
