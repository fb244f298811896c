"""Days away, and who looks after the binder meanwhile: everybody's own; a lead's for all."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.team.actions import end_absence, one_at_a_time
from crm.team.forms import AbsenceForm
from crm.team.models import Absence, User


@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: HttpRequest, who: int | None = None) -> HttpResponse:
    """What is noted for one person, oneself if `who` is left out, and a form for more."""
    people = User.objects.visible_to(request.user).active()
    person = get_object_or_404(people, pk=who or request.user.pk)
    return _edit(request, Absence(user=person), "team/absences.html")


@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, _coming(request, pk), "team/absence.html")


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    ended = _coming(request, pk)
    _check_allowed(request, ended.user)
    end_absence(ended, today=request.user.today())
    return redirect("team:absences_of", ended.user_id)


def _coming(request: HttpRequest, pk: int) -> Absence:
    """An absence of the team that is not over: what is past stays as it was."""
    coming = Absence.objects.visible_to(request.user).not_over(on=request.user.today())
    return get_object_or_404(coming.select_related("user__team"), pk=pk)


def _check_allowed(request: HttpRequest, person: User) -> None:
    if person != request.user and not request.user.is_lead:
        raise PermissionDenied


def _edit(request: HttpRequest, edited: Absence, template: str) -> HttpResponse:
    """While days are chosen, and once they have been: what lies on them. Then they are saved."""
    person, about = edited.user, {"instance": edited, "by": request.user}
    _check_allowed(request, person)
    if request.htmx and request.method == "GET":
        return render(request, "team/parts/lying.html", {"form": AbsenceForm(request.GET, **about)})
    if request.method != "POST":
        return _show(request, AbsenceForm(**about), template)
    with one_at_a_time(person.team):
        form = AbsenceForm(request.POST, **about)
        if form.is_valid() and form.was_told:
            form.save()
            _warn_of_binders_left(request, edited)
            return redirect("team:absences_of", person.pk)
    return _show(request, form, template)


def _show(request: HttpRequest, form: AbsenceForm, template: str) -> HttpResponse:
    person = form.instance.user
    context = {
        "form": form,
        "person": person,
        "is_own": person == request.user,
        "today": form.today,
        "coming": person.absences.not_over(on=form.today).with_stand_ins(),
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _warn_of_binders_left(request: HttpRequest, saved: Absence) -> None:
    """Who goes away while he looks after another's binder may do so, but must hear of it."""
    lent = Absence.objects.looked_after_by(saved.user)
    overlapping = lent.filter(starts_on__lte=saved.ends_on, ends_on__gte=saved.starts_on)
    text = _("%(name)s looks after the binder of %(other)s in these days: name another stand-in there.")
    for lent in overlapping.select_related("user"):
        messages.warning(request, text % {"name": saved.user.name, "other": lent.user.name})
