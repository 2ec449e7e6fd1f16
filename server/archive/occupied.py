"""Who works on a root: as many as like side by side, or one alone, over all processes of this machine.

All of it is the kernel's locks on files: what a process held is free again the moment it ends, however it ends.
"""

import fcntl
import os
from pathlib import Path

from server.database.lasting import make_folder


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
                f"a server or another command is at work on {root}: stop it first, or wait"
                if alone
                else f"{root} is being rebuilt: wait until that is done"
            ) from error

    def close(self) -> None:
        """Lets go of the root."""
        os.close(self._lock)


class Duty:
    """Something that one process does for all that serve a root; when it ends, another takes over."""

    def __init__(self, root: Path, name: str) -> None:
        self._lock = os.open(root / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def is_ours(self) -> bool:
        """Whether it falls to this process, from now until it is closed."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Leaves it to another."""
        os.close(self._lock)
