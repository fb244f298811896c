"""The kind of relationship with one customer, set by hand or left to behaviour."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contacts import registry
from contacts.models import Customer
from segmentation.dossier_part import standing
from segmentation.models import Relationship
from segmentation.relationship import leave_to_behaviour, set_by_hand


@require_POST
def relationship(request: HttpRequest, pk: int) -> HttpResponse:
    """Field kind: one of Relationship.Kind, or "behaviour" to take back what was set."""
    seen = Customer.objects.visible_to(request.user)
    customer = get_object_or_404(seen, pk=pk)
    kind = request.POST.get("kind", "")
    is_known = kind == "behaviour" or kind in Relationship.Kind.values
    if kind == "behaviour":
        leave_to_behaviour(customer=customer)
    elif is_known:
        set_by_hand(customer=customer, kind=kind, by=request.user, now=timezone.now())
    if request.htmx:
        customer = registry.whole(seen).get(pk=pk)
        context = {"customer": customer, "is_changed": True} | standing(request, customer)
        status = 200 if is_known else 422
        return render(request, "segmentation/panels/relationship.html", context, status=status)
    if not is_known:
        messages.error(request, _("Choose one of the kinds of relationship."))
    return redirect(f"{customer.get_absolute_url()}#relationship")
