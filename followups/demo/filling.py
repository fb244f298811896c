"""The two sizes of the demo: a scene to look at, and as much as one likes to measure with."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from random import Random

from django.db import transaction

from contacts import registry
from crm.team.models import User
from followups.demo import stage
from followups.demo.builder import Builder
from followups.demo.cast import cast, send_on_leave
from followups.demo.history import Dossier, draw_groups, share_out
from followups.demo.parts import fill_crowds, fill_parts
from followups.demo.places import CABINET
from followups.demo.stage import Scene
from followups.demo.writing import refresh_statistics, write
from followups.slips import collect

CAPACITY = 16
LARGE_CAPACITY = 100
SEED = 31

# Of Levan and Giorgi: dossiers in all, under the coming working days, in the cabinet.
COLLEAGUES = ((40, (3, 4, 2, 5, 4, 3, 2, 2, 1, 1), 4), (33, (3, 4, 2, 2, 3, 1, 2, 1, 1), 3))
NINO_RESTING = 6
GIORGI_TODAY, GIORGI_BEHIND = 6, 2


@transaction.atomic
def fill_small(*, now: datetime, seed: int) -> list[User]:
    """The scene: 400 customers, today's tab as in the pictures. Gives all who may log in, the lead first."""
    random = Random(seed)
    lead, managers = cast(random, managers=len(stage.MANAGERS), capacity=CAPACITY)
    build = Builder([*managers, lead], random, now=now, quiet_birthday=True)
    send_on_leave(managers[1], stand_in=managers[0], today=build.today)
    write(scene(build, managers))
    collect(now)
    _settle(lead, now)
    fill_parts(lead.team, random, now)
    return [lead, *managers]


@transaction.atomic
def fill_large(
    *,
    customers: int,
    purchases: int,
    managers: int,
    now: datetime,
    seed: int,
    more: dict[str, int] | None = None,
) -> list[User]:
    """Exactly so many customers and purchases, and `more` of what parts.crowds() names; about 90 dossiers a day for
    each manager.
    """
    random = Random(seed)
    lead, owners = cast(random, managers=managers, capacity=LARGE_CAPACITY)
    build = Builder(owners, random, now=now, quiet_birthday=False)
    write(_crowd(build, owners, customers, purchases))
    _settle(lead, now)
    fill_crowds(lead.team, random, now, more or {})
    return [lead, *owners]


def _settle(lead: User, now: datetime) -> None:
    """What follows when many rows have come at once."""
    refresh_statistics()
    registry.purchases_changed(set(lead.team.customers.values_list("pk", flat=True)), now=now)


def _crowd(build: Builder, owners: Sequence[User], customers: int, purchases: int) -> Iterator[Dossier]:
    places = []
    for n, owner in enumerate(owners):
        number = customers // len(owners) + (n < customers % len(owners))
        places += [(owner, tab) for tab in build.tabs[owner].large(number, stage.MONTH_LOADS)]
    build.random.shuffle(places)
    groups = draw_groups(build.random, len(places))
    for (owner, tab), group, bought in zip(places, groups, share_out(purchases, groups), strict=True):
        yield build.invented(owner, tab, group, bought)


def scene(build: Builder, managers: Sequence[User]) -> Iterator[Dossier]:
    """All dossiers of the small demo, unsaved: of Nino, of Levan, of Giorgi."""
    nino, levan, giorgi = managers
    yield from _nino(build, nino)
    yield from _levan(build, levan)
    yield from _giorgi(build, giorgi)


def _nino(build: Builder, nino: User) -> Iterator[Dossier]:
    dossiers = [build.staged(nino, scene) for scene in stage.TODAY + stage.LEFT_BEHIND]
    dossiers += [build.moved_on(nino, scene, n) for n, scene in enumerate(stage.MOVED_ON, start=1)]
    dossiers += [build.overfull(nino, *row) for row in stage.OVERFULL]
    yield from dossiers
    yield from _rest(build, nino, dossiers, stage.NINO_TOTAL, stage.DAY_LOADS, NINO_RESTING)


def _levan(build: Builder, levan: User) -> Iterator[Dossier]:
    dossiers = [build.staged(levan, scene) for scene in _pulled_by_birthday(build, levan)]
    yield from dossiers
    yield from _rest(build, levan, dossiers, *COLLEAGUES[0])


def _pulled_by_birthday(build: Builder, owner: User) -> Iterator[Scene]:
    """On a rest day no slip brings a dossier forward to today: the scene has it there already."""
    for scene in stage.LEVAN_TODAY:
        on_rest_day = not owner.calendar.is_working(build.today)
        yield Scene(**vars(scene) | {"day": 0}) if on_rest_day else scene


def _giorgi(build: Builder, giorgi: User) -> Iterator[Dossier]:
    tabs = build.tabs[giorgi]
    places = [tabs.day(build.today) for _ in range(GIORGI_TODAY)] + [
        tabs.left_behind() for _ in range(GIORGI_BEHIND)
    ]
    groups = draw_groups(build.random, len(places))
    dossiers = [
        build.invented(giorgi, tab, group, build.usual_number(group))
        for tab, group in zip(places, groups, strict=True)
    ]
    yield from dossiers
    yield from _rest(build, giorgi, dossiers, *COLLEAGUES[1])


def _rest(
    build: Builder, owner: User, dossiers: list[Dossier], total: int, loads: Sequence[int], resting: int
) -> Iterator[Dossier]:
    """The coming days up to their loads, some into the cabinet, what is left of `total` into the months."""
    tabs, there = build.tabs[owner], _under_days(dossiers)
    places = [tabs.day(day) for day, load in tabs.coming_days(loads) for _ in range(load - there[day])]
    places += [CABINET] * resting
    places += tabs.months(total - len(dossiers) - len(places), stage.MONTH_LOADS)
    groups = draw_groups(build.random, len(places))
    for tab, group in zip(places, groups, strict=True):
        yield build.invented(owner, tab, group, build.usual_number(group))


def _under_days(dossiers: list[Dossier]) -> Counter[date]:
    return Counter(dossier.places[-1].due_on for dossier in dossiers)
