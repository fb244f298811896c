import signal
import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from crm.mail.pace import LOOK_EVERY
from crm.mail.rounds import Watch

STEP = 0.2  # seconds


class Command(BaseCommand):
    help = "Let all mail leave that is due. Needs neither Redis nor Celery; any number may run."
    requires_system_checks = ()  # bin/check has them; they would load every page at each start
    stopping = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help="look again every two seconds, until ended")

    def handle(self, *, loop: bool, **options: object) -> None:
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGTERM, self.stop)
        watch = Watch(self.is_stopping)
        watch.look()
        while loop and not self.stopping:
            self.nap()
            watch.look()

    def stop(self, *args: object) -> None:
        self.stopping = True

    def is_stopping(self) -> bool:
        return self.stopping

    def nap(self) -> None:
        # In steps, because a signal does not cut a sleep short.
        until = time.monotonic() + LOOK_EVERY
        while not self.stopping and time.monotonic() < until:
            time.sleep(STEP)
