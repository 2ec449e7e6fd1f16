"""The ledger: a line of JSON for everything that happens to an instance, so that nothing is lost without a trace.

Each line has `event`, `at` (seconds since 1970, UTC) and the three UIDs. The events of an instance in their order:
`acquired`, `sent` (both with `sha256` and `bytes`), `acknowledged` or `refused` (with `reason`), `visible`, `drawn`,
`verified` (with `identical` when bytes were compared), `freed`.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.studies import Instance


class Ledger:
    """Appends lines to a file, or to nothing; safe to use from several threads.

    A `durable` ledger is on disk before `note` returns.
    """

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.time, durable: bool = False) -> None:
        self._clock = clock
        self._durable = durable
        self._lock = threading.Lock()
        self._file = None
        if path is not None:
            _end_last_line(path)
            self._file = path.open("a", encoding="utf-8")

    @property
    def is_kept(self) -> bool:
        """Whether what is noted goes anywhere."""
        return self._file is not None

    def note(self, event: str, study_uid: str, series_uid: str, instance_uid: str, **facts: object) -> None:
        """Write one line. Raises OSError when it cannot be written."""
        if self._file is None:
            return
        line = {"event": event, "at": round(self._clock(), 6), "study_uid": study_uid, "series_uid": series_uid}
        text = json.dumps(line | {"instance_uid": instance_uid} | facts, ensure_ascii=False)
        with self._lock:
            self._file.write(text + "\n")
            self._file.flush()
            if self._durable:
                os.fsync(self._file.fileno())

    def of(self, event: str, instance: Instance, **facts: object) -> None:
        """Write one line about an instance in hand."""
        self.note(event, instance.study_uid, instance.series_uid, instance.instance_uid, **facts)

    def close(self) -> None:
        """End writing."""
        if self._file is not None:
            self._file.close()


@dataclass
class Fate:
    """What a ledger says of one instance: the first moment of each event, and every digest ever sent."""

    moments: dict[str, float] = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)
    reason: str = ""
    identical: bool | None = None


def read(path: Path, begin: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the lines of a ledger from byte `begin` on; a line that was cut off by a crash is left out."""
    with path.open("rb") as file:
        file.seek(begin)
        for line in file:
            if not line.endswith(b"\n"):
                return
            try:
                yield json.loads(line)
            except ValueError:
                continue  # cut off by a crash, and ended by the run that came after it


def fates(path: Path) -> dict[str, Fate]:
    """What became of every instance, by its UID."""
    found: dict[str, Fate] = {}
    for line in read(path):
        fate = found.setdefault(str(line["instance_uid"]), Fate())
        fate.moments.setdefault(str(line["event"]), float(line["at"]))
        if "sha256" in line:
            fate.digests.add(str(line["sha256"]))
        fate.reason = str(line.get("reason", fate.reason))
        fate.identical = line.get("identical", fate.identical)
    return found


def _end_last_line(path: Path) -> None:
    """A crash may have cut a line off; what follows must not be glued to it."""
    if path.exists() and (size := path.stat().st_size):
        with path.open("r+b") as file:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                file.write(b"\n")
