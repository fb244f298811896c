"""Files to tables: CSV in the encodings and with the delimiters that people have, and XLSX."""

import csv
import io
import re
import sys
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from django.utils.translation import gettext as _

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 100
MAX_UNPACKED_BYTES = 80 * 1024 * 1024
MAX_CELL = 32_768  # what a spreadsheet holds in one cell
DELIMITERS = ";,\t"
MAX_BROKEN = 1_000
UNREADABLE = "\ufffd"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
_OPENS_A_FORMULA = ("'=", "'+", "'-", "'@")
_HEAD_LINES = 200  # enough to tell the delimiter by


class ImportRefused(Exception):
    """Nothing can be imported; the message is a sentence for the one who sent the file."""


@dataclass(frozen=True)
class Row:
    """A row, the line of the file it begins in (from 1), and why it cannot be read, if so."""

    line: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    headings: list[str]
    rows: list[Row] = field(repr=False)
    encoding: str
    delimiter: str = ""

    def samples(self, column: int, count: int = 3) -> list[str]:
        """The first few different values of a column."""
        values = (row.cells[column] for row in self.rows if column < len(row.cells))
        different: dict[str, None] = {}
        for value in filter(None, values):
            different.setdefault(value)
            if len(different) == count:
                break
        return list(different)


def read_file(path: Path) -> Table:
    """Read a list that lies on this machine: the limits of uploads do not apply. Raises ImportRefused."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImportRefused(_("The file cannot be opened: %(why)s") % {"why": error.strerror}) from error
    return read_table(path.name, content, max_rows=sys.maxsize, max_bytes=sys.maxsize)


def read_table(name: str, content: bytes, *, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES) -> Table:
    """Read an uploaded list; its name decides between CSV and XLSX, and the content must fit the name.

    Raises ImportRefused for what cannot be a table. A single bad row is no reason: it carries its `problem`.
    """
    ending = PurePath(name).suffix.lower()
    if ending not in (".csv", ".tsv", ".txt", ".xlsx"):
        raise ImportRefused(_("Only CSV and XLSX files can be read. Please save the list as one of these."))
    if len(content) > max_bytes:
        raise ImportRefused(_("The file is larger than %(limit)d MB.") % {"limit": max_bytes // 1024**2})
    if not content.strip():
        raise ImportRefused(_("The file is empty."))
    return (_read_xlsx if ending == ".xlsx" else _read_csv)(content, max_rows)


# --- CSV


def _read_csv(content: bytes, max_rows: int) -> Table:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise ImportRefused(_("This is not a CSV file, whatever its name says."))
    text, encoding = decode(content)
    if "\0" in text:
        raise ImportRefused(_("This is not a CSV file: it is not text."))
    lines = list(io.StringIO(text, newline=""))
    delimiter = find_delimiter(lines)
    records = _records(lines, delimiter)
    return _table(records, max_rows, encoding=encoding, delimiter=delimiter)


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: UTF-8, UTF-16 or Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(content, "utf-16"), "UTF-16"
    start = content[:2000]
    if start.count(0) > len(start) // 4:
        little = start[1::2].count(0) > start[::2].count(0)
        return _decoded(content, "utf-16-le" if little else "utf-16-be"), "UTF-16"
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return content.decode(), "UTF-8"
    except UnicodeDecodeError:
        return _decode_mixed(content)


def _decoded(content: bytes, encoding: str) -> str:
    return content.decode(encoding, errors="replace").removeprefix("\ufeff")


def _decode_mixed(content: bytes) -> tuple[str, str]:
    """Windows-1252, or UTF-8 with some lines that are not: one such line must not spoil all the others."""
    lines = content.split(b"\n")
    telling = [line for line in lines if not line.isascii()]
    if sum(map(_is_utf8, telling)) * 2 <= len(telling):
        return content.decode("cp1252", errors="replace"), "Windows-1252"
    encodings = ["utf-8" if _is_utf8(line) else "cp1252" for line in lines]
    texts = (line.decode(code, errors="replace") for line, code in zip(lines, encodings, strict=True))
    return "\n".join(texts), "UTF-8"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def find_delimiter(lines: list[str]) -> str:
    """The delimiter by which most of the first rows have as many cells as the headings."""
    if lines and (said := re.fullmatch(r"sep=([;,|\t])\s*", lines[0])):
        lines[0] = "\n"
        return said[1]
    head = lines[:_HEAD_LINES]
    return max(DELIMITERS, key=lambda delimiter: _agreement(head, delimiter))


def _agreement(lines: list[str], delimiter: str) -> tuple[int, int]:
    widths = [len(record) for record in csv.reader(lines, delimiter=delimiter) if record]
    if not widths or widths[0] == 1:
        return (0, 0)
    return (sum(width == widths[0] for width in widths), widths[0])


def _records(lines: list[str], delimiter: str) -> Iterator[Row]:
    """Rows with the line they begin in; after one that cannot be read, reading goes on with the next line."""
    csv.field_size_limit(MAX_CELL)
    at = broken = 0
    while at < len(lines):
        reader = csv.reader(islice(lines, at, None), delimiter=delimiter, strict=True)
        start, read = at, 0
        try:
            for cells in reader:
                yield Row(start + read + 1, cells)
                read = reader.line_num
            return
        except csv.Error:
            at, broken = start + read, broken + 1
            if broken > MAX_BROKEN:
                raise ImportRefused(_("Too many rows have quotation marks that are not closed.")) from None
            yield _loosely(lines[at], at + 1, delimiter)
            at += 1


def _loosely(line: str, number: int, delimiter: str) -> Row:
    """A row with a quotation mark too many or too few; it can be read if it has as many cells as headings."""
    plain = next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
    text = [cell.strip().strip('"').replace('""', '"') for cell in plain]
    return Row(number, text, _("a quotation mark in this row is not closed"))


# --- XLSX


def _read_xlsx(content: bytes, max_rows: int) -> Table:
    _check_archive(content)
    import openpyxl  # slow to load, and needed for workbooks only

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            return _table(_sheet_rows(sheet), max_rows, encoding="XLSX")
    except ImportRefused:
        raise
    except Exception as error:  # a damaged workbook fails in openpyxl in a hundred ways
        raise ImportRefused(_("The workbook is damaged and cannot be read.")) from error


def _check_archive(content: bytes) -> None:
    """Refuse what is no workbook, or would unpack to more than fits, by the archive's directory alone."""
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile as error:
        raise ImportRefused(_("This is not an XLSX file, whatever its name says.")) from error
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise ImportRefused(_("This is not an XLSX file, whatever its name says."))
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise ImportRefused(_("The workbook is too large once unpacked. Please save the list as CSV."))


