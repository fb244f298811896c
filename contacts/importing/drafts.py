"""From a row to a dossier that is not made yet: what can be read is read, what cannot is kept in the note."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from contacts.importing.columns import CUSTOMER_FIELDS, KEEP
from contacts.importing.readers import UNREADABLE, Row, Table
from contacts.importing.values import (
    decimal_mark,
    read_country,
    read_date,
    read_email,
    read_language,
    read_money,
)
from contacts.models import Customer, Person
from contacts.models.tag import read_tags, write_tags
from contacts.phones import normal_phone

_LABELS = {each.key: each.label for each in CUSTOMER_FIELDS}
_CARD = ("number", "name", "phone", "email", "street", "postcode", "town", "country", "language", "annual_revenue",
         "about", "website", "vat_id", "source", "best_time", "customer_since")  # fmt: skip
_LENGTHS = {key: Customer._meta.get_field(key).max_length for key in _CARD} | {
    "first_name": 100,
    "last_name": 100,
    "person": Person._meta.get_field("name").max_length,
    "mobile": Person._meta.get_field("phone").max_length,
    "position": Person._meta.get_field("position").max_length,
}


@dataclass(frozen=True)
class Flaw:
    """A value that could not be read. The dossier is made all the same, with the value in its note."""

    label: str
    value: str
    reason: str

    def __str__(self) -> str:
        return _("%(label)s “%(value)s”: %(reason)s") % {
            "label": self.label, "value": self.value[:60], "reason": self.reason,
        }  # fmt: skip


@dataclass
class Draft:
    """A dossier as a row describes it: field values by key, the two dates, and the lines of its note."""

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    note: list[str] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)

    @property
    def line(self) -> int:
        return self.row.line

    @property
    def name(self) -> str:
        return self.values.get("name", "")

    @property
    def next_on(self) -> date | None:
        return self.values.get("next_on")

    @property
    def last_on(self) -> date | None:
        return self.values.get("last_on")

    def text(self, key: str) -> str:
        return self.values.get(key, "")

    def card(self) -> dict[str, Any]:
        """The values of the customer's own fields."""
        return {key: self.values[key] for key in (*_CARD, "kind") if key in self.values}

    def keep(self, label: str, value: str) -> None:
        self.note.append(f"{label}: {value}" if label else value)


class Drafter:
    """Makes drafts of a table's rows; `mapping` says what each column means, `country` where the team is."""

    def __init__(self, table: Table, mapping: Mapping[int, str], *, country: str) -> None:
        self.table, self.mapping, self.country = table, mapping, country
        self.columns = {key: column for column, key in mapping.items() if key != KEEP}
        self.readers: dict[str, Callable[[str], Any]] = {
            "email": read_email,
            "country": read_country,
            "language": read_language,
            "customer_since": read_date,
            "last_on": read_date,
            "next_on": read_date,
            "tags": lambda text: write_tags(read_tags(text)),
            "annual_revenue": partial(read_money, decimal_mark=self._decimal_mark()),
        }

    def drafts(self) -> Iterator[Draft]:
        return map(self.draft, self.table.rows)

    def draft(self, row: Row) -> Draft:
        draft = Draft(row)
        if row.problem:
            return draft
        for key, column in self.columns.items():
            if key and (text := row.cells[column]):
                self._read(draft, key, text)
        for column, key in self.mapping.items():
            if key == KEEP and row.cells[column]:
                draft.keep(self.table.headings[column], row.cells[column])
        return _settled(draft, self.country)

    def _decimal_mark(self) -> str:
        column = self.columns.get("annual_revenue")
        cells = [] if column is None else [row.cells[column] for row in self.table.rows if not row.problem]
        return decimal_mark(filter(None, cells))

    def _read(self, draft: Draft, key: str, text: str) -> None:
        if key == "note":
            draft.note.insert(0, text)
            return
        try:
            value = self.readers.get(key, _line)(text)
            draft.values[key] = _fitting(value, _LENGTHS.get(key))
        except ValueError as error:
            self._flaw(draft, key, text, str(error))

    def _flaw(self, draft: Draft, key: str, text: str, reason: str) -> None:
        if key in ("name", "person"):  # cut rather than lost: nobody looks for a dossier without a name
            draft.values[key] = _line(text.replace(UNREADABLE, "?"))[: _LENGTHS[key]]
        draft.flaws.append(Flaw(str(_LABELS[key]), text, reason))
        draft.keep(str(_LABELS[key]), text)


def _line(text: str) -> str:
    return " ".join(text.split())


def _fitting(value: Any, length: int | None) -> Any:
    if isinstance(value, str):
        if UNREADABLE in value:
            raise ValueError(_("some of its letters cannot be read"))
        if length and len(value) > length:
            raise ValueError(_("this is longer than %(length)d letters") % {"length": length})
    return value


def _settled(draft: Draft, country: str) -> Draft:
    """Bring together what several columns say: the person's name, and whose phone number is whose."""
    values = draft.values
    both = _line(f"{values.pop('first_name', '')} {values.pop('last_name', '')}")[: _LENGTHS["person"]]
    if both and not values.get("person"):
        values["person"] = both
    if values.get("person") and not values.get("name"):
        values |= {"name": values["person"], "kind": Customer.Kind.PERSON}
    for key in ("phone", "mobile"):
        if key in values:
            values[key] = normal_phone(values[key], values.get("country") or country)
    if "mobile" in values and "phone" not in values:
        values["phone"] = values.pop("mobile")
    if not values.get("person"):
        for key in ("mobile", "position"):
            if key in values:
                draft.keep(str(_LABELS[key]), values.pop(key))
    return draft
