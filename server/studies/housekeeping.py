"""What one server process does for all that serve a root: letting go of old deletions, keeping the replica, making anew
what an older release catalogued in another form.

Which one does is decided by a lock of the kernel's, so that another takes over within a second when it dies. What a
crash left without a row is looked for by every process that starts, since its own restart may be what follows one.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from server.archive.occupied import Duty
from server.errors import ServerError
from server.studies.replicate import Replicate

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_REST_SECONDS = 0.1
"""Between one part of a long work and the next, so that others can get at the database."""
_PURGE_SECONDS = 3600.0
_ADOPT_SECONDS = 60.0


class Housekeeping:
    """A thread for it.

    `adopt` answers whether it could look, `purge` lets go of what is old, `fill` makes some anew and answers whether
    there is more.
    """

    def __init__(
        self,
        root: Path,
        adopt: Callable[[], bool],
        purge: Callable[[], object],
        fill: Callable[[], bool],
        replicate: Replicate | None,
    ) -> None:
        self._root = root
        self._adopt = adopt
        self._purge = purge
        self._fill = fill
        self._is_filled = False
        self._replicate = replicate
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)
        self._next = {"adopt": 0.0, "purge": 0.0}

    def start(self) -> None:
        """Looks at once for what a crash left, and then begins."""
        self._next["adopt"] = float("inf") if self._adopt() else time.monotonic() + _ADOPT_SECONDS
        self._thread.start()

    def stop(self) -> None:
        """Ends after what is under way, and leaves the rest to another process."""
        self._stopping.set()
        self._thread.join(20)  # a disk that hangs must not keep the server from ending

    def _run(self) -> None:
        duty = Duty(self._root, "housekeeping")
        ours = False
        try:
            while not self._stopping.is_set():
                if not ours and (ours := duty.is_ours()) and self._replicate:
                    self._replicate.start()
                more = self._do(ours)
                self._stopping.wait(_REST_SECONDS if more else _LOOK_SECONDS)
            if ours and self._replicate:
                self._replicate.stop()
        finally:
            duty.close()

    def _do(self, ours: bool) -> bool:
        """Whatever is due; answers whether there is more to be done soon."""
        now = time.monotonic()
        try:
            if now >= self._next["adopt"]:
                self._next["adopt"] = float("inf") if self._adopt() else now + _ADOPT_SECONDS
            if ours and now >= self._next["purge"]:
                self._next["purge"] = now + _PURGE_SECONDS
                self._purge()
            if ours and not self._is_filled:
                self._is_filled = not self._fill()
        except (OSError, ServerError, sqlite3.Error) as error:  # a disk in trouble: the next time will do
            log.warning("housekeeping waits: %s", error)
            return False
        return ours and not self._is_filled
