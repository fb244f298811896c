"""A table as a workbook. To be imported where one is asked for: openpyxl is slow to load."""

import io
from collections.abc import Iterable
from tempfile import TemporaryFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from contacts.importing.reports import defused


def workbook_of(table: Iterable[list[object]]) -> io.BufferedRandom:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for cells in table:
        sheet.append([_typed(sheet, cell) for cell in cells])
    file = TemporaryFile()  # noqa: SIM115 - closed with the response
    book.save(file)
    file.seek(0)
    return file


def _typed(sheet: object, cell: object) -> object:
    """The cell; a text that begins like a formula stays a text."""
    if not isinstance(cell, str):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", cell)
    if defused(text) == text:
        return text
    written = WriteOnlyCell(sheet, text)
    written.data_type = "s"
    return written
