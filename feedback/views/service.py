"""The service level of a month, per employee and day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback.models import ServiceRules
from feedback.service import ServiceReport


@require_safe
def service(request: HttpRequest) -> HttpResponse:
    report = ServiceReport(request.GET.get("month", ""), user=request.user, now=timezone.now())
    context = {"report": report, "rules": ServiceRules.of(request.user.team)}
    return render(request, "feedback/service.html", context)
