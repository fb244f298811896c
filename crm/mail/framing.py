"""Letters within our pages: in a frame of their own, where they can do nothing."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin

# A stranger's HTML: no scripts, forms or links, nothing from outside, and an origin of its own.
BODY_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
View = Callable[..., HttpResponse]


def as_mail_body(view: View) -> View:
    """The view answers with the HTML of a mail, for a frame in a page of ours."""

    @wraps(view)
    def framed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Content-Security-Policy"] = BODY_POLICY
        return response

    return xframe_options_sameorigin(framed)
