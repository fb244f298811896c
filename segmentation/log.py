"""A team's purchases as arrays: who bought on which day. What the estimates of intervals and chances read.

Purchases of one day count once. A return (an amount below zero) is no purchase; what came to nothing (a free sample,
an exchange) is one. What lies after the day asked for is not known yet.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from io import BytesIO

import numpy as np
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Count
from numpy.typing import NDArray

from contacts.models import Purchase
from crm.team.models import Team
from segmentation import sql

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SPAN = 1 << 22  # more than the days of all years up to 9999
BATCH = 50_000

# One row of PostgreSQL's binary COPY: the number of columns, then each with its length before it.
_ROW = np.dtype(
    [
        ("columns", ">i2"),
        ("_1", ">i4"),
        ("who", ">i8"),
        ("_2", ">i4"),
        ("day", ">i4"),
    ]
)
_HEAD, _FOOT = 19, 2
_PG = (
    "SELECT customer_id, bought_on - DATE '0001-01-01' + 1 FROM contacts_purchase "
    "WHERE team_id = %s AND bought_on <= %s AND amount >= 0"
)
_LITE = (
    "SELECT customer_id, CAST(julianday(bought_on) - 1721424.5 AS INTEGER) FROM contacts_purchase "
    "WHERE team_id = %s AND bought_on <= %s AND amount >= 0"
)


@dataclass(frozen=True)
class Log:
    """Purchase days in the order of customers, then days; days are proleptic ordinals.

    `customers` are the ids, rising; `who` is the place of each purchase's customer in them. Every customer has
    bought at least once.
    """

    customers: Ints
    who: Ints
    day: Ints
    until: int

    @classmethod
    def of(cls, customers: Ints, days: Ints, *, until: int) -> "Log":
        """From pairs in any order, of which the same may occur twice; those after `until` are left out."""
        known = days <= until
        keys = np.sort(customers[known] * SPAN + days[known])  # np.unique takes five times as long
        again = np.zeros(len(keys), dtype=bool)
        again[1:] = keys[1:] == keys[:-1]
        return cls._of_keys(keys[~again], until)

    @classmethod
    def _of_keys(cls, keys: Ints, until: int) -> "Log":
        """From customers' ids times SPAN plus days, rising, each once."""
        ids, days = keys // SPAN, keys % SPAN
        begins = np.ones(len(keys), dtype=bool)
        begins[1:] = ids[1:] != ids[:-1]
        return cls(ids[begins], np.cumsum(begins) - 1, days, until)

    def __len__(self) -> int:
        return len(self.day)

    @cached_property
    def keys(self) -> Ints:
        return self.who * SPAN + self.day

    @cached_property
    def start(self) -> Ints:
        """Where each customer's purchases begin; one more entry than customers."""
        return np.searchsorted(self.who, np.arange(len(self.customers) + 1))

    @cached_property
    def first(self) -> Ints:
        """Each customer's first day."""
        return self.day[self.start[:-1]]

    @cached_property
    def log_gaps(self) -> tuple[Floats, Floats]:
        """Running sums of the logarithms of all gaps, and of their squares: [k] is the sum up to purchase k."""
        gaps = np.zeros(len(self))
        inner = self.who[1:] == self.who[:-1]
        gaps[1:][inner] = np.log(self.day[1:][inner] - self.day[:-1][inner])
        return np.cumsum(gaps), np.cumsum(gaps**2)

    def upto(self, who: Ints, on: Ints | int) -> Ints:
        """The place behind the last purchase that each customer has made until `on`, that day included."""
        return np.searchsorted(self.keys, who * SPAN + on, side="right")

    def known_on(self, on: int) -> Ints:
        """Places of the customers who have bought by that day."""
        return np.flatnonzero(self.first <= on)

    def bought_within(self, who: Ints, on: Ints | int, days: int) -> Flags:
        """Whether each customer bought on one of the so many days after `on`."""
        return self.upto(who, on + days) > self.upto(who, on)

    def cut(self, until: int) -> "Log":
        """What was known of it on an earlier day."""
        known = self.day <= until
        return Log._of_keys(self.customers[self.who[known]] * SPAN + self.day[known], until)


def read_log(team: Team, *, until: date, of: Collection[int] | None = None) -> Log:
    """The purchases of the team, or of these of its customers, that were made by that day."""
    who, day = _read(team, until, "" if of is None else f"AND customer_id IN ({sql.numbers(of)})")
    return Log.of(who, day, until=until.toordinal())


def _read(team: Team, until: date, condition: str, *values: str) -> tuple[Ints, Ints]:
    """Customer and day of the team's purchases for which the condition holds, in any order."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _read_copy(cursor, f"{_PG} {condition}", (team.pk, until, *values))
        cursor.execute(f"{_LITE} {condition}", (team.pk, until, *values))
        parts = [np.array(rows, dtype=np.int64) for rows in _batches(cursor)]
    table = np.concatenate([np.empty((0, 2), dtype=np.int64), *parts])
    return table[:, 0], table[:, 1]


def _read_copy(cursor: CursorWrapper, query: str, values: tuple) -> tuple[Ints, Ints]:
    """PostgreSQL hands rows over as they lie in memory; a million need no object each."""
    file = BytesIO()
    text = cursor.cursor.mogrify(query, values).decode()
    cursor.cursor.copy_expert(f"COPY ({text}) TO STDOUT (FORMAT binary)", file)
    rows = np.frombuffer(file.getbuffer()[_HEAD:-_FOOT], dtype=_ROW)
    return rows["who"].astype(np.int64), rows["day"].astype(np.int64)


def _batches(cursor: object) -> Iterator[list]:
    while rows := cursor.fetchmany(BATCH):
        yield rows


def product_groups(team: Team, log: Log, *, most: int) -> tuple[list[str], Ints]:
    """Names of the `most` product groups bought most often, and the group of each purchase day as a place among them.

    Of several groups on one day, the first by name counts; a day with none of them has len(names).
    """
    until = date.fromordinal(log.until)
    rows = Purchase.objects.filter(team=team, bought_on__lte=until, amount__gte=0).exclude(product_group="")
    sizes = rows.values_list("product_group").annotate(n=Count("pk")).order_by("-n", "product_group")
    names = sorted(name for name, _n in sizes[:most])
    group = np.full(len(log), len(names), dtype=np.int64)
    for code, name in reversed(list(enumerate(names))):
        who, day = _read(team, until, "AND product_group = %s", name)
        at, known = _places(log, who, day)
        group[at[known]] = code
    return names, group


def _places(log: Log, customers: Ints, days: Ints) -> tuple[Ints, Flags]:
    """Where purchases lie in the log, and which of them are in it."""
    who = np.searchsorted(log.customers, customers).clip(max=max(len(log.customers) - 1, 0))
    at = np.searchsorted(log.keys, who * SPAN + days).clip(max=max(len(log) - 1, 0))
    if not len(log):
        return at, np.zeros(len(at), dtype=bool)
    return at, (log.customers[who] == customers) & (log.keys[at] == who * SPAN + days)
