"""The work on a team's purchases, measured against one plain grouping of their table in the same run."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from django.db import connection, transaction
from django.utils import timezone

from contacts import registry
from contacts.models import Customer, Purchase
from crm.team.models import Team
from segmentation.nightly_expectations import expect_team
from segmentation.quarters import today_of
from segmentation.scores import refresh, score_again, score_everything, score_team
from segmentation.typical import keep

ROUNDS = 5
PURCHASES = 40  # single ones
MOST_MILLISECONDS = 5.0  # for one of them
MOST_MEGABYTES = 200
GROUPING = "SELECT customer_id, count(*), sum(amount) FROM contacts_purchase GROUP BY 1"
PEAK = Path("/proc/self/clear_refs"), Path("/proc/self/status")


@dataclass(frozen=True)
class Work:
    """`most`: how many times the plain grouping it may take."""

    name: str
    most: float
    run: Callable[[], object]


def measure_scoring(team: Team) -> dict:
    """Medians in milliseconds and their ratios to the grouping's; megabytes the process grew at its peak."""
    now = timezone.now()
    today = today_of(team, now)
    nights = _alternately(today, today + timedelta(1))
    works = [
        Work("all for a new night", 4, lambda: score_everything(team, as_of=next(nights))),
        Work("unchanged rerun", 2, lambda: score_team(team, as_of=today)),
        Work("from the summaries", 0.5, lambda: score_again(team)),
        Work("learning, expecting all", 15, lambda: expect_team(team, on=today, anew=True)),
    ]
    score_everything(team, as_of=today)
    expect_team(team, on=today, anew=True)
    keep(team, on=today)
    with _peak() as grown:
        times = _time(works)
    one, all_of_it = (
        median(_one_purchase(team, n, tell) for n in range(PURCHASES))
        for tell in (refresh, registry.purchases_changed)
    )
    plain = median(times.pop("plain grouping"))
    return {
        "plain": round(plain, 1),
        "works": {
            each.name: {
                "p50": round(median(times[each.name]), 1),
                "ratio": round(median(times[each.name]) / plain, 2),
                "most": each.most,
            }
            for each in works
        },
        "one_purchase": round(one, 2),
        "one_purchase_expected": round(all_of_it, 2),
        "megabytes": grown.get("megabytes"),
    }


def _alternately(*values: object) -> Iterator:
    while True:
        yield from values


def _time(works: list[Work]) -> dict[str, list[float]]:
    """Each in every round, so that a noisy moment of the machine hits all alike. What is unchanged comes last."""
    times: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, run in [("plain grouping", _group), *((work.name, work.run) for work in works)]:
            if name == "unchanged rerun":
                run()
            times.setdefault(name, []).append(_milliseconds(run))
    return times


def _milliseconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def _group() -> None:
    with connection.cursor() as cursor:
        cursor.execute(GROUPING)
        cursor.fetchall()


def _one_purchase(team: Team, n: int, tell: Callable[..., None]) -> float:
    """To tell of one more purchase; it has not happened."""
    now = timezone.now()
    customer = Customer.objects.filter(team=team).order_by("pk")[n * 97]
    with transaction.atomic():
        Purchase.objects.create(team=team, customer=customer, bought_on=today_of(team, now), amount=25)
        taken = _milliseconds(lambda: tell([customer.pk], now=now))
        transaction.set_rollback(True)
    return taken


@contextmanager
def _peak() -> Iterator[dict[str, int]]:
    """Fills in by how many megabytes the process grew while the block ran, where the system tells."""
    grown: dict[str, int] = {}
    if not PEAK[0].exists():
        yield grown
        return
    PEAK[0].write_text("5")
    before = _status("VmRSS")
    yield grown
    grown["megabytes"] = (_status("VmHWM") - before) // 1024


def _status(key: str) -> int:
    """In kilobytes."""
    line = next(line for line in PEAK[1].read_text().splitlines() if line.startswith(key))
    return int(line.split()[1])


def broken_scoring(found: dict) -> Iterator[str]:
    for name, one in found["works"].items():
        if one["ratio"] > one["most"]:
            yield f"{name} takes {one['ratio']} times the plain grouping, {one['most']} are allowed"
    if found["one_purchase"] > MOST_MILLISECONDS:
        yield f"one purchase takes {found['one_purchase']} ms, {MOST_MILLISECONDS} are allowed"
    if (found["megabytes"] or 0) > MOST_MEGABYTES:
        yield f"the process grows by {found['megabytes']} MB, {MOST_MEGABYTES} are allowed"


def lines_of(found: dict) -> Iterator[str]:
    yield f"\nPurchases grouped once: {found['plain']:.0f} ms, of which"
    for name, one in found["works"].items():
        yield f"{name:24}{one['p50']:9.0f} ms{one['ratio']:8.2f} times{one['most']:7} at most"
    grown = "" if found["megabytes"] is None else f"; the process grew by {found['megabytes']} MB"
    yield (
        f"one purchase scores its customer in {found['one_purchase']:.1f} ms, {MOST_MILLISECONDS:.0f} at most, "
        f"and with his expectation in {found['one_purchase_expected']:.1f} ms{grown}"
    )
