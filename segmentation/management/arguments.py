"""What the commands of this room have in common."""

from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import CommandError, CommandParser

from crm.team.models import Team


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no day; write it as 2026-11-17") from error


def add_as_of(parser: CommandParser) -> None:
    parser.add_argument("--as-of", type=day, required=True, help="the day, as 2026-11-17; it counts itself")


def add_team(parser: CommandParser) -> None:
    parser.add_argument("--team", help="the team’s name, if there are several")


def team_named(name: str | None) -> Team:
    """The only team, or the one of that name."""
    teams = list(Team.objects.filter(name=name) if name else Team.objects.all())
    if not teams:
        raise CommandError("There is no such team.")
    if len(teams) > 1:
        raise CommandError("There are several teams; please name one with --team NAME.")
    return teams[0]
