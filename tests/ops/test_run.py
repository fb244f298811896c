import os
import signal
import socket
import urllib.request

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.ops.programs import (
    PATIENCE,
    descendants,
    environment,
    free_port,
    processes,
    run,
    running,
    wait_until,
)


@pytest.fixture
def env(prepared):
    return environment(prepared, PORT=str(free_port()))


def is_open(log) -> bool:
    return "Ctrl-C closes it." in log.read_text()


def alive(pids) -> set[int]:
    return {pid for pid, _, _ in processes()} & set(pids)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_run_answers_and_a_signal_ends_all_of_it(tmp_path, env, sent):
    log = tmp_path / "log"
    with running("bin/run", "--no-demo", env=env, log=log) as program:
        wait_until(lambda: is_open(log), program)
        with urllib.request.urlopen(f"http://127.0.0.1:{env['PORT']}/healthz") as answer:
            assert answer.read() == b"ok"
        family = descendants(program.pid)
        assert len(family) >= 3
        program.send_signal(sent)
        assert program.wait(PATIENCE) == 0
        assert alive(family) == set()
    assert f"Ringbinder is open at http://127.0.0.1:{env['PORT']}/" in log.read_text()


def test_if_one_program_ends_all_end_and_it_is_said(tmp_path, env):
    log = tmp_path / "log"
    with running("bin/run", "--no-demo", env=env, log=log) as program:
        wait_until(lambda: is_open(log), program)
        family = descendants(program.pid)
        web = next(pid for pid, args in family.items() if "gunicorn" in args)
        os.kill(web, signal.SIGKILL)
        assert program.wait(PATIENCE) == 1
        assert alive(family) == set()
    assert "bin/web has ended by itself; everything else is stopped too." in log.read_text()


def test_a_taken_port_is_named_in_one_sentence(env):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(env["PORT"])))
        other.listen()
        result = run("bin/run", "--no-demo", env=env)
    sentence = f"Port {env['PORT']} at 127.0.0.1 cannot be used (Address already in use)"
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"CommandError: {sentence}: PORT=8001 bin/run takes another.\n"


@pytest.mark.parametrize("port", ["0", "65536", "web"])
def test_a_port_that_is_none_is_refused(monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(CommandError, match=r"^PORT must be a number from 1 to 65535\.$"):
        call_command("serve")