def _sheet_rows(sheet: Any) -> Iterator[Row]:
    for line, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), start=1):
        last = max((place for place, value in enumerate(cells, start=1) if value is not None), default=0)
        yield Row(line, [cell_text(value) for value in cells[:last]])


def cell_text(value: object) -> str:
    """A workbook's value as somebody would write it into a CSV file."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        written = format(Decimal(repr(value)), "f")
        whole, _point, rest = written.partition(".")
        # Three decimals would be read as thousands.
        return whole if not rest.strip("0") else written + "0" * (len(rest) == 3)
    return str(value)


# --- both


def _table(records: Iterable[Row], max_rows: int, *, encoding: str, delimiter: str = "") -> Table:
    headings: list[str] = []
    rows: list[Row] = []
    for record in records:
        cells = [_clean(cell) for cell in record.cells]
        if not any(cells):
            continue
        if not headings:
            headings = _headings(cells)
        elif len(rows) == max_rows:
            raise ImportRefused(
                _("The list has more than %(limit)d rows. Please split it.") % {"limit": max_rows}
            )
        else:
            rows.append(_row(record, cells, len(headings)))
    if not headings:
        raise ImportRefused(_("The file is empty."))
    return Table(headings, rows, encoding, delimiter)


def _headings(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise ImportRefused(_("The list has more than %(limit)d columns.") % {"limit": MAX_COLUMNS})
    return [" ".join(cell.split()) for cell in cells]


def _row(record: Row, cells: list[str], width: int) -> Row:
    problem = "" if len(cells) == width else record.problem
    if not problem and any(cells[width:]):
        problem = _("the row has %(cells)d cells, but there are %(headings)d headings") % {
            "cells": len(cells),
            "headings": width,
        }
    if problem:
        return Row(record.line, cells, problem)
    return Row(record.line, cells[:width] + [""] * (width - len(cells)))


def _clean(cell: str) -> str:
    cell = cell.strip()
    if not cell.isprintable():
        cell = _CONTROL.sub("", cell).replace("\r\n", "\n").replace("\r", "\n").strip()
    # The apostrophe that keeps a spreadsheet from computing is no part of the text.
    return cell[1:] if cell.startswith(_OPENS_A_FORMULA) else cell
