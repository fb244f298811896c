import hashlib
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from crm.health import RedisAway, check_database, check_redis
from crm.team.models import Team


class Command(BaseCommand):
    help = "Bring database and static files up to date; fill an empty embedded database with demo data."
    requires_system_checks = ()  # bin/check has them; they would load every page at each start

    def add_arguments(self, parser: ArgumentParser) -> None:
        demo = parser.add_mutually_exclusive_group()
        demo.add_argument("--demo", action="store_true", help="fill an empty database, whichever it is")
        demo.add_argument("--no-demo", action="store_true", help="leave the database empty")
        parser.add_argument(
            "--for-tests", action="store_true", help="static files only; say so if a service does not answer"
        )

    def handle(self, *, demo: bool, no_demo: bool, for_tests: bool, **options: object) -> None:
        check_services()
        self.collect_static()
        if for_tests:
            return
        self.migrate()
        if demo or (is_embedded() and not no_demo):
            self.fill()

    def collect_static(self) -> None:
        stamp, now = Path(settings.STATIC_ROOT) / ".sources", static_sources()
        if stamp.exists() and stamp.read_text() == now:
            return
        self.stdout.write("Collecting styles, scripts and icons …")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now)

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0)

    def fill(self) -> None:
        if Team.objects.exists():
            return
        self.stdout.write("Filling the empty database with demo data …")
        with transaction.atomic():  # cut short, it leaves the database empty, to be filled the next time
            call_command("demo", stdout=StringIO())


def check_services() -> None:
    """CommandError, in one sentence and without passwords, when database or Redis does not answer."""
    try:
        check_database()
    except Error as error:
        raise CommandError(f"The database {_address()} does not answer ({type(error).__name__}).") from error
    try:
        check_redis()
    except RedisAway as error:
        raise CommandError(f"Redis, named by REDIS_URL, does not answer ({error}).") from error


def _address() -> str:
    database = settings.DATABASES["default"]
    return f"{database['NAME']} on {database['HOST']}" if database.get("HOST") else str(database["NAME"])


def is_embedded() -> bool:
    """Is this the database that lives in VAR_DIR, and not one that somebody named?"""
    name = Path(str(settings.DATABASES["default"]["NAME"]))
    return connection.vendor == "sqlite" and name.parent == Path(settings.VAR_DIR)


def static_sources() -> str:
    """A digest that changes when a static file comes, goes or is edited."""
    files = (
        (path, (stat := Path(storage.path(path)).stat()).st_size, stat.st_mtime_ns)
        for finder in get_finders()
        for path, storage in finder.list(None)
    )
    return hashlib.sha256(repr(sorted(files)).encode()).hexdigest()
