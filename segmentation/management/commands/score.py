import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandParser

from segmentation.management.arguments import add_as_of, add_team, team_named
from segmentation.models import Method
from segmentation.scores import Line, scores_on

HEADINGS = ("customer", "recency_days", "frequency", "money", "R", "F", "M", "group")


class Command(BaseCommand):
    help = "Recency, frequency and money of every customer, as of a day and by what was known then."

    def add_arguments(self, parser: CommandParser) -> None:
        add_as_of(parser)
        parser.add_argument("--csv", type=Path, help="write there; else to standard output")
        add_team(parser)

    def handle(self, *, as_of: date, csv: Path | None, team: str | None, **options: Any) -> None:
        scoring, lines = scores_on(team_named(team), as_of=as_of)
        if csv:
            with csv.open("w", encoding="utf-8", newline="") as file:
                write(file, lines)
        else:
            write(self.stdout, lines)
        by = "fifths" if scoring.method == Method.QUINTILES else "fixed limits"
        self.stderr.write(f"{scoring.customers} customers, scored by {by}.")


def write(file: TextIO, lines: Iterable[Line]) -> None:
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    for line in lines:
        scores = (line.r, line.f, line.m, line.group)
        writer.writerow((line.number, line.recency_days, line.frequency, money(line.money), *scores))


def money(amount: Decimal) -> str:
    """With one decimal at least: 89.0, 11.77."""
    return f"{amount:.2f}".removesuffix("0")
