"""The time by which what expires is judged: it goes on when the system's clock is put back.

Else an address that was good for a day would be good for two when somebody corrects the clock. What counts is the time
that the kernel has counted since it was started, from the latest beginning that the clock has ever claimed for that.
"""

import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import orjson

from server.database.lasting import write_file

_STEP_MS = 1000
"""A clock that is said to have begun so much later has been put forward."""

_WRITTEN_EVERY_MS = 60_000


class _Kept(NamedTuple):
    """What is remembered: of which start of the machine, when that began, and the latest time told (ms since 1970)."""

    boot: str
    begun: int
    told: int


class Expiry:
    """One for all processes of a root, which share a small file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._boot = _boot()

    def now(self) -> int:
        """Milliseconds since 1970, never fewer than went by since it was asked before."""
        running = _running() // 1_000_000
        claimed = time.time_ns() // 1_000_000 - running
        kept = self._kept()
        if kept.boot != self._boot:
            kept = _Kept(self._boot, max(claimed, kept.told - running), 0)
        elif claimed - kept.begun > _STEP_MS:
            kept = _Kept(self._boot, claimed, 0)
        now = kept.begun + running
        if now - kept.told > _WRITTEN_EVERY_MS:
            self._keep(kept._replace(told=now))
        return now

    def _kept(self) -> _Kept:
        with suppress(OSError, ValueError, TypeError):
            boot, begun, told = orjson.loads(self._path.read_bytes())
            return _Kept(str(boot), int(begun), int(told))
        return _Kept("", 0, 0)

    def _keep(self, kept: _Kept) -> None:
        with suppress(OSError):  # a disk that is full: then it holds as long as the file that is there
            write_file(self._path, orjson.dumps(list(kept)))


def _running() -> int:
    """Nanoseconds since the machine was started, those asleep included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def _boot() -> str:
    """Which start of the machine this is."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
