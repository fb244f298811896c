from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def leads_only(view: View) -> View:
    """403 for who is neither lead nor administrator."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_lead:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
