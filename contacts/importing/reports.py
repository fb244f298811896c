"""What an import says afterwards: lines to read, and a file of the rows it left out."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from contacts.importing.customers import Plan
from contacts.importing.duplicates import Duplicate
from contacts.importing.readers import Row, Table

_STARTS_A_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Remark:
    """Something to know about a row: its line in the file, the name in it, and a phrase."""

    line: int
    name: str
    text: str

    def __str__(self) -> str:
        who = f" ({self.name})" if self.name else ""
        return _("Line %(line)d%(who)s: %(text)s") % {"line": self.line, "who": who, "text": self.text}


def about_left_out(plan: Plan) -> list[Remark]:
    return [Remark(each.row.line, each.name, each.reason) for each in plan.left_out]


def about_flaws(plan: Plan) -> list[Remark]:
    return [Remark(draft.line, draft.name, str(flaw)) for draft in plan.flawed for flaw in draft.flaws]


def about_duplicates(plan: Plan) -> list[Remark]:
    return [Remark(each.draft.line, each.draft.name, _of_whom(each)) for each in plan.duplicates]


def _of_whom(duplicate: Duplicate) -> str:
    of = duplicate.of
    if of.is_hidden:
        return _("%(by)s as a customer of a colleague") % {"by": duplicate.reason}
    names = {"by": duplicate.reason, "who": f"{of.number} {of.name}".strip(), "line": of.line}
    if of.line:
        return _("%(by)s as line %(line)d, %(who)s") % names
    return _("%(by)s as the known customer %(who)s") % names


def left_out_csv(plan: Plan, table: Table) -> bytes:
    """The rows of which no dossier was made, as they came, with the reason behind; opens in a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=table.delimiter or ";")
    width = len(table.headings)
    writer.writerow([*map(defused, table.headings), _("Reason left out")])
    for row, reason in sorted(_left_out_rows(plan), key=lambda pair: pair[0].line):
        cells = (row.cells + [""] * width)[: max(width, len(row.cells))]
        writer.writerow([*map(defused, cells), reason])
    return out.getvalue().encode("utf-8-sig")


def _left_out_rows(plan: Plan) -> Iterator[tuple[Row, str]]:
    yield from ((each.row, each.reason) for each in plan.left_out)
    yield from ((each.draft.row, _of_whom(each)) for each in plan.duplicates)


def defused(cell: str) -> str:
    """The cell with an apostrophe where a spreadsheet would compute it."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
