"""The page of one ticket."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from feedback.models import Ticket


@require_safe
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    return render(request, "feedback/ticket.html", {"ticket": found})
