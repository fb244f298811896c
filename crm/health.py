"""Do database and Redis answer? The library for Redis is loaded only where there is one, for it slows a start."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

PATIENCE = 2  # seconds


class RedisAway(Exception):
    """Redis does not answer; says by which error."""


def check_database() -> None:
    """Raise django.db.Error when the database does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_redis() -> None:
    """Raise RedisAway when Redis is configured and does not answer."""
    if not settings.REDIS_URL:
        return
    from redis import Redis, RedisError

    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE
        ) as client:
            client.ping()
    except RedisError as error:
        raise RedisAway(type(error).__name__) from error


@contextmanager
def redis_may_be_away() -> Iterator[None]:
    """What Redis does not answer is passed over."""
    try:
        yield
    except Exception as error:
        from redis import RedisError

        if not isinstance(error, RedisError):
            raise


@never_cache
@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """For machines: 200 when database and Redis answer, else 503. Tells nothing more."""
    try:
        check_database()
        check_redis()
    except (Error, RedisAway):
        return HttpResponse("not ready", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
