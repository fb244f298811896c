"""The page of one answer whether a customer recommends us; leads decide whether a doubted one counts."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.team.views.guards import leads_only
from feedback import actions_rating as actions
from feedback.forms_rating import WhyForm
from feedback.models import Decision, Invitation
from feedback.recommendation_page import RecommendationPage


@require_safe
@leads_only
def recommendation(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _find(request, pk))


@require_POST
@leads_only
def count(request: HttpRequest, pk: int, word: int) -> HttpResponse:
    """Let a doubted answer count, and say why."""
    found, form = _find(request, pk), WhyForm(request.POST, prefix="count")
    said = get_object_or_404(found.words, pk=word)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    why = form.cleaned_data["set_aside_why"]
    done = actions.count(invitation=found, word=said, why=why, by=request.user, now=timezone.now())
    return _decided(request, found, done, _("It counts now."))


@require_POST
@leads_only
def undo(request: HttpRequest, pk: int, decision: int) -> HttpResponse:
    found = _find(request, pk)
    made = get_object_or_404(Decision.objects.select_related("word"), pk=decision, word__invitation=found)
    done = actions.undo(decision=made, by=request.user, now=timezone.now())
    return _decided(request, found, done, _("Taken back."))


def _decided(request: HttpRequest, found: Invitation, done: bool, words: str) -> HttpResponse:
    messages.success(request, words) if done else messages.error(request, _("Somebody else was quicker."))
    return redirect("feedback:recommendation", found.pk)


def _find(request: HttpRequest, pk: int) -> Invitation:
    asked = Invitation.objects.visible_to(request.user).filter(
        question=Invitation.Question.RECOMMEND, words__isnull=False
    )
    return get_object_or_404(asked.distinct().select_related("customer"), pk=pk)


def _show(
    request: HttpRequest, found: Invitation, form: WhyForm | None = None, *, status: int = 200
) -> HttpResponse:
    page = RecommendationPage(found)
    context = {"page": page, "history": page.history_for(request.user), "count": form}
    return render(request, "feedback/recommendation.html", context, status=status)
