"""What pages have in common that customers open, from a mail or a link: no login, no cookies, limits to asking."""

import hashlib
from contextlib import suppress

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from crm.health import redis_may_be_away
from crm.mail.models import LANGUAGES
from crm.public_paths import PREFIXES

MOST, WINDOW = 30, 60  # requests in seconds


def is_public(request: HttpRequest) -> bool:
    """Whether no cookie is to be read for it."""
    return request.path_info.startswith(PREFIXES)


def client_address(request: HttpRequest) -> str:
    """Who asks. Behind our proxies it is what the outermost of them has seen, not what the client says of itself."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if 0 < settings.TRUSTED_PROXIES <= len(forwarded):
        return forwarded[-settings.TRUSTED_PROXIES].strip()
    return request.META.get("REMOTE_ADDR", "")


def too_many(request: HttpRequest, what: str, *, most: int = MOST, window: int = WINDOW) -> bool:
    """Count one more request for `what` from this client; True when there were more than `most` within `window`."""
    asked = f"{client_address(request)} {what}".encode(errors="replace")
    key = f"public:{hashlib.sha256(asked).hexdigest()}"
    with redis_may_be_away(), suppress(ValueError):  # or the window has just ended
        cache.add(key, 0, window)
        return cache.incr(key) > most
    return False  # nobody counts: let them in


def show(
    request: HttpRequest, template: str, context: dict, *, language: str = "", status: int = 200
) -> HttpResponse:
    """A page in that language, else in the one that the browser asks for."""
    with translation.override(language or preferred_language(request)):
        return render(request, template, context, status=status)


def unknown(request: HttpRequest) -> HttpResponse:
    """For a link that was not made here, or not for this."""
    return show(request, "mail/unknown.html", {}, status=404)


def wait(request: HttpRequest) -> HttpResponse:
    response = show(request, "mail/wait.html", {}, status=429)
    response.headers["Retry-After"] = str(WINDOW)
    return response


def preferred_language(request: HttpRequest) -> str:
    """The first of ours that the browser asks for."""
    ours = dict(LANGUAGES)
    asked = parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    known = (short for name, _weight in asked if (short := name.split("-")[0]) in ours)
    return next(known, settings.LANGUAGE_CODE)
