"""Agreed times of today, for whatever page their owner, or who stands in for him, is on."""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.team.models import User
from followups.binder import Binder
from followups.lending import Absences, share_of
from followups.working import Appointment, Lying, WorkingOrder


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """Those of one's own binder and of those lent to one; static/js/appointments.js asks, and shows each in time."""
    response = render(request, "followups/now.html", {"binders": _binders(request.user, timezone.now())})
    response["Cache-Control"] = "no-store"
    return response


def _binders(user: User, now: datetime) -> Iterator[tuple[Binder, list[Appointment]]]:
    absences = Absences(user, on=user.today(now))
    yield _with_times(Binder(user, now=now))
    for absence in absences.lent:
        owner = absence.user
        yield _with_times(Binder(owner, now=now, share=share_of(user, owner, on=absences.on)))


def _with_times(binder: Binder) -> tuple[Binder, list[Appointment]]:
    timed = binder.places.due(on=binder.today).filter(at__isnull=False)
    here = binder.now.astimezone(binder.owner.zone)
    order = WorkingOrder(behind=[], stack=Lying.all_of(timed), now=here, is_today=True)
    return binder, order.appointments
