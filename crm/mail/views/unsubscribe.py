"""Where a customer says that he wants no more advertising: a page with one button, and the one click of RFC 8058."""

from django.http import HttpRequest, HttpResponse


def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    raise NotImplementedError
