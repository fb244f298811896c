"""A full tab, dealing out a month and levelling a team: how long, and by how many queries. Nothing of it is kept."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from statistics import median

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.team.models import User
from followups.actions import move_many
from followups.dealing import deal_out_all
from followups.levelling_team import TeamLevelling
from followups.models import FollowUp
from tests.load.counting import CountingBrowser

ROUNDS = 5
TABS = 90, 500  # dossiers in a tab
TO_DEAL = 5000
DAYS = 10
CAPACITY = 20
MOST_SECONDS = {"dealing out": 2.0, "levelling": 1.0}


def measure_levelling(managers: list[User]) -> dict:
    """Medians of seconds, and queries: by dossiers in a tab, of dealing out all managers, and of levelling them."""
    return {
        "board": {str(n): _board(managers[0], n) for n in TABS},
        "dealing out": _deal(managers),
        "levelling": _level(managers),
    }


def broken_levelling(found: dict) -> list[str]:
    """Every limit that does not hold, in words."""
    slow = [
        f"{name} takes {found[name]['seconds']} s, {most} are allowed"
        for name, most in MOST_SECONDS.items()
        if found[name]["seconds"] > most
    ]
    queries = {each["queries"] for each in found["board"].values()}
    return slow + ([f"a fuller tab takes more queries: {sorted(queries)}"] if len(queries) > 1 else [])


def lines_of(found: dict) -> Iterator[str]:
    for n, each in found["board"].items():
        yield f"A board with {n} in its tab: {each['seconds'] * 1000:.0f} ms, {each['queries']} queries"
    for name in MOST_SECONDS:
        each = found[name]
        yield (
            f"{name.capitalize()}, {each['people']} managers: {each['moved']:,} dossiers in {each['seconds']} s"
            f" (at most {MOST_SECONDS[name]}), {each['queries']} queries"
        )


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _time(run: Callable[[], int]) -> dict[str, float]:
    times, moved = [], 0
    for _ in range(ROUNDS):
        with _taken_back():
            began = time.perf_counter()
            moved = run()
            times.append(time.perf_counter() - began)
    with _taken_back(), CaptureQueriesContext(connection) as captured:
        run()
    return {"seconds": round(median(times), 3), "queries": len(captured), "moved": moved}


def _board(user: User, number: int) -> dict[str, float]:
    """The open board, from Django's own client: without the way through the web server."""
    with _taken_back():
        ids = list(FollowUp.objects.of(user).open().values_list("pk", flat=True).order_by("pk")[:number])
        FollowUp.objects.of(user).open().due(on=user.today()).update(due_on=user.today() + timedelta(1))
        _lay(ids, user.today())
        browser = CountingBrowser(user)
        first = FollowUp.objects.of(user).open().due(on=user.today()).in_order().first()
        path = f"/binder/{user.pk}/{user.today()}/{first.customer_id}/"
        browser.get(path)
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            browser.get(path)
            times.append(time.perf_counter() - began)
    return {"seconds": round(median(times), 3), "queries": browser.queries}


def _deal(managers: list[User]) -> dict[str, float]:
    """All of them on one day of next month."""
    first = (managers[0].today().replace(day=1) + timedelta(32)).replace(day=1)
    now = datetime.combine(first + timedelta(9), datetime.min.time(), tzinfo=timezone.get_default_timezone())
    with _taken_back():
        FollowUp.objects.open().filter(precision="month").update(precision="day")
        for manager in managers:
            _lay(_some_of(manager, TO_DEAL // len(managers)), first, precision="month")
        return _time(lambda: int(deal_out_all(now + timedelta(hours=12)).split()[0])) | {
            "people": len(managers)
        }


def _level(managers: list[User]) -> dict[str, float]:
    """Every second day is twice too full, the others are empty."""
    now, lead = timezone.now(), User.objects.filter(role=User.Role.LEAD).first() or managers[0]
    with _taken_back():
        User.objects.filter(pk__in=[manager.pk for manager in managers]).update(own_capacity=CAPACITY)
        days = TeamLevelling(lead, now=now).days[:DAYS]
        for manager in managers:
            FollowUp.objects.of(manager).open().filter(due_on__in=days).update(
                due_on=days[-1] + timedelta(60), at=None
            )
            ids = _some_of(manager, CAPACITY * DAYS)
            for n, day in enumerate(days[::2]):
                _lay(ids[n * CAPACITY * 2 : (n + 1) * CAPACITY * 2], day)

        def level() -> int:
            return len(move_many(moves=TeamLevelling(lead, now=now).moves, by=lead, now=now).placed)

        return _time(level) | {"people": len(managers)}


def _some_of(user: User, number: int) -> list[int]:
    dated = FollowUp.objects.of(user).open().filter(due_on__isnull=False)
    return list(dated.order_by("-due_on", "pk").values_list("pk", flat=True)[:number])


def _lay(ids: list[int], day: date, **changes: object) -> None:
    FollowUp.objects.filter(pk__in=ids).update(
        **({"due_on": day, "precision": "day", "at": None, "rest_reason": ""} | changes)
    )
