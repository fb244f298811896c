import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from contextlib import suppress

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.module_loading import import_string

from crm.team.models import User

LOOK, GRACE, PATIENCE = 0.1, 10, 60  # seconds
DEMO_DOMAIN, DEMO_PASSWORD, LOGINS_SHOWN = "@demo.example", "followups.demo.cast.PASSWORD", 4


class Command(BaseCommand):
    help = "Prepare, then start the web server and the periodic jobs; stop all of it on Ctrl-C."
    requires_system_checks = ()  # bin/check has them; they would load every page at each start
    stopping = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill an empty database, whichever it is")
        parser.add_argument("--no-demo", action="store_true", help="leave the database empty")

    def handle(self, *, demo: bool, no_demo: bool, **options: object) -> None:
        host, port = os.environ.get("HOST", "127.0.0.1"), port_number()
        refuse_taken(host, port)
        logins = self.prepare(demo, no_demo)
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGTERM, self.stop)
        children = {name: start(name) for name in programs()}
        try:
            self.wait_for_answer(address(host, port), children)
            self.greet(address(host, port), logins)
            self.watch(children)
        finally:
            end(children)

    def prepare(self, demo: bool, no_demo: bool) -> list[str]:
        """Bring everything up to date; return the lines that tell the demo logins."""
        try:
            call_command("prepare", demo=demo, no_demo=no_demo, stdout=self.stdout)
            return demo_logins()
        except KeyboardInterrupt as error:
            raise CommandError(
                "Stopped before it was open; the next start goes on.", returncode=130
            ) from error
        finally:
            connections.close_all()

    def stop(self, *args: object) -> None:
        self.stopping = True

    def wait_for_answer(self, url: str, children: dict[str, subprocess.Popen]) -> None:
        until = time.monotonic() + PATIENCE
        while not answers(url):
            self.look(children)
            if self.stopping:
                return
            if time.monotonic() > until:
                raise CommandError(f"The web server does not answer at {url}.")

    def greet(self, url: str, logins: list[str]) -> None:
        if not self.stopping:
            lines = ["", f"Ringbinder is open at {url}", *logins, "Ctrl-C closes it."]
            self.stdout.write("\n".join(lines))
            self.stdout.flush()

    def watch(self, children: dict[str, subprocess.Popen]) -> None:
        while not self.stopping:
            self.look(children)

    def look(self, children: dict[str, subprocess.Popen]) -> None:
        time.sleep(LOOK)
        for name, child in children.items():
            if child.poll() is not None and not self.stopping:
                raise CommandError(f"bin/{name} has ended by itself; everything else is stopped too.")


def programs() -> tuple[str, ...]:
    """The scripts in bin/ that make up the running product."""
    return ("web", "worker", "beat") if settings.REDIS_URL else ("web", "loop")


def port_number() -> int:
    with suppress(ValueError):
        if 0 < (port := int(os.environ.get("PORT", "8000"))) < 65536:
            return port
    raise CommandError("PORT must be a number from 1 to 65535.")


def refuse_taken(host: str, port: int) -> None:
    """CommandError when the web server could not listen there."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        reason = f"Port {port} at {host} cannot be used ({error.strerror}): PORT=8001 bin/run takes another."
        raise CommandError(reason) from error


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds it."""
    return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}/"  # noqa: S104


def start(name: str) -> subprocess.Popen:
    # A session of its own: Ctrl-C comes to us alone, and whatever a child has started can be ended with it.
    return subprocess.Popen([settings.BASE_DIR / "bin" / name], start_new_session=True)  # noqa: S603


def end(children: dict[str, subprocess.Popen]) -> None:
    """Ask all to finish, give them `GRACE` seconds, then end what is left of them."""
    for child in children.values():
        child.terminate()
    until = time.monotonic() + GRACE
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, until - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}healthz", timeout=2).close()  # noqa: S310
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def demo_logins() -> list[str]:
    users = User.objects.active().filter(email__endswith=DEMO_DOMAIN).order_by("pk")[:LOGINS_SHOWN]
    if not users:
        return []
    password = import_string(DEMO_PASSWORD)
    who = [f"  {user.email:<22} {user.name}, {user.get_role_display()}" for user in users]
    return [f"Demo logins; the password, unless it was changed, is {password}", *who]
