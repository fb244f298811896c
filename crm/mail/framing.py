"""A mail shown within one of our pages: in a frame in which nothing runs, is sent or is fetched from elsewhere."""

from collections.abc import Callable
from functools import wraps

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin

View = Callable[..., HttpResponse]

# A stranger's HTML, with the inline style that mail programs need; its origin is nobody's.
POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def as_mail_body(view: View) -> View:
    """The view answers a mail's own HTML, for an <iframe sandbox> in a page `with_mail_body`."""

    @wraps(view)
    @xframe_options_sameorigin
    def framed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = POLICY
        return response

    return framed


with_mail_body = csp_update({"frame-src": [SELF]})
