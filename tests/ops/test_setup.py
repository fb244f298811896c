import os
import shutil
import sqlite3
import sys
from contextlib import closing

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.ops.programs import ROOT, environment, run


@pytest.fixture
def elsewhere(tmp_path):
    """A house with nothing in it but bin/libraries and an empty list of libraries."""
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "bin/libraries", tmp_path / "bin")
    (tmp_path / "requirements.txt").write_text("")
    return tmp_path


def libraries(house, *, path=None):
    return run("bin/libraries", env=os.environ | ({"PATH": str(path)} if path else {}), cwd=house)


def test_libraries_are_installed_once_and_again_when_the_list_changes(elsewhere):
    first, second = libraries(elsewhere), libraries(elsewhere)
    assert (first.returncode, first.stdout) == (0, "Installing libraries, once, about a minute …\n")
    assert (second.returncode, second.stdout) == (0, "")
    (elsewhere / "requirements.txt").write_text("./no-such-library\n")
    third = libraries(elsewhere)
    assert (third.returncode, third.stdout) == (1, first.stdout)
    assert third.stderr.splitlines()[-1] == (
        "The libraries in requirements.txt could not be installed. Is this machine online?"
    )


def test_without_a_python_it_says_which_one_is_needed(elsewhere):
    tools = elsewhere / "tools"
    tools.mkdir()
    for tool in ("bash", "dirname"):
        (tools / tool).symlink_to(shutil.which(tool))
    result = libraries(elsewhere, path=tools)
    assert result.returncode == 1
    assert result.stderr == (
        "Python 3.11 or newer is needed, and none was found. See https://www.python.org/downloads/\n"
    )


def prepare(var, *options, **env):
    return run(sys.executable, "manage.py", "prepare", *options, env=environment(var, **env))


def test_prepare_does_what_is_missing_and_the_second_time_nothing(first_preparation, prepared):
    first, second = first_preparation[1], prepare(prepared, "--no-demo")
    assert (first.stdout, first.stderr) == (
        "Collecting styles, scripts and icons …\nPreparing the database …\n",
        "",
    )
    assert (second.stdout, second.stderr) == ("", "")


def teams(database):
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT count(*) FROM team_team").fetchone()[0]


def test_an_empty_embedded_database_is_filled_once(prepared):
    first, second = prepare(prepared), prepare(prepared)
    assert (first.stdout, second.stdout) == ("Filling the empty database with demo data …\n", "")
    assert teams(prepared / "ringbinder.sqlite3") == 1


def test_a_database_that_was_named_is_filled_only_when_told(prepared, tmp_path):
    named = shutil.copy(prepared / "ringbinder.sqlite3", tmp_path / "cards.sqlite3")
    address = f"sqlite:///{named}"
    assert (prepare(prepared, DATABASE_URL=address).returncode, teams(named)) == (0, 0)
    assert (prepare(prepared, "--demo", DATABASE_URL=address).returncode, teams(named)) == (0, 1)


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path):
    result = prepare(tmp_path, DATABASE_URL="postgres://mimi:geheim@127.0.0.1:1/cards")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "CommandError: The database cards on 127.0.0.1 does not answer (OperationalError).\n"
    )


@pytest.mark.django_db
def test_a_redis_that_does_not_answer_is_named(settings):
    settings.REDIS_URL = "redis://:geheim@127.0.0.1:1/0"
    with pytest.raises(CommandError) as refused:
        call_command("prepare", for_tests=True)
    assert str(refused.value) == "Redis, named by REDIS_URL, does not answer (ConnectionError)."
