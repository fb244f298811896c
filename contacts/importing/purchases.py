"""A list of purchases goes into the dossiers, each purchase once however often the list comes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from contacts import registry
from contacts.importing.columns import KEEP, PURCHASE_FIELDS, guess
from contacts.importing.currencies import check_currency
from contacts.importing.customers import hold_owner
from contacts.importing.readers import ImportRefused, Row, Table
from contacts.importing.values import decimal_mark, read_date, read_money
from contacts.models import Customer, Purchase
from crm.team.models import Team, User

BATCH = 5_000
_LENGTHS = {key: Purchase._meta.get_field(key).max_length for key in ("reference", "product_group")}
_NUMBER_LENGTH = Customer._meta.get_field("number").max_length


@dataclass(frozen=True)
class Line:
    """One purchase as the list has it."""

    number: str
    bought_on: date
    amount: Decimal
    reference: str = ""
    product_group: str = ""


@dataclass
class PurchasesImported:
    """What importing purchases has done. `unread` are (line, reason), `unknown` numbers with their rows."""

    rows_read: int
    made: int = 0
    known: int = 0
    customers_made: int = 0
    unread: list[tuple[int, str]] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)


@transaction.atomic
def import_purchases(
    table: Table, *, team: Team, create_for: User | None, now: datetime
) -> PurchasesImported:
    """Add the list's purchases to the team's dossiers. All in one transaction.

    A purchase is known by its reference, else by customer, day and amount: of n equal rows, as many are added
    as the dossier has fewer. Unknown customer numbers are reported, or get dossiers in the cabinet of
    `create_for`. Rows in another currency than the team's are reported too: nothing is converted.
    Raises ImportRefused if the columns are not found, or the login of `create_for` is closed.
    """
    Team.objects.select_for_update().get(pk=team.pk)
    done = PurchasesImported(len(table.rows))
    lines = list(_lines(table, done, currency=team.currency, until=_last_day(team, now)))
    ids = dict(Customer.objects.filter(team=team).exclude(number="").values_list("number", "pk"))
    unknown = Counter(line.number for line in lines if line.number not in ids)
    if create_for:
        ids |= _make_customers(unknown, owner=hold_owner(create_for), now=now)
        done.customers_made = len(unknown)
    else:
        done.unknown = unknown
    found = [line for line in lines if line.number in ids]
    new = [
        Purchase(
            team_id=team.pk, customer_id=ids[line.number], bought_on=line.bought_on, amount=line.amount,
            reference=line.reference, product_group=line.product_group,
        )
        for line in _not_known(found, ids, team=team)
    ]  # fmt: skip
    Purchase.objects.bulk_create(new, batch_size=BATCH)
    registry.purchases_changed({purchase.customer_id for purchase in new}, now=now)
    done.made, done.known = len(new), len(found) - len(new)
    return done


def _last_day(team: Team, now: datetime) -> date:
    """Tomorrow by the team's clock, which is today for a colleague further east."""
    return now.astimezone(ZoneInfo(team.time_zone)).date() + timedelta(1)


def _lines(table: Table, done: PurchasesImported, *, currency: str, until: date) -> Iterator[Line]:
    columns = _columns(table)
    amounts = (row.cells[columns["amount"]] for row in table.rows if not row.problem)
    mark = decimal_mark(filter(None, amounts))
    for row in table.rows:
        try:
            yield _line(row, columns, mark, currency, until)
        except ValueError as error:
            done.unread.append((row.line, str(error)))


def _columns(table: Table) -> dict[str, int]:
    columns = {key: column for column, key in guess(table.headings, PURCHASE_FIELDS).items() if key != KEEP}
    missing = [str(each.label) for each in PURCHASE_FIELDS[:3] if each.key not in columns]
    if missing:
        raise ImportRefused(_("These columns were not found: %(labels)s.") % {"labels": ", ".join(missing)})
    return columns


def _line(row: Row, columns: dict[str, int], mark: str, currency: str, until: date) -> Line:
    if row.problem:
        raise ValueError(row.problem)
    cells = {key: row.cells[column] for key, column in columns.items()}
    number = cells["number"]
    if not number:
        raise ValueError(_("there is no customer number"))
    too_long = [key for key, length in _LENGTHS.items() if len(cells.get(key, "")) > length]
    if too_long or len(number) > _NUMBER_LENGTH:
        raise ValueError(_("a cell of this row is too long"))
    check_currency(own=currency, amount=cells["amount"], column=cells.get("currency", ""))
    extras = {key: cells[key] for key in _LENGTHS if key in cells}
    day = _day(cells["bought_on"])
    if day > until:
        raise ValueError(_("date “%(value)s”: this day is yet to come") % {"value": cells["bought_on"][:40]})
    return Line(number, day, _amount(cells["amount"], mark), **extras)


def _day(text: str) -> date:
    try:
        return read_date(text)
    except ValueError as error:
        raise ValueError(_("date “%(value)s”: %(reason)s") % {"value": text[:40], "reason": error}) from error


def _amount(text: str, mark: str) -> Decimal:
    try:
        return read_money(text, mark)
    except ValueError as error:
        raise ValueError(
            _("amount “%(value)s”: %(reason)s") % {"value": text[:40], "reason": error}
        ) from error


def _not_known(lines: list[Line], ids: dict[str, int], *, team: Team) -> Iterator[Line]:
    known = Purchase.objects.filter(team=team)
    references = set(known.exclude(reference="").values_list("reference", flat=True))
    there = _counts(known, lines)
    for line in lines:
        key = (ids[line.number], line.bought_on, line.amount)
        if line.reference:
            if line.reference not in references:
                references.add(line.reference)
                yield line
        elif there[key]:
            there[key] -= 1
        else:
            yield line


def _counts(known: "Iterable[Purchase]", lines: list[Line]) -> Counter[tuple[int, date, Decimal]]:
    """How many purchases each customer has on a day for an amount, within the days of the list."""
    days = [line.bought_on for line in lines if not line.reference]
    if not days:
        return Counter()
    rows = known.filter(bought_on__range=(min(days), max(days))).order_by()
    counted = rows.values_list("customer_id", "bought_on", "amount").annotate(n=Count("pk"))
    return Counter({(customer, day, amount): n for customer, day, amount, n in counted})


def _make_customers(numbers: Iterable[str], *, owner: User, now: datetime) -> dict[str, int]:
    customers = [
        Customer(
            team=owner.team, owner=owner, number=number, created_at=now,
            name=_("Customer %(number)s") % {"number": number},
        )
        for number in numbers
    ]  # fmt: skip
    for customer in customers:
        customer.refresh_search([])
    Customer.objects.bulk_create(customers, batch_size=BATCH)
    registry.open_dossiers([(customer, None) for customer in customers], by=owner, now=now, undated="rest")
    return {customer.number: customer.pk for customer in customers}
