import os
import re
import signal
import subprocess
from uuid import uuid4

import pytest

from tests.ops.programs import PATIENCE, ROOT, environment, run, running, wait_until

REDIS_URL = os.environ.get("REDIS_URL", "")


@pytest.fixture
def env(tmp_path):
    # Without Redis, Celery's broker in memory shows at least that the programs start and end.
    return environment(tmp_path, REDIS_URL=REDIS_URL or "memory://", LOG_LEVEL="INFO")


def test_the_worker_starts_answers_and_ends(tmp_path, env):
    log, name = tmp_path / "log", f"ops-{uuid4().hex}@here"
    with running("bin/worker", "--hostname", name, "--queues", name, env=env, log=log) as worker:
        wait_until(lambda: re.search(rf"{name} ready", log.read_text()), worker)
        if REDIS_URL:
            assert (
                subprocess.run(["bin/healthy", "worker", name], cwd=ROOT, env=env, check=False).returncode
                == 0
            )
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE) == 0


def test_beat_starts_is_healthy_and_ends(tmp_path, env):
    assert run("bin/healthy", "beat", env=env).returncode == 1
    with running("bin/beat", env=env, log=tmp_path / "log") as beat:
        wait_until((tmp_path / "beat.alive").exists, beat)
        assert run("bin/healthy", "beat", env=env).returncode == 0
        beat.send_signal(signal.SIGTERM)
        assert beat.wait(PATIENCE) == 0


def test_a_beat_that_stands_still_is_not_healthy(tmp_path, env):
    alive = tmp_path / "beat.alive"
    alive.touch()
    os.utime(alive, (0, 0))
    assert run("bin/healthy", "beat", env=env).returncode == 1
