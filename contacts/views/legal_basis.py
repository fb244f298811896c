"""On what ground one may write to a customer: stating it, taking it back, and what he wants himself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from contacts.forms_legal_basis import OneStatementForm
from contacts.legal_basis import (
    Statement,
    objected_on,
    opt_out,
    record,
    stated_lately,
    trust_address,
)
from contacts.legal_basis import withdraw as withdraw_basis
from contacts.models import Customer
from contacts.views.customers import sent
from crm.numbers import number_in
from crm.team.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def legal_basis(request: HttpRequest, pk: int) -> HttpResponse:
    """Posted with again=<id>, it takes a statement made before; else the form's own."""
    customer = _find(request.user, pk)
    known = stated_lately(request.user.team)
    form = OneStatementForm(sent(request), today=request.user.today(), objected=objected_on(customer))
    again = known.get(number_in(request.POST.get("again")))
    if again or form.is_valid():
        statement = Statement.of(again) if again else form.statement
        lift = not again and form.cleaned_data.get("lift", False)
        record(customer=customer, statement=statement, by=request.user, now=timezone.now(), lift=lift)
        messages.success(request, _("The legal basis is recorded."))
        return redirect("contacts:legal_basis", pk)
    mine = customer.legal_basis and Statement.of(customer.legal_basis)
    others = [basis for basis in known.values() if Statement.of(basis) != mine]
    context = {"customer": customer, "basis": customer.legal_basis, "form": form, "others": others}
    return render(request, "contacts/legal_basis.html", context, status=422 if form.is_bound else 200)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    withdraw_basis(customer=_find(request.user, pk), by=request.user, now=timezone.now())
    messages.success(request, _("No advertising goes to this customer any more."))
    return redirect("contacts:legal_basis", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def no_advertising(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what a customer has said on the phone or written."""
    customer = _find(request.user, pk)
    if request.method != "POST":
        return render(request, "contacts/no_advertising.html", {"customer": customer})
    if customer.letter_email:
        opt_out(customer=customer, by=request.user, now=timezone.now())
        messages.success(request, _("No advertising goes to this customer any more."))
    else:
        messages.error(request, _("There is no e-mail address on the card: nothing can be sent anyway."))
    return redirect("contacts:legal_basis", pk)


@require_POST
def trust(request: HttpRequest, pk: int) -> HttpResponse:
    """A mail came back from the address, and yet it is right."""
    if trust_address(customer=_find(request.user, pk), by=request.user, now=timezone.now()):
        messages.success(request, _("Letters may go to this address again."))
    return redirect("contacts:legal_basis", pk)


def _find(user: User, pk: int) -> Customer:
    dossiers = Customer.objects.visible_to(user).with_legal_basis().with_main_person()
    return get_object_or_404(dossiers.select_related("legal_basis__recorded_by", "team"), pk=pk)
