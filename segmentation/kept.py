"""Sums over all of a team's customers, kept in Django's cache for as long as they hold."""

from collections.abc import Callable
from time import time
from typing import TypeVar

from django.core.cache import cache

from crm.health import redis_may_be_away
from crm.team.models import User
from segmentation.groups import in_force
from segmentation.models import Scoring

A_MINUTE, A_DAY = 60, 24 * 60 * 60  # seconds
SLOW = 0.05  # seconds
_NOTHING = object()

T = TypeVar("T")


def kept_or_made(key: str, make: Callable[[], T], *, seconds: int = A_DAY) -> T:
    """What is kept under that key, made and kept now if it is not. A cache that does not answer keeps nothing."""
    with redis_may_be_away():
        if (found := cache.get(key, _NOTHING)) is not _NOTHING:
            return found
    made = make()
    with redis_may_be_away():
        cache.set(key, made, seconds)
    return made


def forget(key: str) -> None:
    with redis_may_be_away():
        cache.delete(key)


def summed(user: User, scoring: Scoring, name: str, make: Callable[[], T]) -> T:
    """A sum over the customers whom `user` sees.

    For those who do not see all it is kept for a minute: whose customers they are may change without any score.
    """
    if user.sees_team:
        return of_team(scoring, name, make)
    key = f"segments:{name}:user{user.pk}:{user.today()}:{scoring.version}"
    return kept_or_made(key, make, seconds=A_MINUTE)


def of_team(scoring: Scoring, name: str, make: Callable[[], T]) -> T:
    """What is found among all of a team's scores, kept until any of them changes.

    What took long to find may be a minute old, but never of another day or by other limits.
    """
    key = f"segments:{name}:{scoring.team_id}:{scoring.as_of}:{in_force(scoring)}".replace(" ", "")

    def fresh() -> tuple[int, float, float, T]:
        began = time()
        made = make()
        return scoring.version, began, time() - began, made

    version, at, took, found = kept_or_made(key, fresh)
    if version == scoring.version or (took > SLOW and time() - at < A_MINUTE):
        return found
    forget(key)
    return kept_or_made(key, fresh)[-1]
