"""A list of customers becomes dossiers: first a plan that changes nothing, then all of it at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from contacts import registry
from contacts.actions import tags_named
from contacts.folding import fold
from contacts.importing.drafts import Draft, Drafter
from contacts.importing.duplicates import Duplicate, Register
from contacts.importing.readers import ImportRefused, Row, Table
from contacts.legal_basis import Statement
from contacts.models import Customer, Entry, Person
from contacts.models.tag import read_tags
from crm.team.models import Team, User

BATCH = 1_000
NOON = time(12)


@dataclass(frozen=True)
class LeftOut:
    """A row of which no dossier can be made."""

    row: Row
    name: str
    reason: str


@dataclass
class Plan:
    """What importing a list would do."""

    rows_read: int
    new: list[Draft] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def flawed(self) -> list[Draft]:
        return [draft for draft in self.new if draft.flaws]


@dataclass(frozen=True)
class ListBasis:
    """On what ground those on a list may be written to; `known`: also those with a dossier and no ground yet."""

    statement: Statement
    known: bool = False


@dataclass(frozen=True)
class Imported:
    """What importing a list has done: dossiers made, of them filed under their own date.

    `based` may be written to from now on, but for those `suppressed`, to whose address nothing goes all the same.
    """

    plan: Plan
    dated: int
    based: int = 0
    suppressed: int = 0

    @property
    def made(self) -> int:
        return len(self.plan.new)

    @property
    def undated(self) -> int:
        return self.made - self.dated


def make_plan(table: Table, mapping: Mapping[int, str], *, team: Team, reader: User | None = None) -> Plan:
    """Sort rows into new dossiers, duplicates and the rest; `reader` is told no names he may not see.

    Raises ImportRefused without a name column.
    """
    if not {"name", "person", "last_name"} & set(mapping.values()):
        raise ImportRefused(_("No column holds the customer’s name. Please say which one does."))
    plan = Plan(len(table.rows))
    register = Register.of(team, reader=reader)
    drafts = []
    for draft in Drafter(table, mapping, country=team.country).drafts():
        if reason := draft.row.problem or ("" if draft.name else _("there is no name")):
            plan.left_out.append(LeftOut(draft.row, draft.name, reason))
        else:
            drafts.append(draft)
    # Rows with a number first: of two rows for one customer, the one with the number makes the dossier.
    for draft in sorted(drafts, key=lambda draft: not draft.text("number")):
        if duplicate := register.admit(draft):
            plan.duplicates.append(duplicate)
        else:
            plan.new.append(draft)
    plan.new.sort(key=lambda draft: draft.line)
    plan.duplicates.sort(key=lambda duplicate: duplicate.draft.line)
    return plan


def hold_owner(owner: User) -> User:
    """Whose binder dossiers go into. ImportRefused if his login was closed."""
    try:
        return owner.hold()
    except ValidationError as error:
        raise ImportRefused(error.messages[0]) from error


@transaction.atomic
def import_customers(
    table: Table,
    mapping: Mapping[int, str],
    *,
    owner: User,
    by: User | None,
    undated: str,
    now: datetime,
    basis: ListBasis | None = None,
) -> Imported:
    """Make the dossiers of a list for `owner` and file them; `undated` is "spread" or "rest".

    Either everything happens or nothing. Two imports of one team wait for each other, so that the second one
    knows what the first has made. Raises ImportRefused as make_plan() does, or if the owner's login is closed.
    """
    Team.objects.select_for_update().get(pk=owner.team_id)
    owner = hold_owner(owner)
    plan = make_plan(table, mapping, team=owner.team, reader=by)
    today = owner.today(now)
    placements = []
    for start in range(0, len(plan.new), BATCH):
        batch = plan.new[start : start + BATCH]
        customers = _make_customers(batch, owner=owner, now=now)
        Entry.objects.bulk_create(_entries(customers, batch, owner=owner, now=now))
        _stick_tags(customers, batch, team=owner.team)
        for customer, draft in zip(customers, batch, strict=True):
            placements.append((customer, draft.next_on if draft.next_on and draft.next_on >= today else None))
    registry.open_dossiers(placements, by=by, now=now, undated=undated)
    dated = sum(day is not None for _customer, day in placements)
    if basis is None:
        return Imported(plan, dated)
    ids = [customer.pk for customer, _day in placements] + (_known(plan) if basis.known else [])
    return Imported(plan, dated, *_state(basis.statement, ids, team=owner.team, by=by, now=now))


def _known(plan: Plan) -> list[int]:
    """Who has a dossier already and is on the list; not those of colleagues which one may not see."""
    found = (duplicate.of for duplicate in plan.duplicates)
    return [known.pk for known in found if known.pk and not known.is_hidden]


def _state(
    statement: Statement, ids: list[int], *, team: Team, by: User | None, now: datetime
) -> tuple[int, int]:
    """Record the statement for those of them without a legal basis: how many, and how many are suppressed."""
    basis, based, suppressed = statement.recorded(team=team, by=by, now=now), 0, 0
    for start in range(0, len(ids), BATCH):
        batch = Customer.objects.filter(pk__in=ids[start : start + BATCH])
        suppressed += batch.suppressed().count()
        based += batch.filter(legal_basis=None).update(legal_basis=basis)
    if not based:
        basis.delete()
    return based, suppressed


def _make_customers(drafts: list[Draft], *, owner: User, now: datetime) -> list[Customer]:
    customers = [Customer(team=owner.team, owner=owner, created_at=now, **draft.card()) for draft in drafts]
    people = [_person(customer, draft) for customer, draft in zip(customers, drafts, strict=True)]
    for customer, person in zip(customers, people, strict=True):
        customer.refresh_search([person] if person else [])
    Customer.objects.bulk_create(customers)
    people = Person.objects.bulk_create([person for person in people if person])
    with_person = Customer.objects.filter(pk__in=[person.customer_id for person in people])
    with_person.update(main_person=Subquery(Person.objects.filter(customer=OuterRef("pk")).values("pk")[:1]))
    return customers


def _stick_tags(customers: list[Customer], drafts: list[Draft], *, team: Team) -> None:
    said = [(each, read_tags(draft.text("tags"))) for each, draft in zip(customers, drafts, strict=True)]
    if not (names := {name for _customer, tags in said for name in tags}):
        return
    known, link = tags_named(team, names), Customer.tags.through
    link.objects.bulk_create(
        link(customer=customer, tag=known[fold(name)]) for customer, tags in said for name in tags
    )


def _person(customer: Customer, draft: Draft) -> Person | None:
    if not draft.text("person"):
        return None
    return Person(
        customer=customer,
        name=draft.text("person"),
        position=draft.text("position"),
        phone=draft.text("mobile"),
    )


def _entries(customers: list[Customer], drafts: list[Draft], *, owner: User, now: datetime) -> list[Entry]:
    pairs = zip(customers, drafts, strict=True)
    return [entry for customer, draft in pairs if (entry := _entry(customer, draft, owner=owner, now=now))]


def _entry(customer: Customer, draft: Draft, *, owner: User, now: datetime) -> Entry | None:
    """The note as the first sheet of the dossier. Who wrote it is not known: the list does not say."""
    today = owner.today(now)
    note, happened_at = list(draft.note), now
    if draft.last_on and draft.last_on <= today:
        happened_at = min(now, datetime.combine(draft.last_on, NOON, tzinfo=owner.zone))
    elif draft.last_on:
        note.append(_("Last contact: %(day)s") % {"day": draft.last_on.isoformat()})
    if draft.next_on and draft.next_on < today:
        note.append(_("Next contact was to be: %(day)s") % {"day": draft.next_on.isoformat()})
    if not note and not draft.last_on:
        return None
    text = "\n".join(note) or _("Last contact, from an imported list.")
    return Entry(customer=customer, kind=Entry.Kind.NOTE, text=text, author=None, happened_at=happened_at)
