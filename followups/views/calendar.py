"""The private address under which one's own phone reads one's agreed times."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.mail import public
from followups.feed import address_of, calendar_of, feed_of, public_id_in
from followups.models import CalendarFeed


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    public_id = public_id_in(token)
    if public.too_many(request, public_id or ""):
        return public.wait(request)
    found = feed_of(public_id)
    if found is None:
        return public.unknown(request)
    content = calendar_of(found.user, now=timezone.now())
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    mine = CalendarFeed.objects.filter(user=request.user).first()
    address = mine and address_of(mine)
    return render(request, "followups/calendar.html", {"feed": mine, "address": address})


@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    CalendarFeed.renew(of=request.user, now=timezone.now())
    messages.success(request, _("Here is your new address."))
    return redirect("followups:calendar")


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    CalendarFeed.objects.filter(user=request.user).delete()
    messages.success(request, _("The address is dead. Calendars that knew it learn nothing more."))
    return redirect("followups:calendar")
