"""What one person sets for himself."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.team.forms import DaysOffForm, ProfileForm
from crm.team.models import User

MOST_OFF = 60  # days at once


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    # Its own copy: what a form could not save must not change the page around it.
    user = User.objects.get(pk=request.user.pk)
    form = _form(request, user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("team:profile")
    return _show(request, form, DaysOffForm(person=user), status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def take_off(request: HttpRequest) -> HttpResponse:
    """GET tells what lies on days while they are chosen; so does the first press, without a script."""
    if request.method != "POST":
        form = DaysOffForm(request.GET, person=request.user, most=MOST_OFF)
        is_part = request.htmx and not request.htmx.boosted
        return (
            render(request, "team/parts/lying.html", {"form": form}) if is_part else redirect("team:profile")
        )
    form = DaysOffForm(request.POST, person=request.user, most=MOST_OFF)
    if form.is_valid() and not form.was_told:
        return _show(request, _form(request, User.objects.get(pk=request.user.pk)), form, status=200)
    return _days_off(request, form, User.take_off)


@require_POST
def work_again(request: HttpRequest) -> HttpResponse:
    return _days_off(request, DaysOffForm(request.POST, person=request.user), User.work_again)


def _days_off(
    request: HttpRequest, form: DaysOffForm, verb: Callable[[User, date, date], None]
) -> HttpResponse:
    """Take these days off, or take that back."""
    if not form.is_valid():
        user = User.objects.get(pk=request.user.pk)
        return _show(request, _form(request, user), form, status=422)
    with transaction.atomic():
        user = User.objects.select_for_update(of=["self"]).get(pk=request.user.pk)
        verb(user, form.cleaned_data["starts_on"], form.cleaned_data["ends_on"])
    messages.success(request, _("Saved."))
    return redirect("team:profile")


def _form(request: HttpRequest, user: User, data: dict | None = None) -> ProfileForm:
    chosen = {name: value for name, value in request.GET.items() if name == "own_country"}
    return ProfileForm(data, instance=user, initial=chosen)


def _show(request: HttpRequest, form: ProfileForm, off: DaysOffForm, *, status: int) -> HttpResponse:
    days_off = request.user.days_off_from(request.user.today())
    context = {"form": form, "off": off, "days_off": days_off}
    return render(request, "team/profile.html", context, status=status)
