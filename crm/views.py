from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from crm.team.models import User


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Today's tab; before that the login, and before that the first start."""
    if request.user.is_authenticated:
        return redirect("followups:today")
    return redirect("account_login" if User.objects.exists() else "team:start")


def leave_nothing(logout: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a browser forget, with the login, what it keeps of the binder on its device."""

    @wraps(logout)
    def forgetting(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = logout(request, *args, **kwargs)
        if not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"storage"'
        return response

    return forgetting
