import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from segmentation.interval import intervals, sentence
from segmentation.log import read_log
from segmentation.management.arguments import add_as_of, add_team, team_named


class Command(BaseCommand):
    help = "How long customers take to their second and to later purchases, by what was known on a day."

    def add_arguments(self, parser: CommandParser) -> None:
        add_as_of(parser)
        parser.add_argument("--json", action="store_true", help="days by share returned, as JSON")
        add_team(parser)

    def handle(self, *, as_of: date, json: bool, team: str | None, **options: Any) -> None:
        found = intervals(read_log(team_named(team), until=as_of))
        if json:
            self.stdout.write(
                _json({"first_second": found.first_second.table(), "later": found.later.table()})
            )
            return
        self.stdout.write(f"To the second purchase: {sentence(found.first_second)}")
        self.stdout.write(f"To later ones: {sentence(found.later)}")


def _json(content: dict) -> str:
    return json.dumps(content, indent=2)
