"""PostgreSQL and Redis of one's own, on free ports, in a directory that is thrown away."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import redis

PATIENCE = 60  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"Waited in vain for {what}.")
        time.sleep(0.1)


def listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


class Postgres:
    """As root it runs as somebody else, as it must."""

    def __init__(self, directory: Path) -> None:
        self.port, self.data = free_port(), directory / "postgres"
        self.data.mkdir()
        self._user = _unprivileged() if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.data, self._user)
        self._run("initdb", "--auth=trust", "--username=storm", "--encoding=UTF8", "--no-locale")
        self.start()

    @property
    def url(self) -> str:
        return f"postgres://storm@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=60"
        self._run("pg_ctl", "start", "-w", "-o", options, "-l", str(self.data / "log"))

    def stop(self) -> None:
        """As if the power had gone."""
        self._run("pg_ctl", "stop", "-m", "immediate")

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def _run(self, program: str, *arguments: str) -> None:
        command = [_postgres_program(program), "-D", str(self.data), *arguments]
        # Its log is a file, or the server would keep our pipe open.
        with (self.data.parent / "postgres.out").open("ab") as out:
            subprocess.run(command, check=True, user=self._user, cwd="/", stdout=out, stderr=out)


def _unprivileged() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _postgres_program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = shutil.which(name) or (found and str(found[-1]))
    if not path:
        raise SystemExit(
            f"{name} is not here. Install PostgreSQL's server (on Debian: apt install postgresql)."
        )
    return path


class Redis:
    """It keeps nothing: what it forgets when it is killed is forgotten."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._program = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        wait_for(lambda: listens(self.port), "Redis")

    def stop(self) -> None:
        self._program.kill()
        self._program.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def backlog(self) -> int:
        with redis.Redis.from_url(self.url) as client:
            return client.llen("celery")


class Program:
    """One that may be killed with all that it has started, and started again."""

    def __init__(self, command: list[str], *, env: dict[str, str], cwd: Path, log: Path) -> None:
        self._command, self._env, self._cwd, self._log = command, env, cwd, log
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._env, cwd=self._cwd, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@contextlib.contextmanager
def ending(stop: Callable[[], None]) -> Iterator[None]:
    try:
        yield
    finally:
        stop()
