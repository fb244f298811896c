"""Queue the reminders of very many customers in one sweep: python tests/load/reminders.py [--customers 100000]

On PostgreSQL a second worker helps, as where there is Redis.
In a database of its own, made and dropped here, on the server that DATABASE_URL names; without one in an SQLite file.
Prints what it took; exit code 1 when a limit is broken or not every letter is there exactly once.
"""

import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 17, 5, 30, tzinfo=UTC)  # half past six in Berlin, on a Tuesday
TODAY = date(2026, 11, 17)
BATCH = 5_000
MOST_SECONDS = 30.0  # for 100,000
MOST_MEGABYTES = 90  # by which the process may grow, however many they are
PAGE_CACHE = 64  # megabytes that SQLite keeps within the process, as settings.py tells it
BODY = """{greeting}

you last ordered {product_group} on {last_purchase}. By our experience they will soon run out.

* With the code **{code}** this order costs 5 % less, until the end of the month.
* [Order again](https://shop.example/again?code={code}) – the same as last time, in two clicks.
* Or simply write to {manager}: {manager_email}.

We have kept your last printing plates, so {company} pays for no new ones. Should anything have been wrong with the
last delivery, tell us: we want to put it right before you order again.

With kind regards from {team} to {town}
"""


@dataclass(frozen=True)
class Taken:
    name: str
    seconds: float
    own_seconds: float  # of this program's own, on a processor
    megabytes: int
    done: int | None  # customers

    @property
    def speed(self) -> str:
        return "" if self.done is None else f"{self.done:,} of them, {self.done / self.seconds:,.0f} a second"


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--patience", type=float, default=1, help="times the limit, where others work, too")
    parser.add_argument("--profile", action="store_true", help="say where the time of queueing goes")
    options = parser.parse_args()
    with own_database() as name:
        set_up()
        say(
            f"{options.customers:,} customers in {name}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
        )
        team = fill(options.customers)
        taken = list(measure(team, options))
        for each in taken:
            say(
                f"{each.name:8}{each.seconds:8.1f} s, {each.own_seconds:.1f} s of it this program’s own;"
                f"{each.megabytes:4} MB more; {each.speed}"
            )
        faults = list(broken(taken, team, options))
        for fault in faults or ["All limits hold."]:
            say(fault)
    return 1 if faults else 0


@contextmanager
def own_database() -> Iterator[str]:
    """Names it in the environment while the block runs."""
    server = os.environ.get("DATABASE_URL", "")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(VAR_DIR=folder, LOG_LEVEL="WARNING", REDIS_URL="")
        if not server.startswith("postgres"):
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/load.sqlite3"
            yield "SQLite"
            return
        name = f"ringbinder_reminders_{uuid4().hex[:8]}"
        ask(server, f"CREATE DATABASE {name}")
        os.environ["DATABASE_URL"] = f"{server.rpartition('/')[0]}/{name}"
        try:
            yield "PostgreSQL"
        finally:
            ask(server, f"DROP DATABASE {name} WITH (FORCE)")


def ask(server: str, text: str) -> None:
    subprocess.run(["psql", "--no-psqlrc", "--quiet", "--dbname", server, "--command", text], check=True)


def set_up() -> None:
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    call_command("migrate", verbosity=0)


def fill(n: int) -> object:
    """A team with a running series of three letters, and so many customers whose window opens today."""
    from contacts.models import Customer, LegalBasis, Letter, Person, Purchase
    from crm.mail.addresses import address_hash
    from crm.mail.models import Sender
    from crm.team.models import Team, User
    from segmentation.models import Expectation, Forecast, Score, Series, Step

    team = Team.objects.create(name="Carton & Co")
    nino = User.objects.create_user(email="nino@team.example", password=None, name="Nino Beridze", team=team)
    Sender.objects.create(
        team=team, name="Carton & Co", email="office@carton.example", postal_address="Kartonweg 3"
    )
    Forecast.objects.create(team=team, as_of=TODAY)
    letter = Letter.objects.create(team=team, name="Again", is_advertising=True)
    letter.texts.create(language="en", subject="Time for new {product_group}, {name}?", body=BODY)
    letter.texts.create(language="de", subject="{name}, neue {product_group}?", body=BODY)
    series = Series.objects.create(
        team=team, name="Again", made_by=nino, held_out_percent=0, code_prefix="BOX", running_since=NOW
    )
    for position in (1, 2, 3):
        step = Step.objects.create(series=series, position=position, after_days=10, letter=letter)
        for key in "ABC":
            step.variants.create(key=key, subjects={"en": f"{key}: new boxes for {{company}}"})
    basis = LegalBasis.objects.create(team=team, text="Yes", source="form", given_on=TODAY)
    last_on = TODAY - timedelta(40)

    def customers() -> Iterator[Customer]:
        for k in range(n):
            email = f"office{k}@customer{k}.example"
            yield Customer(
                team=team, owner=nino, legal_basis=basis, name=f"Kessler & Söhne {k}", sort_name=f"kessler {k:06}",
                email=email, letter_hash=address_hash(email), town="Graz", country=("", "AT", "GE", "US")[k % 4],
            )  # fmt: skip

    write(Customer, customers())
    ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    write(Person, (Person(customer_id=pk, name="Barbara Kessler") for pk in ids[::2]))
    people = Person.objects.values_list("customer_id", "pk")
    main = [Customer(pk=customer, main_person_id=person) for customer, person in people]
    for some in batches(iter(main)):
        Customer.objects.bulk_update(some, ["main_person"], batch_size=500)
    write(
        Purchase,
        (
            Purchase(team=team, customer_id=pk, bought_on=last_on, amount=90, product_group="Boxes")
            for pk in ids
        ),
    )
    bought = {"purchase_days": 3, "frequency": 3, "money": 300, "monetary": 300, "group": "growing"}
    write(
        Score, (Score(customer_id=pk, team=team, first_on=last_on, last_on=last_on, **bought) for pk in ids)
    )
    days = {"window_from": TODAY, "due_on": TODAY, "window_to": TODAY}
    write(
        Expectation,
        (Expectation(customer_id=pk, team=team, purchases=3, usual_days=41, **days) for pk in ids),
    )
    tidy()
    return team


