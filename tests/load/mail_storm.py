"""Many mails, and workers, Redis and PostgreSQL that are killed while they leave: none may be lost, none doubled.

tests/load/mail_storm.py [--mails 10000] [--kills 20] [--workers 4] [--sqlite] [--naive] [--patience 1]
It starts all that it needs on free ports and ends it. Exit code 1 when mails left twice or were lost, or more are not
certain than were in flight at the kills; 3 when it was only too slow: with --kills 0 on PostgreSQL, 100 mails a second
are wanted, on a machine that others use divided by --patience.
With --sqlite there is neither PostgreSQL nor Redis nor Celery, but `manage.py send_outbox --loop`. --naive sends as one
would without an outbox, and marks a batch after it was sent: mails have to leave twice.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # it is run as a file

from tests.load.storm.services import Postgres, Program, Redis, ending, free_port, listens, wait_for  # noqa: E402
from tests.load.storm.work import Work  # noqa: E402

LATENCY = 10  # milliseconds
STUCK = 120  # seconds in which nothing happens any more
BEATS = 2
WANTED = 100  # mails per second
WRONG, SLOW = 1, 3


@dataclass
class Storm:
    """All that runs, and what was done to it."""

    options: Namespace
    directory: Path
    redis: Redis | None = None
    postgres: Postgres | None = None
    workers: list[Program] = field(default_factory=list)
    beats: list[Program] = field(default_factory=list)
    sink: Program | None = None
    done: Counter = field(default_factory=Counter)
    longest_queue: int = 0
    work: Work = field(default_factory=Work)

    @property
    def taken(self) -> Path:
        return self.directory / "taken"

    def message_ids(self) -> list[str]:
        return self.taken.read_text().splitlines() if self.taken.exists() else []

    def pids(self) -> dict[str, list[int]]:
        servers = [("PostgreSQL", self.postgres), ("sink", self.sink)]
        return {"workers": [each.pid for each in self.workers]} | {
            name: [it.pid] for name, it in servers if it
        }

    def kill_worker(self) -> None:
        worker = random.choice(self.workers)
        worker.kill()
        worker.start()
        self.done["workers killed"] += 1

    def flush_redis(self) -> None:
        self.redis.flush()
        self.done["Redis flushed"] += 1

    def restart_redis(self) -> None:
        self.redis.restart()
        self.done["Redis killed and started"] += 1

    def restart_postgres(self) -> None:
        self.postgres.restart()
        self.done["PostgreSQL restarted at once"] += 1


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *args: sys.exit(1))  # and end all that was started
    directory = Path(tempfile.mkdtemp(prefix="mail_storm_"))
    directory.chmod(0o755)  # PostgreSQL runs as somebody else
    with ExitStack() as stack:
        storm = start(options, directory, stack)
        seconds = rage(storm)
        code = report(storm, seconds)
    if code == (WRONG if options.naive else 0):
        shutil.rmtree(directory, ignore_errors=True)
    else:
        say(f"What the programs said is in {directory}.")
    return code


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument(
        "--kills", type=int, default=20, help="workers to be killed; the servers fall a quarter as often"
    )
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--sqlite", action="store_true", help="embedded database and no Redis")
    parser.add_argument("--naive", action="store_true", help="mark mails after a batch was sent")
    parser.add_argument(
        "--patience", type=float, default=1, help="how much slower it may be, where others work, too"
    )
    return parser.parse_args()


def start(options: Namespace, directory: Path, stack: ExitStack) -> Storm:
    storm = Storm(options, directory)
    env = environment(storm, stack)
    os.environ |= env
    say("Preparing the database …")
    run_manage("migrate", "--verbosity", "0")
    fill(options.mails)
    for number in range(options.workers):
        storm.workers.append(program(storm, stack, f"worker-{number}", worker_command(options)))
    for number in range(BEATS if storm.redis else 0):
        storm.beats.append(program(storm, stack, f"beat-{number}", ["bin/beat"]))
    return storm


def environment(storm: Storm, stack: ExitStack) -> dict[str, str]:
    """Start the servers; return what our programs need to find them."""
    port = free_port()
    sink = [sys.executable, "-m", "tests.load.storm.sink", str(port), str(storm.taken), str(LATENCY)]
    env = dict(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "tests.load.storm.settings",
        "PYTHONPATH": str(ROOT),
        "VAR_DIR": str(storm.directory),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "WORKER_CONCURRENCY": "1",
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": f"sqlite:///{storm.directory / 'storm.sqlite3'}",
        "REDIS_URL": "",
    }
    if not storm.options.sqlite:
        storm.postgres, storm.redis = Postgres(storm.directory), Redis()
        stack.enter_context(ending(storm.postgres.stop))
        stack.enter_context(ending(storm.redis.stop))
        env |= {"DATABASE_URL": storm.postgres.url, "REDIS_URL": storm.redis.url}
    os.environ |= env
    storm.sink = program(storm, stack, "sink", sink)
    wait_for(lambda: listens(port), "the SMTP server")
    return env


def worker_command(options: Namespace) -> list[str]:
    if options.naive:
        return [sys.executable, "-m", "tests.load.storm.naive"]
    if options.sqlite:
        return [sys.executable, "manage.py", "send_outbox", "--loop"]
    return ["bin/worker", "--hostname", f"storm-{os.getpid()}-{time.monotonic_ns()}"]


def program(storm: Storm, stack: ExitStack, name: str, command: list[str]) -> Program:
    started = Program(command, env=dict(os.environ), cwd=ROOT, log=storm.directory / f"{name}.log")
    stack.enter_context(ending(started.kill))
    return started


def run_manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True)


def fill(number: int) -> None:
    """Queue that many reminders, each to a customer of its own."""
    import django

    django.setup()
    from django.utils import timezone

    from crm.mail.actions import Content, Recipient, compose, queue_many
    from crm.mail.kinds import kind_of
    from crm.mail.models import OutgoingMail
    from tests.factories import make_customer, make_sender, make_user

    sender, now = make_sender(), timezone.now()
    customer = make_customer(owner=make_user(team=sender.team))
    content = Content("Your cartons", "Time for new ones?\n" * 20, "<p>Time for new ones?</p>" * 20)
    mails = (
        compose(
            sender=sender,
            kind=kind_of(OutgoingMail(kind="storm")),
            key=f"storm:{n}",
            to=Recipient(
                id=customer.pk,
                name=f"Customer {n}",
                email=f"c{n}@kessler.example",
                language="en",
                basis="consent",
            ),
            content=content,
            now=now,
            valid_for=timedelta(days=3),
            advertising=True,
        )
        for n in range(number)
    )
    began = time.monotonic()
    queue_many(mails)
    say(f"{number} mails queued in {time.monotonic() - began:.1f} s")


def rage(storm: Storm) -> float:
    """Let it storm until all mails are settled; return the seconds from the first mail to the last."""
    plan = misfortunes(storm)
    first, last, taken, seen_at = 0.0, 0.0, 0, time.monotonic()
    while not is_settled():
        count = len(storm.message_ids())
        if count > taken:
            storm.work.begin(storm.pids(), count)
            first, taken, last = first or time.monotonic(), count, time.monotonic()
            seen_at = last
        while plan and plan[0][0] <= count:
            plan.pop(0)[1]()
            seen_at = time.monotonic()
        if time.monotonic() - seen_at > STUCK:
            break
        note_progress(storm, count)
        time.sleep(random.uniform(0.02, 0.1))
    return max(last - first, 0.001)


def misfortunes(storm: Storm) -> list[tuple[int, Callable[[], None]]]:
    """(after how many mails, what happens), in order."""
    each = max(1, storm.options.kills // 4) if storm.options.kills else 0
    what = [storm.kill_worker] * storm.options.kills
    if storm.redis:
        what += [storm.flush_redis, storm.restart_redis, storm.restart_postgres] * each
    when = (random.randint(1, int(storm.options.mails * 0.9)) for _ in what)
    return sorted(((at, step) for at, step in zip(when, what, strict=True)), key=lambda pair: pair[0])


def patiently(ask: Callable[[], Any]) -> Any:
    """What the database answers, once it does."""
    from django.db import Error, connection

    while True:
        try:
            return ask()
        except Error:
            connection.close()
            time.sleep(0.2)


def states() -> Counter:
    from django.db.models import Count

    from crm.mail.models import OutgoingMail

    rows = OutgoingMail.objects.values_list("state").annotate(Count("pk")).order_by()
    return patiently(lambda: Counter(dict(rows)))


def is_settled() -> bool:
    from crm.mail.models import IN_HAND, WAITING, OutgoingMail

    # Not by counting: that it is asked all the time shall not be what is measured.
    open_ones = OutgoingMail.objects.filter(state__in=(*WAITING, *IN_HAND))
    return not patiently(open_ones.exists)


_told_at = [0.0]


def note_progress(storm: Storm, count: int) -> None:
    if storm.redis:
        storm.longest_queue = max(storm.longest_queue, storm.redis.backlog())
    if time.monotonic() - _told_at[0] > 5:
        _told_at[0] = time.monotonic()
        say(f"{count} taken; {', '.join(f'{name}: {n}' for name, n in sorted(states().items()))}")


def report(storm: Storm, seconds: float) -> int:
    from crm.mail.models import OutgoingMail

    taken = Counter(storm.message_ids())
    rows = dict(OutgoingMail.objects.values_list("message_id", "state"))
    unknown = [message_id for message_id, state in rows.items() if state == "unknown"]
    lost = sum(1 for message_id, state in rows.items() if state != "unknown" and message_id not in taken)
    extra = sum(taken.values()) - len(taken)
    in_flight = storm.done["workers killed"]
    rate, wanted = len(taken) / seconds, wanted_rate(storm.options)
    lines = [
        ("mails queued", len(rows)),
        ("taken by the server", len(taken)),
        ("lost", lost),
        ("extra copies", extra),
        ("not certain", f"{len(unknown)} (at most {in_flight} were in flight at the kills)"),
        ("  of these taken by the server", sum(1 for message_id in unknown if message_id in taken)),
        *storm.done.items(),
        ("most tasks waiting in Redis", storm.longest_queue),
        *work_lines(storm, len(taken)),
        ("mails/s, all that included", f"{rate:.0f} (at least {wanted:.0f} are wanted)"),
    ]
    for name, value in lines:
        say(f"{name:<38} {value}")
    is_lost = bool(lost or len(unknown) > in_flight or not is_settled())
    return verdict(is_doubled=extra > 0, is_lost=is_lost, is_slow=rate < wanted)


def wanted_rate(options: Namespace) -> float:
    """Mails per second below which it fails; 0 where they are killed, or leave another way."""
    is_calm = not (options.kills or options.sqlite or options.naive)
    return WANTED / options.patience if is_calm else 0


def work_lines(storm: Storm, taken: int) -> list[tuple[str, str]]:
    if storm.options.kills:  # what was killed took its time along
        return []
    per_mail = storm.work.per_mail(storm.pids(), taken)
    return [
        ("milliseconds of a processor a mail", ", ".join(f"{ms:.1f} {name}" for name, ms in per_mail.items()))
    ]


def verdict(*, is_doubled: bool, is_lost: bool, is_slow: bool) -> int:
    """Say it, and return the exit code."""
    ends = [
        (is_doubled, WRONG, "FAILED: mails left twice."),
        (is_lost, WRONG, "FAILED: mails were lost, or are not certain without a reason. None left twice."),
        (is_slow, SLOW, "FAILED: too slow. No mail was lost, none left twice."),
        (True, 0, "All well: no mail was lost, none left twice."),
    ]
    code, words = next((code, words) for is_so, code, words in ends if is_so)
    say(words)
    return code


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
