"""What was done in a binder while its owner was away, and that he has seen it."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.team.models import Absence, User
from followups.meanwhile import Meanwhile


@require_safe
def meanwhile(request: HttpRequest, pk: int) -> HttpResponse:
    """For the owner, for who looked after the binder, and for all who may see it anyway."""
    absence = _begun(request.user, pk)
    told = Meanwhile(absence, now=timezone.now())
    context = {"absence": absence, "told": told, "is_own": absence.user_id == request.user.pk}
    return render(request, "followups/meanwhile.html", context)


@require_POST
def welcome(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the board's line about it aside."""
    absence = _begun(request.user, pk)
    if absence.user_id != request.user.pk:
        raise PermissionDenied
    absence.welcome(now=timezone.now())
    return redirect("followups:today")


def _begun(user: User, pk: int) -> Absence:
    seen = Absence.objects.visible_to(user)
    if not user.sees_team:
        seen = seen.filter(Q(user=user) | Q(pk__in=Absence.objects.looked_after_by(user).values("pk")))
    absence = get_object_or_404(seen.with_stand_ins().select_related("user__team"), pk=pk)
    if absence.starts_on > absence.user.today():
        raise Http404
    return absence
