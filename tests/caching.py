"""A cache of its own for every test, also in a Redis that other processes of the same run use."""

import os

import redis

_PROCESS = f"test-{os.getpid()}"
_turns = {"now": 0}


def key_of_this_turn(key: str, _prefix: str, _version: int) -> str:
    """Django's KEY_FUNCTION."""
    return f"{_PROCESS}:{_turns['now']}:{key}"


def start_afresh() -> None:
    """From now on nothing is remembered. Emptying Redis would take away what others have there."""
    _turns["now"] += 1


def leave_nothing_in(redis_url: str) -> None:
    client = redis.from_url(redis_url)
    for key in client.scan_iter(f"{_PROCESS}:*"):
        client.delete(key)
