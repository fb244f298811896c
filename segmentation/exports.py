"""A list of customers as a file for a spreadsheet."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from contacts.importing.reports import defused
from contacts.models import Customer
from contacts.models.tag import write_tags

if TYPE_CHECKING:
    from segmentation.lists import CustomerList, Row

KINDS = ("csv", "xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES_AT_ONCE = 200

Cell = str | int | float | object | None

COLUMNS: list[tuple[str | Promise, "Callable[[Row], Cell]"]] = [
    (_("Number"), lambda row: row.customer.number),
    (_("Customer"), lambda row: row.customer.name),
    (_("Person"), lambda row: row.customer.main_person.name if row.customer.main_person else ""),
    (_("Phone"), lambda row: row.customer.any_phone),
    (_("E-mail"), lambda row: _email(row.customer)),
    (_("Town"), lambda row: row.customer.town),
    (_("Owner"), lambda row: row.customer.owner.name),
    (_("Group"), lambda row: row.score and row.score.get_group_display()),
    ("R", lambda row: row.score and row.score.r),
    ("F", lambda row: row.score and row.score.f),
    ("M", lambda row: row.score and row.score.m),
    (_("Last purchase"), lambda row: row.score and row.score.last_on),
    (_("Days with a purchase"), lambda row: row.score and row.score.frequency),
    (_("Money"), lambda row: row.score and row.score.monetary),
    (_("Buys every … days"), lambda row: row.expectation and row.expectation.usual_days),
    (_("Due"), lambda row: row.expectation and row.expectation.due_on),
    (_("Expected from"), lambda row: row.expectation and row.expectation.window_from),
    (_("Expected until"), lambda row: row.expectation and row.expectation.window_to),
    (_("Chance within 14 days"), lambda row: row.expectation and row.expectation.p14),
    (_("Chance within 28 days"), lambda row: row.expectation and row.expectation.p28),
    (_("Lies under"), lambda row: row.place and row.place.tab.slug),
    (_("Tags"), lambda row: write_tags(row.customer.tag_names)),
]  # fmt: skip


def _email(customer: Customer) -> str:
    """Where to write first: to the main person, else to the company."""
    person = customer.main_person
    return (person and person.email) or customer.email


def answer(listing: "CustomerList", kind: str, *, title: str) -> HttpResponseBase:
    """The whole list as a file to be kept; `kind` is one of KINDS."""
    name = f"{slugify(title) or 'list'}-{listing.today.isoformat()}.{kind}"
    if kind == "csv":
        response = StreamingHttpResponse(_csv(listing), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    from segmentation.workbook import workbook_of  # slow to load, and needed for workbooks only

    return FileResponse(workbook_of(_table(listing)), as_attachment=True, filename=name, content_type=XLSX)


def _table(listing: "CustomerList") -> Iterator[list[Cell]]:
    yield [str(heading) for heading, _value in COLUMNS]
    for row in listing.every():
        yield [value(row) for _heading, value in COLUMNS]


def _csv(listing: "CustomerList") -> Iterator[bytes]:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    out.write("\ufeff")  # spreadsheets take the file for Latin letters without it
    for number, cells in enumerate(_table(listing), start=1):
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in cells])
        if number % LINES_AT_ONCE == 0:
            yield _cut(out)
    yield _cut(out)


def _cut(out: io.StringIO) -> bytes:
    """What has been written so far, and a fresh beginning."""
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()
