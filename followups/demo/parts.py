"""What the apps above add to the small demo once its dossiers are there."""

from datetime import datetime
from random import Random

from django.utils.module_loading import import_string

from crm.team.models import Team

_parts: list[str] = []


def register(path: str) -> None:
    """`path` is dotted and names a function of (team, random, now); it is imported only where a demo is filled."""
    _parts.append(path)


def fill_parts(team: Team, random: Random, now: datetime) -> None:
    for path in _parts:
        import_string(path)(team, random, now)
