"""The list of tickets."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from contacts.views.customers import wants_part
from feedback.listing import Listing
from feedback.models import ServiceRules, Ticket


@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    rules = ServiceRules.of(request.user.team)
    listing = Listing(request.GET, user=request.user, rules=rules, now=timezone.now())
    context = {"listing": listing, "kinds": Ticket.Kind.choices}
    return render(request, f"feedback/tickets.html{'#results' if wants_part(request) else ''}", context)
