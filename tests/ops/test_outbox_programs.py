"""The programs that send mail without Redis."""

import shutil
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.ops.programs import PATIENCE, ROOT, environment, run, running, wait_until
from tests.sharing import one_at_a_time

SOON = 50  # seconds: it looks every two, but the machine is shared
SETTINGS = "tests.load.storm.settings"  # with a kind of mail that is not quiet at night


@pytest.fixture(scope="session")
def first_with_a_mail(first_preparation, shared_folder) -> Path:
    """A directory in whose outbox a mail lies until tomorrow."""
    with one_at_a_time(shared_folder, "with-a-mail") as var:
        if not var.exists():
            shutil.copytree(first_preparation[0], var)
            result = run(sys.executable, "-m", "tests.ops.write_mail", env=env(var))
            assert (result.returncode, result.stderr) == (0, "")
    return var


@pytest.fixture
def with_a_mail(first_with_a_mail, tmp_path) -> Path:
    return shutil.copytree(first_with_a_mail, tmp_path / "var")


def test_send_outbox_sends_what_is_due_and_ends(with_a_mail):
    let_it_leave(with_a_mail)
    result = run(sys.executable, "manage.py", "send_outbox", env=env(with_a_mail))
    assert (result.returncode, result.stderr) == (0, "")
    assert len(sent(with_a_mail)) == 1


@pytest.mark.parametrize("program", [["bin/loop"], [sys.executable, "manage.py", "send_outbox", "--loop"]])
def test_a_loop_sends_a_mail_soon_and_ends_when_told(with_a_mail, tmp_path, program):
    log = tmp_path / "log"
    with running(*program, env=env(with_a_mail), log=log) as loop:
        wait_until(lambda: swept(with_a_mail), loop)
        assert sent(with_a_mail) == []
        let_it_leave(with_a_mail)
        began = time.monotonic()
        wait_until(lambda: sent(with_a_mail), loop)
        assert time.monotonic() - began < SOON
        loop.send_signal(signal.SIGTERM)
        assert loop.wait(PATIENCE) == 0
    assert "Traceback" not in log.read_text()


def swept(var: Path) -> bool:
    with closing(sqlite3.connect(var / "ringbinder.sqlite3")) as database:
        return bool(database.execute("SELECT 1 FROM mail_pulse WHERE name = 'sweep'").fetchone())


def let_it_leave(var: Path) -> None:
    """As another program would, in that directory's database."""
    with closing(sqlite3.connect(var / "ringbinder.sqlite3")) as database, database:
        assert database.execute("UPDATE mail_outgoingmail SET not_before = queued_at").rowcount == 1


def sent(var: Path) -> list[Path]:
    return list((var / "mails").glob("*.eml"))


def env(var: Path) -> dict[str, str]:
    return environment(var, REDIS_URL="", EMAIL_URL="", DJANGO_SETTINGS_MODULE=SETTINGS, PYTHONPATH=str(ROOT))
