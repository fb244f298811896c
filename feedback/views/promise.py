"""What was promised to the customer: an answer for a day, or a call for an hour. The button names it first."""

from datetime import date, datetime

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contacts.views.customers import wants_part
from feedback import actions
from feedback.forms import PromiseForm
from feedback.models import Ticket
from feedback.views.ticket import find_ticket, show


@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"frame-src": [SELF]})
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    """GET names the day while it is written; POST keeps it once it was named, with do = back it takes it back."""
    found, now = find_ticket(request.user, pk), timezone.now()
    owner = found.customer and found.customer.owner
    about = {"user": request.user, "owner": owner, "now": now, "auto_id": "promise_%s"}
    if request.method != "POST":
        form = PromiseForm(request.GET, **about)
        form.is_valid()
        context = {"form": form, "ticket": found}
        is_part = wants_part(request)
        return render(request, "feedback/promise_button.html", context) if is_part else redirect(found)
    if request.POST.get("do") == "back":
        return _keep(request, found, None, None, now)
    form = PromiseForm(request.POST, **about)
    if not form.is_valid():
        return show(request, found, promise=form, status=422)
    if not form.was_named:
        return show(request, found, promise=form)
    return _keep(request, found, *form.cleaned_data["when"], now)


def _keep(
    request: HttpRequest, found: Ticket, day: date | None, call_at: datetime | None, now: datetime
) -> HttpResponse:
    actions.set_promise(ticket=found, promised_on=day, call_at=call_at, by=request.user, now=now)
    messages.success(request, _("The promise is kept in mind.") if day else _("The promise is taken back."))
    return redirect(found)
