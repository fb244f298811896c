"""Dossiers into the database, many rows at a time."""

import gc
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from django.db import connection
from django.db.models import OuterRef, Subquery

from contacts.models import Customer, Entry, Person, Purchase
from followups.demo.history import Dossier
from followups.models import FollowUp

BATCH = 1000  # dossiers held in memory at a time
ROWS = 2000  # in one statement, where the database takes so many


def write(dossiers: Iterable[Dossier]) -> None:
    stream = iter(dossiers)
    gc.disable()  # looking for garbage among rows that are all still needed takes a fifth of the time
    try:
        while batch := list(islice(stream, BATCH)):
            _write(batch)
            gc.collect(0)
    finally:
        gc.enable()


def _write(batch: list[Dossier]) -> None:
    for dossier in batch:
        dossier.customer.refresh_search(dossier.people)
    customers = Customer.objects.bulk_create((d.customer for d in batch), batch_size=ROWS)
    Person.objects.bulk_create(chain.from_iterable(d.people for d in batch), batch_size=ROWS)
    first = Person.objects.filter(customer=OuterRef("pk")).order_by("pk").values("pk")[:1]
    mine = Customer.objects.filter(
        pk__gte=customers[0].pk, pk__lte=customers[-1].pk, team=customers[0].team_id
    )
    mine.update(main_person=Subquery(first))
    Entry.objects.bulk_create(chain.from_iterable(d.entries for d in batch), batch_size=ROWS)
    for places in _by_step(batch):
        FollowUp.objects.bulk_create(places, batch_size=ROWS)
    Purchase.objects.bulk_create(chain.from_iterable(d.purchases for d in batch), batch_size=ROWS)


def _by_step(batch: list[Dossier]) -> Iterator[list[FollowUp]]:
    """First places, second places, ...: each row names the one before it, which must be there by then."""
    longest = max(len(dossier.places) for dossier in batch)
    return ([d.places[step] for d in batch if step < len(d.places)] for step in range(longest))


def refresh_statistics() -> None:
    """Without fresh statistics the database plans its queries as if it were still empty."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
