"""Measure the product in a large database: `bin/bench` says how."""

import json
import os
import platform
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from statistics import median, quantiles

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

django.setup()

from contacts.models import Customer, Purchase  # noqa: E402
from crm.team.models import Team, User  # noqa: E402
from feedback.models import Rating, Ticket  # noqa: E402
from feedback.reading.award import award_all  # noqa: E402
from feedback.reading.kept import keep_all  # noqa: E402
from followups.demo.cast import PASSWORD  # noqa: E402
from tests.load.counting import count_queries, weigh  # noqa: E402
from tests.load.levelling import broken_levelling, measure_levelling  # noqa: E402
from tests.load.levelling import lines_of as lines_of_levelling  # noqa: E402
from tests.load.moves import move_about  # noqa: E402
from tests.load.scoring import broken_scoring, lines_of, measure_scoring  # noqa: E402
from tests.load.steps import Desk, lay_out  # noqa: E402
from tests.load.tickets import fill as fill_tickets  # noqa: E402
from tests.load.web import Answer, Browser, web_server  # noqa: E402

WORKERS = 2
WARM_UP = 10  # rounds
COUNTED = 10  # rounds
MOST_BYTES = 60_000
TODAY, BEHIND = 90, 3  # dossiers of each manager
TRIVIAL = "trivial page"


def arguments() -> Namespace:
    parser = ArgumentParser(prog="bin/bench")
    parser.add_argument(
        "--customers", type=int, default=100_000, help="with ten purchases each, and 20 managers"
    )
    parser.add_argument("--tickets", type=int, default=200_000, help="of two years, half of them rated")
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--moves", type=int, default=1000, help="of each of two people; 0 leaves this out")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    options = arguments()
    fill(options)
    managers = list(User.objects.filter(role=User.Role.MANAGER).order_by("pk"))
    lay_out(managers, today=TODAY, behind=BEHIND)
    tidy()
    scoring = measure_scoring(Team.objects.earliest("pk"))
    tidy()
    levelling = measure_levelling(managers)
    tidy()
    desk = Desk(managers[0], seed=options.seed)
    queries = count_queries(desk, rounds=COUNTED)
    with web_server(workers=WORKERS) as port:
        browser = Browser(port)
        browser.log_in(email=desk.user.email, password=PASSWORD)
        measured = measure(desk, browser, rounds=options.rounds)
        weights = weigh(desk, browser)
        two = managers[:2]
        moves = move_about(two, port=port, moves=options.moves, password=PASSWORD) if options.moves else None
    report = about(desk, measured, queries) | {"weights": weights, "moves": moves, "scoring": scoring}
    report["levelling"] = levelling
    report["broken"] = broken(report)
    (Path(settings.VAR_DIR) / "bench.json").write_text(json.dumps(report, indent=1))
    say(report)
    return 1 if report["broken"] else 0


def fill(options: Namespace) -> None:
    """With whatever is not there yet. What is kept of tickets and ratings is brought up to today."""
    now = timezone.now()
    if not Team.objects.exists():
        say_line("Filling the empty database, which takes some minutes …")
        numbers = {"customers": options.customers, "purchases": options.customers * 10, "managers": 20}
        call_command("demo", **numbers, seed=options.seed, stdout=StringIO())
    if Ticket.objects.count() < options.tickets:
        say_line("Writing tickets and ratings …")
        team = Team.objects.earliest("pk")
        fill_tickets(team, tickets=options.tickets, seed=options.seed, until=now)
        tidy()
    keep_all(now)
    award_all(now)


def tidy() -> None:
    """What the database does by itself in quiet hours, unless somebody has switched that off."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def measure(desk: Desk, browser: Browser, *, rounds: int) -> dict[str, list[Answer]]:
    """Every request once in each round, so that a noisy moment of the machine hits all alike."""
    answers: dict[str, list[Answer]] = {}
    for n in range(WARM_UP + rounds):
        for step in desk.steps():
            answer = step.ask(browser)
            if answer.status != 200:
                raise SystemExit(f"{step.name}: status {answer.status}")
            step.after(browser, answer)
            if n >= WARM_UP:
                answers.setdefault(step.name, []).append(answer)
    return answers


def about(desk: Desk, measured: dict[str, list[Answer]], queries: dict[str, int]) -> dict:
    """Everything that was found, as it is written into the file."""
    trivial = median(answer.milliseconds for answer in measured[TRIVIAL])
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}",
        "database": settings.DATABASES["default"]["ENGINE"].rpartition(".")[2],
        "customers": Customer.objects.count(),
        "purchases": Purchase.objects.count(),
        "tickets": Ticket.objects.count(),
        "ratings": Rating.objects.count(),
        "managers": User.objects.filter(role=User.Role.MANAGER).count(),
        "rounds": len(measured[TRIVIAL]),
        "requests": {
            step.name: figures(measured[step.name], trivial)
            | {"queries": queries[step.name], "most": step.most, "most_queries": step.most_queries}
            for step in desk.steps()
        },
    }


def figures(answers: list[Answer], trivial: float) -> dict[str, float]:
    """p50 and p95 in milliseconds, bytes as sent, ratio of the medians."""
    times = [answer.milliseconds for answer in answers]
    return {
        "p50": round(median(times), 1),
        "p95": round(quantiles(times, n=20)[-1], 1),
        "bytes": round(median(answer.size for answer in answers)),
        "ratio": round(median(times) / trivial, 2),
    }


def broken(report: dict) -> list[str]:
    """Every limit that does not hold, in words."""
    found = []
    for name, one in report["requests"].items():
        if one["most"] and one["ratio"] > one["most"]:
            found.append(f"{name} takes {one['ratio']} times the trivial page, {one['most']} are allowed")
        if one["most_queries"] and one["queries"] > one["most_queries"]:
            found.append(f"{name} takes {one['queries']} queries, {one['most_queries']} are allowed")
    weight = sum(report["weights"].values())
    if weight > MOST_BYTES:
        found.append(f"the whole board weighs {weight:,} bytes, {MOST_BYTES:,} are allowed")
    found += [*broken_scoring(report["scoring"]), *broken_levelling(report["levelling"])]
    return found + [f"moving about: {fault}" for fault in (report["moves"] or {}).get("faults", [])]


def say(report: dict) -> None:
    say_line(
        f"{report['customers']:,} customers, {report['purchases']:,} purchases, {report['tickets']:,} tickets,"
        f" {report['ratings']:,} ratings, {report['managers']} managers,"
        f" {report['database']}, {report['rounds']} rounds; {report['machine']}\n"
    )
    say_line(f"{'':18}{'p50 ms':>9}{'p95 ms':>9}{'queries':>9}{'bytes':>9}{'ratio':>8}{'at most':>9}")
    for name, one in report["requests"].items():
        row = f"{name:18}{one['p50']:9.1f}{one['p95']:9.1f}{one['queries']:9}{one['bytes']:9,}{one['ratio']:8.2f}"
        say_line(row + (f"{one['most']:9}" if one["most"] else ""))
    weights = report["weights"]
    say_line(
        f"\nThe whole board: {sum(weights.values()):,} bytes in {len(weights)} files, {MOST_BYTES:,} at most"
    )
    if moves := report["moves"]:
        say_line(
            f"Two people at the same dossiers: {moves['moved']} moves made, {moves['refused']} came too late"
        )
    for line in [*lines_of(report["scoring"]), *lines_of_levelling(report["levelling"])]:
        say_line(line)
    say_line("")
    for line in [f"BROKEN: {what}" for what in report["broken"]] or ["All limits hold."]:
        say_line(line)


def say_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
