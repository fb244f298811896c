"""Start the programs in bin/ as a person would, beside the tests' own database."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180  # seconds


def environment(var: Path, **more: str) -> dict[str, str]:
    """This process's environment with an embedded database of its own in `var`."""
    inherited = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return inherited | {"VAR_DIR": str(var), "PYTHONUNBUFFERED": "1"} | more


def run(*argv: str, env: dict[str, str], cwd: Path = ROOT) -> subprocess.CompletedProcess:
    return subprocess.run(
        argv, cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@contextlib.contextmanager
def running(*argv: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen]:
    """The program while the block runs; what is left of it afterwards is ended."""
    with log.open("w") as out:
        program = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True)
    try:
        yield program
    finally:
        for pid in [program.pid, *descendants(program.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        program.wait()


def wait_until(condition: Callable[[], object], program: subprocess.Popen) -> None:
    """Wait until it holds; fail at once when the program has ended."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert program.poll() is None, f"{program.args} has ended by itself"
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def processes() -> list[tuple[int, int, str]]:
    """Id, parent's id and command line of every process that is not a zombie."""
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    )
    rows = (line.split(None, 3) for line in listing.stdout.splitlines())
    return [(int(pid), int(parent), args) for pid, parent, stat, args in rows if not stat.startswith("Z")]


def descendants(root: int) -> dict[int, str]:
    """Command lines of all processes below `root`, by id."""
    found, generation, table = {}, {root}, processes()
    while generation:
        children = {pid: args for pid, parent, args in table if parent in generation}
        found |= children
        generation = set(children)
    return found


def free_port() -> int:
    """Below those that the system gives to connections: with them it might go before the program has it."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
