"""The page of one rating, and what colleagues do about it."""

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.team.views.guards import leads_only
from feedback import actions_rating as actions
from feedback.forms_rating import DoneForm, ThanksForm, WhyForm
from feedback.models import Rating, Ticket
from feedback.rating_page import RatingPage

WHOLE = (
    "ticket", "employee", "answered_by", "passed_on_by", "set_aside_by", "customer__team__sender", "customer__owner",
    "invitation__again_after__ticket", "asked_again__mail",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def rating(request: HttpRequest, pk: int) -> HttpResponse:
    """Sent, it says what was done. Who may not see what was said of a ticket of his is led to the ticket."""
    now = timezone.now()
    found = _open_to(request).filter(pk=pk).first()
    if found is None:
        return _to_ticket(request, pk)
    if request.method != "POST":
        return _show(request, found)
    form = DoneForm(request.POST)
    if not form.is_valid():
        return _show(request, found, done=form, status=422)
    if not actions.put_right(rating=found, done=form.done, by=request.user, now=now):
        messages.error(request, _("It was no longer to be put right: this is how it stands now."))
        return _show(request, _open_to(request).get(pk=pk), done=form, status=409)
    messages.success(request, _("Written down, and filed in the dossier."))
    return redirect(found)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    if actions.ask_again(rating=found, now=timezone.now()):
        messages.success(request, _("The customer is asked once more."))
    else:
        messages.error(request, RatingPage(found, user=request.user).why_not_again)
    return redirect(found)


@require_POST
@leads_only
def thanks(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _find(request, pk), ThanksForm(request.POST)
    if not form.is_valid():
        return _show(request, found, thanks=form, status=422)
    words = form.cleaned_data["words"]
    if actions.pass_on(rating=found, words=words, by=request.user, now=timezone.now()):
        messages.success(request, _("Passed on to %(name)s.") % {"name": found.employee.first_name})
    else:
        messages.error(request, _("It was passed on already."))
    return redirect(found)


@require_POST
@leads_only
def aside(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _find(request, pk), WhyForm(request.POST, prefix="aside")
    if not form.is_valid():
        return _show(request, found, aside=form, status=422)
    why = form.cleaned_data["set_aside_why"]
    done = actions.set_aside(rating=found, why=why, by=request.user, now=timezone.now())
    return _decided(request, found, done, _("It does not count any more."))


@require_POST
@leads_only
def count(request: HttpRequest, pk: int, word: int) -> HttpResponse:
    found, form = _find(request, pk), WhyForm(request.POST, prefix="count")
    said = get_object_or_404(found.invitation.words, pk=word)
    if not form.is_valid():
        return _show(request, found, count=form, status=422)
    why = form.cleaned_data["set_aside_why"]
    done = actions.count(invitation=found.invitation, word=said, why=why, by=request.user, now=timezone.now())
    return _decided(request, found, done, _("It counts now."))


@require_POST
@leads_only
def undo(request: HttpRequest, pk: int, decision: int) -> HttpResponse:
    found = _find(request, pk)
    made = get_object_or_404(found.decisions, pk=decision)
    done = actions.undo(decision=made, by=request.user, now=timezone.now())
    return _decided(request, found, done, _("Taken back."))


def _decided(request: HttpRequest, found: Rating, done: bool, words: str) -> HttpResponse:
    messages.success(request, words) if done else messages.error(request, _("Somebody else was quicker."))
    return redirect(found)


def _open_to(request: HttpRequest) -> object:
    user = request.user
    return Rating.objects.open_to(user, on=user.today()).select_related(*WHOLE)


def _find(request: HttpRequest, pk: int) -> Rating:
    return get_object_or_404(_open_to(request), pk=pk)


def _to_ticket(request: HttpRequest, pk: int) -> HttpResponse:
    ticket = Ticket.objects.visible_to(request.user, on=request.user.today()).filter(ratings=pk).first()
    if ticket is None or request.method == "POST":
        raise Http404
    return redirect(ticket)


def _show(request: HttpRequest, found: Rating, *, status: int = 200, **forms: BaseForm) -> HttpResponse:
    empty = {"done": DoneForm(), "thanks": ThanksForm()}
    empty |= {"aside": WhyForm(prefix="aside"), "count": WhyForm(prefix="count")}
    page = RatingPage(found, user=request.user)
    context = {"page": page, "rating": found, "ticket": found.ticket, "forms": empty | forms}
    return render(request, "feedback/rating.html", context, status=status)
