"""What a dossier is made of. Apps above `contacts` add their part here, from AppConfig.ready; none is known below."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Protocol

from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from contacts.models import Customer
from contacts.models.customer import CustomerQuerySet
from crm.markup import join
from crm.team.models import User


@dataclass(frozen=True)
class Panel:
    """A piece of the dossier page: where it stands, its template, and what that template needs."""

    slot: str  # "tabs", "left", "mid", "right", "rail" or "bar"; "print" on the printed sheet
    template: str
    context: Callable[[HttpRequest, Customer], dict]


class OpenDossiers(Protocol):
    """Give new dossiers their first place: (customer, day of next contact or None) each, behind whose names `by`."""

    def __call__(
        self, placements: Iterable[tuple[Customer, date | None]], *, by: User, now: datetime, undated: str
    ) -> None: ...


class Foresee(Protocol):
    """Say on which days new dossiers of `owner` would come to lie, one for each of `days` of next contact or None."""

    def __call__(
        self, days: Collection[date | None], *, owner: User, now: datetime, undated: str
    ) -> list[str]: ...


class HandedOver(Protocol):
    """Hear of dossiers whose owner was `before` until now."""

    def __call__(self, customers: Collection[Customer], *, before: User, by: User, now: datetime) -> None: ...


class Left(Protocol):
    """Hear that `to` has taken over all that `owner` had."""

    def __call__(self, owner: User, *, to: User, by: User, now: datetime) -> None: ...


class PurchasesChanged(Protocol):
    """Hear of customers whose purchases were added, changed or deleted."""

    def __call__(self, customer_ids: Collection[int], *, now: datetime) -> None: ...


class Facts(Protocol):
    """Lines of the info card, (label, what stands there) each, from rows that were fetched with the customer."""

    def __call__(
        self, customer: Customer, *, today: date, currency: str
    ) -> Iterable[tuple[str, SafeString]]: ...


@dataclass(frozen=True)
class Section:
    """Rows of one model that belong to a customer, as they are given to him: `columns` are fields or properties.

    `is_derived`: they are worked out from others.
    """

    key: str
    title: str | Promise
    rows: Iterable[Model]
    columns: tuple[str, ...]
    is_derived: bool = False


class Erase(Protocol):
    """Make ready for a customer's dossier to be deleted, with all rows that point to it, in the same transaction."""

    def __call__(self, customer: Customer, *, now: datetime) -> None: ...


class Complained(Protocol):
    """Hear that a customer is not content."""

    def __call__(self, customer: Customer, *, now: datetime) -> None: ...


class Groups(Protocol):
    """The group of each customer, by customer id; who is in none is left out."""

    def __call__(self, customer_ids: Collection[int]) -> dict[int, str]: ...


class Verdicts(Protocol):
    """What each customer said of us last, as markup, by customer id; left out is what `viewer` may not know.

    `owners` has the id of whoever keeps the dossier, by customer id.
    """

    def __call__(self, owners: Mapping[int, int], *, viewer: User, on: date) -> dict[int, SafeString]: ...


@dataclass(frozen=True)
class Part:
    """What one app adds to every dossier.

    `handed_over` hears of a new owner, `left` of one who has given all away, and `purchases_changed` of other
    purchases, inside the same transaction.
    `mark` is a word beside the name. It and `facts` may look only at the customer's one-to-one rows named in `reads`.
    `whole` adds to a query for one dossier what its panels say besides. `export` gives all that is kept of a
    customer, and `erase` is asked before that is deleted. `pages` gives, by the `source` of an entry, the address of
    the page of a `source_id`. `complained` hears of a complaint in the same transaction; `groups` says who is who.
    `unhappy` is the condition on rows, of whose customers it is told the name, that these wait for redress.
    `verdicts` stand beside the name, too, but not everybody may see them.
    """

    name: str
    panels: tuple[Panel, ...] = ()
    opened: OpenDossiers | None = None
    foresee: Foresee | None = None
    handed_over: HandedOver | None = None
    left: Left | None = None
    purchases_changed: PurchasesChanged | None = None
    lies_under: Callable[[Iterable[Customer]], dict[int, object]] | None = None
    reads: tuple[str, ...] = ()
    mark: Callable[[Customer], SafeString] | None = None
    facts: Facts | None = None
    whole: Callable[[CustomerQuerySet], CustomerQuerySet] | None = None
    export: Callable[[Customer], Iterable[Section]] | None = None
    erase: Erase | None = None
    pages: Mapping[str, Callable[[int], str]] = field(default_factory=dict)
    complained: Complained | None = None
    unhappy: Callable[[str], Q] | None = None
    groups: Groups | None = None
    verdicts: Verdicts | None = None


