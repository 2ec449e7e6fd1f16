"""Who works on a root: as many as like side by side, or one alone, over all processes of this machine."""

import fcntl
import os
from pathlib import Path

from server.archive.store import make_folder


class Occupied(Exception):
    """Somebody else works on the root in a way that this would disturb."""


class Occupancy:
    """A hold on a root, until it is closed or the process ends."""

    def __init__(self, root: Path, *, alone: bool = False, name: str = "occupied") -> None:
        make_folder(root)
        self._lock = os.open(root / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise Occupied(
                f"a server or another command is at work on {root}: stop it first"
                if alone
                else f"{root} is being rebuilt: wait until that is done"
            ) from error

    def close(self) -> None:
        """Lets go of the root."""
        os.close(self._lock)
