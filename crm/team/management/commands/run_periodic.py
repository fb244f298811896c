import logging
import signal
import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from django.utils import timezone

from crm import periodic
from crm.mail.pace import LOOK_EVERY
from crm.mail.rounds import Watch

logger = logging.getLogger(__name__)

NAP, STEP = 30.0, 0.5  # seconds


class Command(BaseCommand):
    help = "Run the periodic jobs and send mail: what Celery's beat and worker do where there is no Redis."
    requires_system_checks = ()  # bin/check has them; they would load every page at each start
    stopping = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due now, then end")

    def handle(self, *, once: bool, **options: object) -> None:
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGTERM, self.stop)
        watch = Watch(lambda: self.stopping)
        self.run_due()
        watch.look()
        while not once and not self.stopping:
            self.nap(watch)
            if not self.stopping:
                self.run_due()

    def stop(self, *args: object) -> None:
        self.stopping = True

    def run_due(self) -> None:
        try:
            periodic.run_due(timezone.now())
        except Error as error:
            logger.warning("The database does not answer (%s); the jobs wait.", type(error).__name__)
        finally:
            close_old_connections()

    def nap(self, watch: Watch) -> None:
        until = time.monotonic() + NAP
        while not self.stopping and time.monotonic() < until:
            self.doze()
            watch.look()

    def doze(self) -> None:
        # In steps, because a signal does not cut a sleep short.
        until = time.monotonic() + LOOK_EVERY
        while not self.stopping and time.monotonic() < until:
            time.sleep(STEP)