@dataclass
class _Registry:
    parts: dict[str, Part] = field(default_factory=dict)


_registry = _Registry()


def register(part: Part) -> None:
    _registry.parts[part.name] = part


def panels(slot: str) -> list[Panel]:
    return [panel for part in _registry.parts.values() for panel in part.panels if panel.slot == slot]


def open_dossiers(
    placements: list[tuple[Customer, date | None]], *, by: User, now: datetime, undated: str = "rest"
) -> None:
    """Tell every part of new dossiers. `undated` is "spread" (over the coming working days) or "rest"."""
    for part in _registry.parts.values():
        if part.opened:
            part.opened(placements, by=by, now=now, undated=undated)


def foresee(days: Collection[date | None], *, owner: User, now: datetime, undated: str) -> list[str]:
    """Sentences on what open_dossiers() would mean."""
    told = [part.foresee for part in _registry.parts.values() if part.foresee]
    return [line for tell in told for line in tell(days, owner=owner, now=now, undated=undated)]


def handed_over(customers: Collection[Customer], *, before: User, by: User, now: datetime) -> None:
    """Tell every part of dossiers that have gone from one owner to another, who stands in them already."""
    for part in _registry.parts.values():
        if part.handed_over and customers:
            part.handed_over(customers, before=before, by=by, now=now)


def left(owner: User, *, to: User, by: User, now: datetime) -> None:
    """Tell every part that one colleague has taken over all of another."""
    for part in _registry.parts.values():
        if part.left:
            part.left(owner, to=to, by=by, now=now)


def purchases_changed(customer_ids: Collection[int], *, now: datetime) -> None:
    """Whoever writes or deletes purchases says so here, once for all customers, before his transaction ends.

    Purchases that went from one customer to another concern both; those of an import that is taken back, all whom
    it touched. What is known of a customer who is deleted goes with him, unasked.
    """
    for part in _registry.parts.values():
        if part.purchases_changed and customer_ids:
            part.purchases_changed(customer_ids, now=now)


def export(customer: Customer) -> list[Section]:
    return [section for part in _registry.parts.values() if part.export for section in part.export(customer)]


def erase(customer: Customer, *, now: datetime) -> None:
    for part in _registry.parts.values():
        if part.erase:
            part.erase(customer, now=now)


def complained(customer: Customer, *, now: datetime) -> None:
    for part in _registry.parts.values():
        if part.complained:
            part.complained(customer, now=now)


def unhappy(customer: str = "pk") -> Q:
    """Condition on rows whose customer is in the field of that name: something he complained of is not settled yet."""
    parts = (part.unhappy(customer) for part in _registry.parts.values() if part.unhappy)
    return reduce(or_, parts, Q(pk__isnull=True))


def groups(customer_ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in _registry.parts.values():
        found |= part.groups(customer_ids) if part.groups else {}
    return found


def verdicts(owners: Mapping[int, int], *, viewer: User, on: date) -> dict[int, SafeString]:
    found: dict[int, SafeString] = {}
    for part in _registry.parts.values():
        found |= part.verdicts(owners, viewer=viewer, on=on) if part.verdicts and owners else {}
    return found


def page_of(source: str, source_id: int) -> str:
    """Where what an entry tells of is seen; "" if nobody knows."""
    for part in _registry.parts.values():
        if source in part.pages:
            return part.pages[source](source_id)
    return ""


def lies_under(customers: list[Customer]) -> dict[int, object]:
    """The place of each customer's dossier, by customer id, in one query however many there are."""
    found: dict[int, object] = {}
    for part in _registry.parts.values():
        if part.lies_under:
            found |= part.lies_under(customers)
    return found


def reads(prefix: str = "") -> list[str]:
    """For select_related(): what `mark` and `facts` look at; `prefix` is the way to the customer, as "customer__"."""
    return [f"{prefix}{name}" for part in _registry.parts.values() for name in part.reads]


def whole(dossiers: CustomerQuerySet) -> CustomerQuerySet:
    """With everything that the parts say of one dossier on its own page."""
    dossiers = dossiers.select_related(*reads())
    for part in _registry.parts.values():
        dossiers = part.whole(dossiers) if part.whole else dossiers
    return dossiers


def mark(customer: Customer) -> SafeString:
    return join(part.mark(customer) for part in _registry.parts.values() if part.mark)


def facts(customer: Customer, *, today: date, currency: str) -> list[tuple[str, SafeString]]:
    told = [part.facts for part in _registry.parts.values() if part.facts]
    return [line for tell in told for line in tell(customer, today=today, currency=currency)]
