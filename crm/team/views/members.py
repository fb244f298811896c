"""Who works here: the list, and what a lead does with it."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.team import invitations, summaries
from crm.team.actions import check_may_leave, deactivate, one_at_a_time
from crm.team.forms import MemberForm
from crm.team.models import Absence, User
from crm.team.views.guards import leads_only


@require_safe
def members(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = request.user.today(now)
    away = Prefetch("absences", Absence.objects.not_over(on=today).with_stand_ins(), to_attr="away")
    people = User.objects.visible_to(request.user).prefetch_related(away)
    if not request.user.is_lead:
        people = people.active()
    people = list(people)
    seen = people if request.user.sees_team else [request.user]
    loads = summaries.summarize(summaries.DAY, seen, now=now)
    context = {
        "rows": [_row(person, loads, now) for person in people if person.is_active],
        "gone": [person for person in people if not person.is_active],
        "today": today,
    }
    return render(request, "team/members.html", context)


def _row(person: User, loads: dict[int, object], now: datetime) -> tuple[User, object, int]:
    """With what is under today's tab, and how much there may be."""
    return person, loads.get(person.pk), person.capacity_on(person.today(now))


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def add_member(request: HttpRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = MemberForm(data, instance=User(team=request.user.team), by=request.user)
    if form.is_valid():
        user = User.objects.create_user(password=None, team=request.user.team, **form.cleaned_data)
        return _hand_over_link(request, user)
    return render(request, "team/member_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def member(request: HttpRequest, pk: int) -> HttpResponse:
    person = _changeable(request, pk)
    if request.method != "POST":
        return _show(request, person, MemberForm(instance=person, by=request.user))
    with one_at_a_time(person.team):
        form = MemberForm(request.POST, instance=_changeable(request, pk), by=request.user)
        if form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect("team:members")
    return _show(request, person, form, status=422)


@require_POST
@leads_only
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    return _hand_over_link(request, _changeable(request, pk))


@require_POST
@leads_only
def close_login(request: HttpRequest, pk: int) -> HttpResponse:
    person = _changeable(request, pk)
    try:
        deactivate(member=person, by=request.user, now=timezone.now())
    except ValidationError:
        # The page tells the reasons.
        return _show(request, person, MemberForm(instance=person, by=request.user), status=409)
    messages.success(request, _("%s can no longer log in.") % person.name)
    return redirect("team:members")


@require_POST
@leads_only
def open_login(request: HttpRequest, pk: int) -> HttpResponse:
    person = _changeable(request, pk, is_active=False)
    person.is_active = True
    person.save(update_fields=["is_active"])
    messages.success(request, _("%s can log in again.") % person.name)
    return redirect("team:member", person.pk)


def _changeable(request: HttpRequest, pk: int, *, is_active: bool = True) -> User:
    """The colleague, if the one who asks may change him: only an administrator changes an administrator."""
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk, is_active=is_active)
    if person.role == User.Role.ADMIN and request.user.role != User.Role.ADMIN:
        raise PermissionDenied
    return person


def _hand_over_link(request: HttpRequest, person: User) -> HttpResponse:
    """Show the link once: it is kept nowhere."""
    link = request.build_absolute_uri(invitations.invite(person))
    return render(request, "team/invitation.html", {"person": person, "link": link, "days": invitations.DAYS})


def _show(request: HttpRequest, person: User, form: MemberForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    try:
        check_may_leave(person, by=request.user, now=now)
        reasons = []
    except ValidationError as error:
        reasons = error.messages
    context = {"form": form, "person": person, "reasons": reasons, "was_refused": status == 409}
    kept = summaries.summarize(summaries.KEPT, [person], now=now).get(person.pk)
    context["hands_over"] = kept or summaries.duties_of(person)
    return render(request, "team/member.html", context, status=status)
