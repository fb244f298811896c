import json
from collections import Counter
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from segmentation.backtest import origins, report
from segmentation.log import read_log
from segmentation.management.arguments import add_team, day, team_named

DIGITS = 4


class Command(BaseCommand):
    help = "How well the expectations of past weeks would have come true, told by what was known in each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from", type=day, dest="begin", help="the first day; else the middle of the history"
        )
        parser.add_argument(
            "--to", type=day, dest="end", help="the last; else 28 days before the last purchase"
        )
        parser.add_argument("--json", action="store_true", help="as JSON")
        add_team(parser)

    def handle(
        self, *, begin: date | None, end: date | None, json: bool, team: str | None, **options: Any
    ) -> None:
        log = read_log(team_named(team), until=timezone.localdate())
        found = list(origins(log, begin and begin.toordinal(), end and end.toordinal()))
        told = {
            key: round(value, DIGITS) if isinstance(value, float) else value
            for key, value in asdict(report(found)).items()
        }
        if json:
            self.stdout.write(_json(told))
        else:
            self.stdout.writelines(f"{key}: {value}\n" for key, value in told.items())
        kinds = Counter(each.kind for each in found)
        self.stderr.write(", ".join(f"{n} days told by {kind}" for kind, n in kinds.most_common()))


def _json(content: dict) -> str:
    return json.dumps(content, indent=2)
