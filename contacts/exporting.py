"""All that is kept of one customer, to be given to him: for machines (data.json) and to be read (page.html)."""

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from tempfile import TemporaryFile
from typing import IO, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, ForeignKey, Model
from django.template.loader import render_to_string
from django.utils.formats import localize
from django.utils.text import capfirst, slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts import registry
from contacts.addresses import own_hashes
from contacts.models import Customer, Entry, LegalBasis
from contacts.registry import Section
from crm.mail.models import OutgoingMail, Return, Suppression
from crm.mail.tokens import without_tokens
from crm.team.models import User

Said = TypeVar("Said", Entry, OutgoingMail)

LABELS = {"tag_names": gettext_lazy("tags"), "letter_email": gettext_lazy("address for letters")}
CARD = (
    "name", "kind", "number", "about", "phone", "email", "website", "street", "postcode", "town", "country",
    "vat_id", "source", "best_time", "annual_revenue", "customer_since", "language", "owner", "tag_names",
    "letter_email", "created_at",
)  # fmt: skip
MAIL = (
    "kind", "to_name", "to_email", "language", "subject", "text", "is_advertising", "basis", "state", "reason",
    "queued_at", "handed_off_at", "settled_at",
)  # fmt: skip


def sections(customer: Customer) -> Iterator[Section]:
    """What contacts and the outbox keep."""
    yield Section("customer", _("Info card"), [customer], CARD)
    people = ("name", "position", "role", "phone", "email", "birthday", "note")
    yield Section("people", _("People"), customer.people.all(), people)
    basis = LegalBasis.objects.filter(customers=customer)
    yield Section("legal_basis", _("Legal basis for letters"), basis, ("kind", "text", "source", "given_on"))
    hashes = own_hashes(customer) | {customer.letter_hash} - {""}  # he may share the present one
    objections = Suppression.objects.filter(team=customer.team, address_hash__in=hashes).order_by(
        "made_at", "pk"
    )
    yield Section("suppressed", _("Why no letters are sent"), objections, ("reason", "made_at"))
    entries = customer.entries.select_related("author", "on_behalf_of").order_by("happened_at", "pk")
    columns = ("happened_at", "kind", "outcome", "text", "minutes", "next_on", "author", "on_behalf_of")
    yield Section("entries", _("Timeline"), _as_others_see_them(entries), columns)
    purchases = customer.purchases.order_by("bought_on", "pk")
    columns = ("bought_on", "amount", "product_group", "reference")
    yield Section("purchases", _("Purchases"), purchases, columns)
    mails = OutgoingMail.objects.about([customer.pk], team=customer.team).order_by("pk")
    yield Section("mails", _("Mails"), _as_others_see_them(mails), MAIL)
    returned = Return.objects.filter(mail__in=mails.order_by()).order_by("pk")
    yield Section("returned", _("What came back to mails"), returned, ("what", "detail", "came_at"))


def _as_others_see_them(rows: Iterable[Said]) -> Iterator[Said]:
    """Without the links by which the customer speaks for himself: a colleague takes the file."""
    for row in rows:
        row.text = without_tokens(row.text)
        yield row


@dataclass(frozen=True)
class Column:
    """One column of a section, for its rows."""

    name: str
    model: type[Model]

    @cached_property
    def field(self) -> Field | None:
        try:
            return self.model._meta.get_field(self.name)
        except FieldDoesNotExist:
            return None

    @property
    def label(self) -> str:
        known = LABELS.get(self.name) or (self.field and self.field.verbose_name)
        return capfirst(str(known or self.name.replace("_", " ")))

    def value(self, row: Model) -> object:
        """As data: of another row, such as a colleague, its name."""
        value = getattr(row, self.name)
        return str(value) if value is not None and isinstance(self.field, ForeignKey) else value

    def words(self, row: Model) -> str:
        """To be read."""
        if self.field is not None and self.field.choices:
            return str(getattr(row, f"get_{self.name}_display")())
        return _said(self.value(row))


def _said(value: object) -> str:
    if value is None or isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, list):
        return ", ".join(value)
    return str(localize(localtime(value) if isinstance(value, datetime) else value))


@dataclass(frozen=True)
class Given:
    """A section whose rows were read. `table` are rows of (label, words), without what is empty."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Model, ...]
    is_derived: bool = False

    @classmethod
    def of(cls, section: Section) -> "Given":
        rows = tuple(section.rows)
        columns = tuple(Column(name, type(rows[0])) for name in section.columns) if rows else ()
        return cls(section.key, str(section.title), columns, rows, section.is_derived)

    @property
    def data(self) -> list[dict[str, object]]:
        return [{column.name: column.value(row) for column in self.columns} for row in self.rows]

    @property
    def table(self) -> list[list[tuple[str, str]]]:
        return [
            [(column.label, words) for column in self.columns if (words := column.words(row))]
            for row in self.rows
        ]


def everything(customer: Customer) -> list[Given]:
    """All that every part keeps of the customer; each section is one query."""
    return [given for section in registry.export(customer) if (given := Given.of(section)).rows]


def package(customer: Customer, *, by: User, now: datetime) -> IO[bytes]:
    """A ZIP file, at its beginning. Whoever reads the response closes it."""
    given = everything(customer)
    file = TemporaryFile()  # noqa: SIM115 - closed with the response
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", _json(customer, given, now))
        context = {"customer": customer, "given": given, "now": now, "by": by}
        archive.writestr("page.html", render_to_string("contacts/export.html", context))
    file.seek(0)
    return file


def _json(customer: Customer, given: list[Given], now: datetime) -> str:
    data = {"team": customer.team.name, "made_at": now} | {each.key: each.data for each in given}
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def file_name(customer: Customer, *, on: date) -> str:
    return f"{slugify(customer.name) or f'customer-{customer.pk}'}-{on.isoformat()}.zip"
