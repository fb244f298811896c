"""Splitting a binder among several colleagues: for an absence, or for good."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.team.models import Absence, Split, User
from crm.team.views.guards import leads_only
from followups.forms_split import SplitForm
from followups.sharing import share_out
from followups.sharing import take_back as take_split_back
from followups.splitting import Splitting


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def split(request: HttpRequest, who: int) -> HttpResponse:
    """GET shows who would get what, and changes nothing."""
    owner = get_object_or_404(User.objects.visible_to(request.user), pk=who)
    now = timezone.now()
    absences = (
        Absence.objects.filter(user=owner).not_over(on=owner.today(now)).select_related("split", "stand_in")
    )
    form = _form(request, owner=owner, absences=list(absences))
    splitting = None
    if form.is_valid():
        splitting = Splitting(
            owner, helpers=form.cleaned_data["among"], absence=form.absence, now=now, wanted=form.wanted
        )
        if (
            request.method == "POST"
            and "show" not in request.POST
            and splitting.places
            and _do(request, form, splitting)
        ):
            return redirect("followups:split", who)
    status = 422 if request.method == "POST" and "show" not in request.POST else 200
    context = {"owner": owner, "form": form, "split": splitting, "standing": _standing(owner)}
    return render(request, "followups/split.html", context, status=status)


def _form(request: HttpRequest, **about: object) -> SplitForm:
    if request.method == "POST":
        return SplitForm(request.POST, **about)
    if "among" in request.GET:
        return SplitForm(request.GET, **about)
    return SplitForm.begun(request.GET.get("span", ""), **about)


def _standing(owner: User) -> list[Split]:
    """What is split now or will be."""
    rows = Split.objects.filter(user=owner, absence__ends_on__gte=owner.today())
    return list(rows.select_related("absence").prefetch_related("shares__user", "shares__lots"))


def _do(request: HttpRequest, form: SplitForm, splitting: Splitting) -> bool:
    keeper = form.cleaned_data["keeper"]
    keeper = keeper if keeper in splitting.helpers else splitting.keeper
    try:
        made = share_out(splitting, keeper=keeper, by=request.user, now=splitting.now)
    except IntegrityError:
        form.add_error("span", _("It is split for these days already: take that back first."))
        return False
    except ValidationError as error:
        form.add_error("among", error)
        return False
    n = len(splitting.places)
    text = ngettext(
        "%(n)d dossier of %(name)s is shared out.", "%(n)d dossiers of %(name)s are shared out.", n
    )
    context = {"text": text % {"n": n, "name": splitting.owner.name}, "split": made}
    messages.success(request, render_to_string("followups/parts/shared_out.html", context, request))
    return True


@require_POST
@leads_only
def unsplit(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything as it was before."""
    standing = get_object_or_404(Split.objects.filter(user__team=request.user.team_id), pk=pk)
    owner = standing.user
    try:
        take_split_back(standing, by=request.user, now=timezone.now())
        messages.success(request, _("Taken back: the binder of %s is in one hand again.") % owner.name)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("followups:split", owner.pk)
