"""What happens to a dossier's place in the binder together with its timeline, its slips or other dossiers."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from contacts.models import Customer, Entry, Person
from crm.team.models import User
from followups.binder import Binder
from followups.dates import Tab
from followups.models import FollowUp, MovedMeanwhile, Slip

NOT_SPOKEN = (Entry.Outcome.MISSED,)
BATCH = 500


@transaction.atomic
def file_dossier(
    *, followup: FollowUp, to: Tab, by: User, now: datetime, outcome: str, note: str = "", kind: str = ""
) -> FollowUp:
    """Write the result into the dossier and put it behind its next tab: one save, one movement.

    The note becomes the next plan, unless nobody was reached. Waiting slips are done with it. Into the cabinet
    the note goes as the reason. Raises MovedMeanwhile when a colleague was first; then nothing is written.
    """
    entry = Entry.objects.create(
        customer_id=followup.customer_id,
        kind=followup.kind,
        outcome=outcome,
        text=note,
        author=by,
        on_behalf_of_id=followup.owner_id if followup.owner_id != by.pk else None,
        happened_at=now,
        next_on=to.due_on,
        next_precision=to.precision,
    )
    followup.close(result=outcome, by=by, now=now, entry=entry)
    changes = {"kind": kind or followup.kind, "rest_reason": note[:200] if to.is_cabinet else ""}
    if note and outcome not in NOT_SPOKEN:
        changes["plan"] = note
    placed = followup.open_next(to, by=by, now=now, **changes)
    Slip.objects.filter(customer_id=followup.customer_id).waiting(on=followup.owner.today(now)).update(
        done_at=now, done_by=by, done_with=placed
    )
    return placed


@transaction.atomic
def move_dossiers(*, followups: Sequence[FollowUp], to: Tab, by: User, now: datetime) -> list[FollowUp]:
    """Put several dossiers behind one tab, all or none. Raises MovedMeanwhile with the first that is gone."""
    reason = _("put into the cabinet by hand") if to.is_cabinet else ""
    return [followup.move(to=to, by=by, now=now, rest_reason=reason) for followup in followups]


@dataclass
class Moved:
    """What became of many movements: the new places, and those (as they were seen) which somebody else left first."""

    placed: list[FollowUp] = field(default_factory=list)
    missed: list[FollowUp] = field(default_factory=list)


@transaction.atomic
def move_many(
    *,
    moves: Iterable[tuple[FollowUp, Tab]],
    by: User | None,
    now: datetime,
    note: str = "",
    result: str = FollowUp.Result.MOVED,
) -> Moved:
    """Put each dossier behind its own tab; one that a colleague moved first stays where he put it.

    All new places are opened at the instant `now`, by which undo_many() finds them again. A few queries for
    every BATCH dossiers. `note`, if there is one, stands in each timeline.
    """
    moved, rest = Moved(), iter(moves)
    while batch := list(islice(rest, BATCH)):
        mine = _move_batch(batch, moved, by=by, now=now, result=result)
        if note:
            _note_moves(mine, note, by=by, now=now)
    return moved


def _move_batch(
    batch: list[tuple[FollowUp, Tab]], moved: Moved, *, by: User | None, now: datetime, result: str
) -> list[tuple[FollowUp, Tab]]:
    there = _hold(followup.pk for followup, _tab in batch)
    mine = [(followup, to) for followup, to in batch if there.get(followup.pk) == followup.version]
    moved.missed += [followup for followup, _tab in batch if there.get(followup.pk) != followup.version]
    FollowUp.objects.filter(pk__in=[followup.pk for followup, _tab in mine]).update(
        closed_at=now, closed_by=by, result=result, version=F("version") + 1
    )
    moved.placed += FollowUp.objects.bulk_create(
        FollowUp(
            customer_id=old.customer_id, owner_id=old.owner_id, previous_id=old.pk, opened_by=by, opened_at=now,
            due_on=to.due_on, precision=to.precision, at=to.at, hint=to.hint, kind=old.kind, plan=old.plan,
        )
        for old, to in mine
    )  # fmt: skip
    return mine


def _note_moves(moves: list[tuple[FollowUp, Tab]], note: str, *, by: User | None, now: datetime) -> None:
    """Each note belongs to the place that was left, and goes with the movement if that is taken back."""
    entries = Entry.objects.bulk_create(
        Entry(
            customer_id=old.customer_id, kind=Entry.Kind.NOTE, text=note, author=by, happened_at=now,
            on_behalf_of_id=old.owner_id if by and old.owner_id != by.pk else None,
            next_on=to.due_on, next_precision=to.precision,
        )
        for old, to in moves
    )  # fmt: skip
    for (old, _to), entry in zip(moves, entries, strict=True):
        old.entry = entry
    FollowUp.objects.bulk_update([old for old, _to in moves], ["entry"])


def _hold(ids: Iterable[int]) -> dict[int, int]:
    """The versions of those places that are still open; nobody else may leave them until this transaction ends."""
    rows = FollowUp.objects.open().filter(pk__in=list(ids)).select_for_update().order_by("pk")
    return dict(rows.values_list("pk", "version"))


@transaction.atomic
def undo_many(*, moved_at: datetime, by: User) -> tuple[int, int]:
    """Take back what `by` moved at that instant. Returns how many lie again where they lay, and how many do not.

    Those that have been moved on since stay where they are.
    """
    mine = FollowUp.objects.visible_to(by).moved_at(moved_at, by=by)
    back = list(mine.open().values_list("pk", "previous_id"))
    gone = mine.count() - len(back)
    returned = 0
    for start in range(0, len(back), BATCH):
        returned += _return_batch(dict(back[start : start + BATCH]))
    return returned, gone + len(back) - returned


def _return_batch(previous: dict[int, int]) -> int:
    ids = list(_hold(previous))
    owner = Customer.objects.filter(pk=OuterRef("customer_id")).values("owner_id")
    FollowUp.objects.filter(pk__in=ids).delete()
    Entry.objects.filter(followup__in=[previous[pk] for pk in ids]).delete()
    return FollowUp.objects.filter(pk__in=[previous[pk] for pk in ids]).update(
        closed_at=None, closed_by=None, result="", owner_id=Subquery(owner), version=F("version") + 1
    )


@transaction.atomic
def undo(*, placed: Iterable[FollowUp], by: User, now: datetime) -> list[FollowUp]:
    """Take back the last movement of each: the dossier lies where it lay, its entry and done slips as they were.

    Raises MovedMeanwhile if one was moved on since, or was put there by somebody else.
    """
    return [_take_back(followup, by=by, now=now) for followup in placed]


def _take_back(followup: FollowUp, *, by: User, now: datetime) -> FollowUp:
    before = followup.previous
    if before is None or not followup.can_be_undone(by=by):
        raise MovedMeanwhile(followup)
    followup.close(result=FollowUp.Result.MOVED, by=by, now=now)
    followup.slips_done.update(done_at=None, done_by=None, done_with=None)
    followup.delete()
    if before.entry:
        before.entry.delete()
    before.reopen(owner_id=followup.owner_id)
    return before


@transaction.atomic
def open_in_binder(
    placements: Iterable[tuple[Customer, date | None]],
    *,
    by: User | None,
    now: datetime,
    undated: str = "rest",
    reason: str = "",
) -> None:
    """Give new dossiers their first place: behind their date, else spread over the coming days or in the cabinet.

    `undated` is "spread" or "rest"; a date in the past counts as none.
    """
    reason = reason or _("came with a list, no date agreed yet")
    dated, waiting = _by_date(placements, now=now)
    _lay(dated, by=by, now=now)
    for owner, customers in waiting.items():
        days = [None] * len(customers)
        if undated == "spread":
            days = Binder(owner, now=now).spread(len(customers))
        _lay(zip(customers, days, strict=True), by=by, now=now, reason=reason)


def _by_date(
    placements: Iterable[tuple[Customer, date | None]], *, now: datetime
) -> tuple[list[tuple[Customer, date]], dict[User, list[Customer]]]:
    dated, waiting = [], {}
    for customer, day in placements:
        if day and day >= customer.owner.today(now):
            dated.append((customer, day))
        else:
            waiting.setdefault(customer.owner, []).append(customer)
    return dated, waiting


def _lay(
    places: Iterable[tuple[Customer, date | None]], *, by: User | None, now: datetime, reason: str = ""
) -> None:
    rows = (
        FollowUp(
            customer=customer, owner_id=customer.owner_id, due_on=day, rest_reason="" if day else reason[:200],
            opened_by=by, opened_at=now,
        )
        for customer, day in places
    )  # fmt: skip
    FollowUp.objects.bulk_create(rows, batch_size=2000)


@transaction.atomic
def speak_up(
    *, customer: Customer, source: str, key: str, reason: str, on: date, pull_forward: bool, now: datetime
) -> Slip:
    """Lay a reason slip on a dossier, once per source and key; with `pull_forward` it may bring the date forward.

    Never back, and never past an agreed appointment: there the slip only shows, and the page asks.
    """
    slip, is_new = Slip.objects.get_or_create(
        customer=customer,
        source=source,
        key=key,
        defaults={"reason": reason, "speaks_on": on, "made_at": now},
    )
    if is_new and pull_forward:
        followup = FollowUp.objects.open().select_related("owner__team").get(customer=customer)
        if not followup.is_appointment:
            bring_forward(slip=slip, followup=followup, by=None, now=now)
    return slip


def forward_day(slip: Slip, followup: FollowUp, *, now: datetime) -> date:
    """The slip's day, or the next working day after it; not before today."""
    return followup.owner.calendar.next_working(max(slip.speaks_on, followup.owner.today(now)))