def write(model: type, rows: Iterator) -> None:
    for some in batches(rows):
        model.objects.bulk_create(some)


def batches(rows: Iterator) -> Iterator[list]:
    while some := list(islice(rows, BATCH)):
        yield some


def tidy() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def measure(team: object, options: Namespace) -> Iterator[Taken]:
    from segmentation.models import ReminderLetter, Series
    from segmentation.reminding.enrolling import enrol
    from segmentation.reminding.queueing import queue_due
    from segmentation.reminding.stopping import settle

    series = Series.objects.select_related("team").get(team=team)
    tomorrow = NOW + timedelta(1)
    yield timed("enrol", lambda: enrol(series, now=NOW))
    yield timed("again", lambda: enrol(series, now=NOW))  # as in the next hour
    yield timed("settle", lambda: settle(team, now=tomorrow))
    tidy()

    def queue() -> int:
        queue_due(team.sender, now=tomorrow)
        return ReminderLetter.objects.count()

    with second_worker(team.sender.pk):
        yield timed("queue", lambda: profiled(queue) if options.profile else queue())
    yield timed("settle", lambda: settle(team, now=tomorrow))
    yield timed("stop", lambda: series.stop(by=series.made_by, now=tomorrow))


@contextmanager
def second_worker(sender_id: int) -> Iterator[None]:
    """One that waits to be called, as Celery's do; SQLite has one writer, and no Redis that could call another."""
    from django.db import connection

    from segmentation.reminding import queueing
    from segmentation.tasks import queue_letters

    if connection.vendor == "sqlite":
        yield
        return
    connection.close()  # a connection is not to be shared with the other process
    calls, answers = multiprocessing.SimpleQueue(), multiprocessing.SimpleQueue()

    def wait_and_help() -> None:
        connection.ensure_connection()
        answers.put("ready")
        if at := calls.get():
            queue_letters(sender_id, at)

    worker = multiprocessing.get_context("fork").Process(target=wait_and_help)
    worker.start()
    answers.get()
    call, queueing.call_for_help = queueing.call_for_help, lambda sender, now: calls.put(now.isoformat())
    try:
        yield
    finally:
        queueing.call_for_help = call
        calls.put("")
        worker.join()


def profiled(work: Callable) -> object:
    import cProfile
    import pstats

    with cProfile.Profile() as profile:
        done = work()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    return done


def timed(name: str, work: Callable[[], object]) -> Taken:
    before, own, began = peak(), time.process_time(), time.perf_counter()
    done = work()
    seconds, own = time.perf_counter() - began, time.process_time() - own
    return Taken(name, seconds, own, peak() - before, done if isinstance(done, int) else None)


def peak() -> int:
    """Megabytes this process ever had."""
    return (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 if sys.platform == "linux" else 1024) // 1024
    )


def broken(taken: list[Taken], team: object, options: Namespace) -> Iterator[str]:
    from django.db import connection

    from crm.mail.models import OutgoingMail
    from segmentation.models import ReminderLetter

    customers = options.customers
    megabytes = MOST_MEGABYTES + (PAGE_CACHE if connection.vendor == "sqlite" else 0)
    most = options.patience * MOST_SECONDS * max(customers, 10_000) / 100_000
    mails, letters = OutgoingMail.objects.filter(team=team).count(), ReminderLetter.objects.count()
    if not mails == letters == customers:
        yield f"BROKEN: {mails} mails and {letters} letters for {customers} customers"
    for each in taken:
        if each.name == "again" and each.done:
            yield f"BROKEN: {each.done} were left out of the first enrolment"
        if each.name == "queue" and each.seconds > most:
            yield f"BROKEN: to queue took {each.seconds:.1f} s, {most:.0f} s are allowed"
        if each.megabytes > megabytes:
            yield f"BROKEN: {each.name} made the process grow by {each.megabytes} MB, {megabytes} are allowed"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
