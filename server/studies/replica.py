"""A second copy of the archive on another disk: every file, the ledger, and the records.

It knows whose copy it is: an empty mount point is never taken for the disk that should be mounted there.
"""

import secrets
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from server.archive.occupied import Occupancy, Occupied
from server.archive.store import Archive
from server.catalogue.ledger import Ledger
from server.database.lasting import make_folder, write_file
from server.database.sqlite import Database

_MARK = "lightbox-replica.json"


class ReplicaAway(Exception):
    """The replica cannot be used now; the message says why."""


class ReplicaBusy(ReplicaAway):
    """Another process is copying to it already."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A replica that is there."""

    archive: Archive
    ledger: Ledger
    records: Path
    _stack: ExitStack

    def close(self) -> None:
        """Lets go of its files."""
        self._stack.close()


class Replica:
    """The replica of the archive under `root`, in `folder`."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self._root = root
        self._own = root / "replica.json"

    def open(self) -> Opened:
        """The replica with its archive and ledger, begun when there is none yet; `ReplicaAway` when it is gone."""
        with ExitStack() as stack:
            try:
                stack.enter_context(closing(Occupancy(self._root, alone=True, name="replicating")))
            except Occupied as error:
                raise ReplicaBusy("a server or another command is copying to it already") from error
            self._begin()
            if (reason := self.why_away()) is not None:
                raise ReplicaAway(reason)
            archive = stack.enter_context(closing(Archive(self.folder / "archive")))
            archive.sweep()
            ledger = Ledger(stack.enter_context(closing(Database(self.folder / "ledger.sqlite"))))
            return Opened(archive, ledger, self.folder / "records.sqlite", stack.pop_all())
        raise AssertionError  # nothing above swallows

    def why_away(self) -> str | None:
        """Why the replica cannot be used; None when it can."""
        own, there = _identity(self._own), _identity(self.folder / _MARK)
        if there is None:
            return f"{self.folder} holds no replica: its disk is not mounted, or `lightbox replica renew` begins anew"
        return None if own == there else f"{self.folder} holds the replica of another archive"

    def path(self, digest: str) -> Path | None:
        """Where the second copy of a file lies; None while the replica is away."""
        if self.why_away() is not None:
            return None
        return self.folder / "archive" / "objects" / digest[:3] / f"{digest}.dcm"

    def forget(self, digest: str) -> bool:
        """Takes a file away that is let go of for good; False while the replica is away."""
        path = self.path(digest)
        if path is None:
            return False
        try:
            path.unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def renew(self) -> None:
        """Forgets which replica belongs here, so that the next start begins one in an empty folder."""
        self._own.unlink(missing_ok=True)

    def _begin(self) -> None:
        """The first time, marks an empty folder as this archive's."""
        if self._own.exists():
            return
        try:
            if self.folder.is_dir() and any(path.name != "lost+found" for path in self.folder.iterdir()):
                raise ReplicaAway(f"{self.folder} is not empty: a replica begins in an empty folder")
            make_folder(self.folder)
            identity = secrets.token_hex(16)
            for path in (self.folder / _MARK, self._own):
                write_file(path, orjson.dumps({"identity": identity, "begun_at": time.time_ns() // 1_000_000}))
        except OSError as error:
            raise ReplicaAway(f"{self.folder} cannot be written: {error.strerror}") from error


def _identity(path: Path) -> str | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(orjson.loads(path.read_bytes())["identity"])
    return None
