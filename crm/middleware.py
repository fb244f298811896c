from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers

from crm.mail.public import is_public


def forget_cookies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Links in mails are for people without a login: whoever has one is not recognized there."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if is_public(request):
            request.META.pop("HTTP_COOKIE", None)
        return get_response(request)

    return middleware


def keep_private(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Keep pages about customers out of caches and search engines."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        if "Cache-Control" not in response.headers:
            add_never_cache_headers(response)
        return response

    return middleware


def say_logged_out(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer htmx with 401 instead of the way to the login page, which it would put into the page somebody works on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        to_login = response.status_code == 302 and response.url.startswith(resolve_url(settings.LOGIN_URL))
        if request.htmx and to_login and not request.user.is_authenticated:
            return HttpResponse(status=401)
        return response

    return middleware
