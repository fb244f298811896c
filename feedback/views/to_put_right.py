"""Bad ratings of which nobody has written yet what was done; praise that was passed on; for leads, what is doubted."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.team.models import User
from feedback.models import Invitation, Rating
from feedback.recommendation_page import RecommendationPage

MOST = 50
LATELY = timedelta(days=90)


@require_safe
def to_put_right(request: HttpRequest) -> HttpResponse:
    user, since = request.user, timezone.now() - LATELY
    rows = Rating.objects.select_related("ticket", "customer", "employee", "passed_on_by", "invitation")
    waiting = rows.to_act_on(user, on=user.today()).order_by("bad_since", "pk")
    thanks = rows.filter(employee=user, passed_on_at__gte=since).order_by("-passed_on_at", "-pk")
    doubted = rows.visible_to(user).doubted().filter(rated_at__gte=since).order_by("-rated_at", "-pk")
    context = {
        "waiting": waiting[:MOST],
        "thanks": thanks[:MOST],
        "doubted": doubted[:MOST] if user.is_lead else (),
        "recommended": _recommended(user, since) if user.is_lead else (),
    }
    return render(request, "feedback/to_put_right.html", context)


def _recommended(user: User, since: datetime) -> list[RecommendationPage]:
    rows = Invitation.objects.visible_to(user).doubted_recommendations().filter(asked_at__gte=since)
    whole = rows.select_related("customer").prefetch_related("words__confirmed_by")
    return [RecommendationPage(each) for each in whole.order_by("-asked_at", "-pk")[:MOST]]
