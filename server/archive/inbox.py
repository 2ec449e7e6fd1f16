"""Where files arrive, and whose each one is: a file of a process that is no more is taken away.

Whoever receives holds a `flock` on a file of its own in `receiving`, which the kernel lets go when it ends, however
it ends. Process ids would not do: two containers on one volume may both be process 1.
"""

import fcntl
import itertools
import os
import secrets
import threading
from contextlib import suppress
from pathlib import Path


class Inbox:
    """The folder, and one who receives into it; `receiving` is beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.receiving = folder.with_name("receiving")
        self._name = secrets.token_hex(8)
        self._numbers = itertools.count()
        self._held: int | None = None
        self._lock = threading.Lock()

    def place(self) -> Path:
        """Where the next file may be written; raises `OSError` when the disk takes nothing."""
        if self._held is None:
            with self._lock:
                self._held = self._hold() if self._held is None else self._held
        return self.folder / f"{self._name}-{next(self._numbers)}.part"

    def sweep(self) -> int:
        """Takes away what those who are no more have left; answers how many files."""
        swept = 0
        # files first: whoever receives is there before its files are, so none of a newcomer's is taken for left
        for left in list(self.folder.glob("*.part")):
            if not self._is_there(left.name.partition("-")[0]):
                left.unlink(missing_ok=True)
                swept += 1
        for receiver in list(self.receiving.glob("*.lock")):
            if not self._is_there(receiver.stem):
                receiver.unlink(missing_ok=True)
        return swept

    def close(self) -> None:
        """Receives no more."""
        if self._held is not None:
            with suppress(OSError):  # else it is swept
                self._receiver(self._name).unlink()
            os.close(self._held)
            self._held = None

    def _hold(self) -> int:
        new = self.receiving / f"{self._name}.new"
        descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            new.rename(self._receiver(self._name))  # seen by a sweep only once it is held
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def _receiver(self, name: str) -> Path:
        return self.receiving / f"{name}.lock"

    def _is_there(self, name: str) -> bool:
        try:
            descriptor = os.open(self._receiver(name), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False
