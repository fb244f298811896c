"""Sums over all of a team's customers, kept in Django's cache for as long as they hold."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

from crm.team.models import User
from segmentation.models import Scoring

A_DAY = 24 * 60 * 60  # seconds
_NOTHING = object()

T = TypeVar("T")


def kept_or_made(key: str, make: Callable[[], T], *, seconds: int = A_DAY) -> T:
    """What is kept under that key, made and kept now if it is not. A cache that does not answer keeps nothing."""
    with suppress(RedisError):
        if (found := cache.get(key, _NOTHING)) is not _NOTHING:
            return found
    made = make()
    with suppress(RedisError):
        cache.set(key, made, seconds)
    return made


def forget(key: str) -> None:
    with suppress(RedisError):
        cache.delete(key)


def summed(user: User, scoring: Scoring, name: str, make: Callable[[], T]) -> T:
    """A sum over the customers whom `user` sees. Kept for those who see all: until any score changes, or the day."""
    if not user.sees_team:
        return make()
    return kept_or_made(f"segments:{name}:{scoring.team_id}:{scoring.version}:{scoring.as_of}", make)
