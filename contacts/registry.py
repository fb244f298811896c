"""What a dossier is made of. Apps above `contacts` add their part here, from AppConfig.ready; none is known below."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from django.http import HttpRequest

from contacts.models import Customer
from crm.team.models import User


@dataclass(frozen=True)
class Panel:
    """A piece of the dossier page: where it stands, its template, and what that template needs."""

    slot: str  # "name", "tabs", "left", "mid", "right", "rail" or "bar"
    template: str
    context: Callable[[HttpRequest, Customer], dict]


class OpenDossiers(Protocol):
    """Give new dossiers their first place: (customer, day of next contact or None) each, behind whose names `by`."""

    def __call__(
        self, placements: Iterable[tuple[Customer, date | None]], *, by: User, now: datetime, undated: str
    ) -> None: ...


class PurchasesChanged(Protocol):
    """Hear of customers whose purchases were added, changed or deleted."""

    def __call__(self, customer_ids: Collection[int], *, now: datetime) -> None: ...


@dataclass(frozen=True)
class Part:
    """What one app adds to every dossier.

    `handed_over` hears of a new owner, and `purchases_changed` of other purchases, inside the same transaction.
    """

    name: str
    panels: tuple[Panel, ...] = ()
    opened: OpenDossiers | None = None
    handed_over: Callable[[Customer], None] | None = None
    purchases_changed: PurchasesChanged | None = None
    lies_under: Callable[[Iterable[Customer]], dict[int, object]] | None = None


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


def handed_over(customer: Customer) -> None:
    for part in _registry.parts.values():
        if part.handed_over:
            part.handed_over(customer)


def purchases_changed(customer_ids: Collection[int], *, now: datetime) -> None:
    """Whoever writes or deletes purchases says so here, once for all customers, before his transaction ends."""
    for part in _registry.parts.values():
        if part.purchases_changed and customer_ids:
            part.purchases_changed(customer_ids, now=now)


def lies_under(customers: list[Customer]) -> dict[int, object]:
    """The place of each customer's dossier, by customer id, in one query however many there are."""
    found: dict[int, object] = {}
    for part in _registry.parts.values():
        if part.lies_under:
            found |= part.lies_under(customers)
    return found