@transaction.atomic
def bring_forward(*, slip: Slip, followup: FollowUp, by: User | None, now: datetime) -> FollowUp:
    """Put the dossier behind the day to which the slip brings it, if that is earlier than its own."""
    day = forward_day(slip, followup, now=now)
    if followup.due_on is not None and followup.due_on <= day:
        return followup
    # The place before the slip, as file_dossier() does: in the other order the two could wait for each other.
    placed = followup.move(to=Tab(due_on=day), by=by, now=now, result=FollowUp.Result.PULLED)
    slip.pulled_from = followup.due_on
    slip.save(update_fields=["pulled_from"])
    return placed


@transaction.atomic
def lie_back(*, followup: FollowUp, waiting: Sequence[Slip], now: datetime) -> FollowUp:
    """Let a dossier whose slip was withdrawn lie where it lay before it was brought forward, or on the day of the first
    of those slips that still wait and bring forward.

    Only before its day, on which it is somebody's work, and only if nobody has moved it since. Raises MovedMeanwhile.
    """
    first = min(waiting, key=lambda slip: slip.speaks_on, default=None)
    back, passed = followup, []
    while back.was_pulled and not (first and first.speaks_on <= back.due_on):
        passed.append(back)
        back = back.previous
    if not passed or followup.due_on <= followup.owner.today(now):
        return followup
    followup.close(result=FollowUp.Result.MOVED, by=None, now=now)
    for place in passed:
        place.delete()
    back.reopen(owner_id=followup.owner_id)
    return bring_forward(slip=first, followup=back, by=None, now=now) if first else back


@transaction.atomic
def hand_over(customers: Collection[Customer], *, before: User, by: User, now: datetime) -> None:
    """Let the places of dossiers follow their new owner, one for all, into his binder.

    It counts as a change of the place: who read it before would file the dossier into the old binder.
    """
    places = FollowUp.objects.open().filter(customer__in=customers)
    places.update(owner_id=next(iter(customers)).owner_id, version=F("version") + 1)


@transaction.atomic
def new_dossier(
    *, customer: Customer, person: Person | None, to: Tab, kind: str, plan: str, by: User, now: datetime
) -> FollowUp:
    """Make a dossier of an unsaved card and, if known, the person to talk to, and put it behind its first tab.

    ValidationError if its owner's login was closed.
    """
    customer.owner = customer.owner.hold()
    customer.write()
    if person:
        person.customer = customer
        person.save()
        customer.main_person = person
        customer.write()
    return FollowUp.objects.create(
        customer=customer, owner_id=customer.owner_id, due_on=to.due_on, precision=to.precision, at=to.at,
        hint=to.hint, kind=kind, plan=plan, opened_by=by, opened_at=now,
        rest_reason=(plan or _("put into the cabinet by hand"))[:200] if to.is_cabinet else "",
    )  # fmt: skip
