"""The programs that send mail without Redis."""

import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.ops.programs import ROOT, environment, run, running, wait_until

SETTINGS = "tests.load.storm.settings"  # with a kind of mail that is not quiet at night


def test_send_outbox_sends_what_is_due_and_ends(prepared):
    write_mail(prepared)
    result = run(sys.executable, "manage.py", "send_outbox", env=env(prepared))
    assert (result.returncode, result.stderr) == (0, "")
    assert len(list((prepared / "mails").glob("*.eml"))) == 1


@pytest.mark.parametrize("program", [["bin/loop"], [sys.executable, "manage.py", "send_outbox", "--loop"]])
def test_a_loop_sends_a_mail_soon_and_ends_when_told(prepared, tmp_path, program):
    log = tmp_path / "log"
    with running(*program, env=env(prepared), log=log) as loop:
        wait_until(lambda: swept(prepared), loop)
        write_mail(prepared)
        began = time.monotonic()
        wait_until(lambda: list((prepared / "mails").glob("*.eml")), loop)
        assert time.monotonic() - began < 10
        loop.send_signal(signal.SIGTERM)
        assert loop.wait(10) == 0
    assert "Traceback" not in log.read_text()


def swept(var: Path) -> bool:
    with closing(sqlite3.connect(var / "ringbinder.sqlite3")) as database:
        return bool(database.execute("SELECT 1 FROM mail_pulse WHERE name = 'sweep'").fetchone())


def write_mail(var: Path) -> None:
    """As another program would, in that directory's database."""
    result = run(sys.executable, "-m", "tests.ops.write_mail", env=env(var))
    assert (result.returncode, result.stderr) == (0, "")


def env(var: Path) -> dict[str, str]:
    return environment(var, REDIS_URL="", EMAIL_URL="", DJANGO_SETTINGS_MODULE=SETTINGS, PYTHONPATH=str(ROOT))
