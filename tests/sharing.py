"""What takes long to make is made once in a run, whichever of its processes needs it first."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "alone")
PATIENCE = 120  # seconds
ROOM = """
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - count(*)
    FROM pg_stat_activity WHERE backend_type = 'client backend'
"""


@contextmanager
def one_at_a_time(folder: Path, name: str) -> Iterator[Path]:
    """The path of `name`, while no other process is here."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / name


@contextmanager
def room_for(crowd: int) -> Iterator[None]:
    """One crowd at a time comes to the database, and only when it takes so many connections.

    PostgreSQL takes a hundred unless it is told to, and whoever else uses it has some of them.
    """
    with one_at_a_time(settings.VAR_DIR, "crowd"):
        until = time.monotonic() + PATIENCE
        while connection.vendor == "postgresql" and _room() < crowd and time.monotonic() < until:
            time.sleep(0.1)
        yield


def _room() -> int:
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        return cursor.fetchone()[0]


def take_database(folder: Path, *, reuse: bool = False) -> None:
    """Connect to this process's copy of a database in which all migrations have run.

    To `reuse` one that was kept, only those that are new have to.
    """
    creation = connection.creation
    with one_at_a_time(folder, "database") as original:
        if not original.exists():
            _remove_logs(creation._get_test_db_name())
            name = creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=reuse)
            original.write_text(name)
            connection.close()  # with this SQLite writes all of it into the file
        connection.settings_dict["NAME"] = original.read_text()
        copy = creation.get_test_db_clone_settings(PROCESS)["NAME"]
        _remove_logs(copy)
        creation.clone_test_db(PROCESS, verbosity=0)
        (folder / f"database-{PROCESS}").touch()
    connection.close()
    connection.settings_dict["NAME"] = copy


def leave_database(folder: Path, *, keep: bool = False) -> None:
    """Remove the copy, and after the last copy the original, unless it is to be kept for the next run."""
    _remove_database()
    with one_at_a_time(folder, "database") as original:
        (folder / f"database-{PROCESS}").unlink()
        if not list(folder.glob("database-*")):
            connection.settings_dict["NAME"] = original.read_text()
            original.unlink()
            if not keep:
                _remove_database()


def _remove_logs(database: str) -> None:
    """What a page that was left has still written behind SQLite's file would be read as a part of the next one."""
    for log in (f"{database}-wal", f"{database}-shm") if connection.vendor == "sqlite" else ():
        Path(log).unlink(missing_ok=True)


def _remove_database() -> None:
    """PostgreSQL drops no database in use: a page that was left may still be asking the live server something."""
    if connection.vendor == "postgresql":
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        with connection.cursor() as cursor:
            cursor.execute(f"{others} AND pid <> pg_backend_pid()")
    name = connection.settings_dict["NAME"]
    connection.creation.destroy_test_db(verbosity=0)
    _remove_logs(name)
