"""Erasing a customer for good."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from contacts import erasing
from contacts.exporting import everything
from contacts.folding import fold
from contacts.legal_basis import objected_on
from contacts.models import Customer, ImportFile
from contacts.views.customers import sent
from crm.team.views.guards import leads_only

SHARED = ("legal_basis", "suppressed")  # sections of what may hold for others too


class NameForm(forms.Form):
    """The name, written out: so nobody is erased by one press too many."""

    name = forms.CharField(
        label=gettext_lazy("Write the name of this customer, to be sure"),
        error_messages={"required": gettext_lazy("Write the name out.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer = customer

    def clean_name(self) -> str:
        written, name = self.cleaned_data["name"], self.customer.name
        if fold(written).split() != fold(name).split():
            raise ValidationError(
                _("This is another name: the customer is called “%(name)s”.") % {"name": name}
            )
        return written


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    dossiers = Customer.objects.visible_to(request.user).with_main_person().select_related("team")
    customer = get_object_or_404(dossiers, pk=pk)
    form = NameForm(sent(request), customer=customer)
    if form.is_valid():
        try:
            erasing.erase(customer=customer, by=request.user, now=timezone.now())
        except Customer.DoesNotExist as error:
            raise Http404 from error
        messages.success(request, _("The customer is erased."))
        return redirect("contacts:list")
    waiting = ImportFile.objects.filter(user__team=request.user.team, options__done__isnull=True)
    context = {
        "customer": customer,
        "form": form,
        "given": [each for each in everything(customer) if not each.is_derived and each.key not in SHARED],
        "objected": objected_on(customer),
        "uploads": sorted(set(waiting.values_list("name", flat=True))),
    }
    return render(request, "contacts/erase.html", context, status=422 if form.is_bound else 200)
