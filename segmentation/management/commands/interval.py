import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from segmentation.interval import Intervals, intervals, intervals_by_group, sentence
from segmentation.log import read_log
from segmentation.management.arguments import add_as_of, add_team, team_named


class Command(BaseCommand):
    help = "How long customers take to their second and to later purchases, by what was known on a day."

    def add_arguments(self, parser: CommandParser) -> None:
        add_as_of(parser)
        parser.add_argument("--json", action="store_true", help="days by share returned, as JSON")
        parser.add_argument("--groups", action="store_true", help="also by product group")
        add_team(parser)

    def handle(self, *, as_of: date, json: bool, groups: bool, team: str | None, **options: Any) -> None:
        chosen = team_named(team)
        log = read_log(chosen, until=as_of)
        found, by_group = intervals(log), intervals_by_group(chosen, log) if groups else {}
        if json:
            parts = {"groups": {name: _tables(each) for name, each in by_group.items()}} if groups else {}
            self.stdout.write(_json(_tables(found) | parts))
            return
        for name, each in {"": found, **by_group}.items():
            if name:
                self.stdout.write(f"{name}:")
            self.stdout.write(f"To the second purchase: {sentence(each.first_second)}")
            self.stdout.write(f"To later ones: {sentence(each.later)}")


def _tables(found: Intervals) -> dict:
    return {"first_second": found.first_second.table(), "later": found.later.table()}


def _json(content: dict) -> str:
    return json.dumps(content, indent=2)
