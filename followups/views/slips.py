"""What slips may do in one's own binder, and which were ignored for more than a week."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from followups.forms_slips import SlipsForm
from followups.slips_left import SlipsLeft


@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    form = SlipsForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("followups:slip_wishes")
    return render(request, "followups/slip_wishes.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
def left(request: HttpRequest) -> HttpResponse:
    found = SlipsLeft(request.user, now=timezone.now())
    return render(request, "followups/slips_left.html", {"left": found})
