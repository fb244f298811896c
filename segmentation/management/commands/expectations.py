import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandParser

from contacts.models import Customer
from crm.team.models import Team
from segmentation.expectation import Expected, Learnt, expect, learn
from segmentation.log import read_log
from segmentation.management.arguments import add_as_of, add_team, team_named
from segmentation.nightly_expectations import DIGITS, rows
from segmentation.reasons import reason

HEADINGS = ("customer", "usual_interval", "window_from", "window_to", "p14", "p28", "reason")


class Command(BaseCommand):
    help = "What was to be expected of every customer on a day, by what was known then. Stores nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        add_as_of(parser)
        parser.add_argument("--csv", type=Path, help="write there; else to standard output")
        add_team(parser)

    def handle(self, *, as_of: date, csv: Path | None, team: str | None, **options: Any) -> None:
        chosen = team_named(team)
        log = read_log(chosen, until=as_of)
        learnt = learn(log)
        found = expect(log, learnt)
        lines = list(_lines(found, learnt, chosen)) if found else []
        if csv:
            with csv.open("w", encoding="utf-8", newline="") as file:
                _write(file, lines)
        else:
            _write(self.stdout, lines)
        told = f"by {learnt.kind}" if learnt.chances else f"without chances; {learnt.missing}"
        self.stderr.write(f"{len(lines)} customers, told {told}.")


def _lines(found: Expected, learnt: Learnt, team: Team) -> Iterator[tuple]:
    numbers = dict(Customer.objects.filter(team=team).values_list("pk", "number"))
    for who, _team, purchases, usual, begin, end, _due, soon, month, cases in rows(found, team):
        words = reason(
            kind=learnt.kind, chance=soon, cases=cases, purchases=purchases, missing=learnt.missing
        )
        yield (numbers[who], usual, begin, end, _chance(soon), _chance(month), words)


def _chance(chance: float | None) -> str:
    return "" if chance is None else f"{chance:.{DIGITS}f}"


def _write(file: TextIO, lines: list[tuple]) -> None:
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    writer.writerows(sorted(lines))
