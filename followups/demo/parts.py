"""What the apps above add to the demo once its dossiers are there."""

from datetime import datetime
from random import Random

from django.utils.module_loading import import_string

from crm.team.models import Team

_parts: list[str] = []
_crowds: dict[str, str] = {}


def register(path: str) -> None:
    """`path` is dotted and names a function of (team, random, now); it is imported only where a demo is filled."""
    _parts.append(path)


def register_crowd(name: str, path: str) -> None:
    """The large demo has as many of `name` as one says; `path` names a function that takes that number, too."""
    _crowds[name] = path


def crowds() -> list[str]:
    return list(_crowds)


def fill_parts(team: Team, random: Random, now: datetime) -> None:
    for path in _parts:
        import_string(path)(team, random, now)


def fill_crowds(team: Team, random: Random, now: datetime, numbers: dict[str, int]) -> None:
    for name, number in numbers.items():
        import_string(_crowds[name])(team, random, now, number)
