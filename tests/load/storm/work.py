"""What programs take of the processors: of clocks on a machine that others use, the one that can be trusted."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # per second


class Work:
    """From `begin` on, by name, of programs given by their process ids. Only Linux tells."""

    def __init__(self) -> None:
        self._before: dict[str, float] = {}
        self._done = 0

    def begin(self, programs: Mapping[str, list[int]], done: int) -> None:
        """When so many mails are done. Only the first call counts."""
        if not self._before:
            self._before, self._done = _seconds(programs), done

    def per_mail(self, programs: Mapping[str, list[int]], done: int) -> dict[str, float]:
        """Milliseconds."""
        now, mails = _seconds(programs), max(done - self._done, 1)
        return {name: 1000 * (now[name] - before) / mails for name, before in self._before.items()}


def _seconds(programs: Mapping[str, list[int]]) -> dict[str, float]:
    return {name: sum(map(_of_program, pids)) for name, pids in programs.items()}


def _of_program(pid: int) -> float:
    """With all that it has started."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            _state, parent, _group, session, *rest = path.read_text().rpartition(")")[2].split()
            if str(pid) in (path.parent.name, parent, session):
                ticks += sum(
                    map(int, rest[7:11])
                )  # its own and of its ended children, for itself and in the kernel
    return ticks / TICKS
