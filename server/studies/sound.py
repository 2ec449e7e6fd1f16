"""The one way to archived files for whoever reads them: only what is as it was received, mended where that can be.

A file is read and its SHA-256 compared when it is touched first; after that when its inode, size or times say that it
may be another, and when it has left the memory, since what the disk gives then may be other bytes than it gave before.
So a frame costs one reading of its file while it stays in memory, and then a look whether it does.
"""

import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from server.archive.fingerprint import fingerprint
from server.archive.resident import is_in_memory
from server.archive.store import Archive, is_disk_fault
from server.catalogue import damage
from server.database.sqlite import Database
from server.errors import Damaged, Overloaded, ServerError

log = logging.getLogger(__name__)

_MOST_SEEN = 100_000
"""Files whose soundness is remembered, in half a kilobyte each."""

_LOOK_SECONDS = 1.0
"""How long a file that was in memory is taken to be there still."""

LARGE = 64 * 2**20
"""Bytes of a file beyond which it is too dear to be read anew whenever memory is short."""

Seal = tuple[int, int, int, int]
"""Inode, size, and times of change of content and of inode: what no writing leaves as it was."""


class SoundFiles:
    """Archived files that were seen to be sound; `spare` tells where a second copy lies to mend the first from."""

    def __init__(
        self, archive: Archive, catalogue: Database, spare: Callable[[str], Path | None] | None = None
    ) -> None:
        self._archive = archive
        self._catalogue = catalogue
        self._spare = spare
        self._seen: dict[str, Seal] = {}
        self._looked: dict[str, float] = {}
        self._prints: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def path(self, digest: str) -> Path:
        """Where the file lies; `Damaged` when it is not what was received and cannot be mended."""
        if (known := self.known(digest)) is not None:
            return known
        path = self._archive.path(digest)
        seal, fault = examine(path, digest)
        if seal is None:
            self.mend(digest, fault)
            with suppress(OSError):
                seal = _seal(path)
        if seal is not None:
            self._remember(digest, seal)
        return path

    def read(self, digest: str) -> bytes:
        """A whole file, of a size that fits into memory, read and hashed in one go; `Damaged` as `path` raises it."""
        path = self._archive.path(digest)
        with suppress(OSError):
            seal = _seal(path)
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() == digest and _seal(path) == seal:
                self._remember(digest, seal)
                self._prints[digest] = fingerprint(content)
                return content
        with self._lock:
            self._seen.pop(digest, None)
        content = self.path(digest).read_bytes()  # which has it looked at, and mended where that can be
        if hashlib.sha256(content).hexdigest() != digest:
            raise self.refuse(digest)
        return content

    def is_what_was_read(self, digest: str, content: memoryview) -> bool:
        """Whether these are the bytes of a whole file that `read` has hashed, as far as their fingerprint tells."""
        return self._prints.get(digest) == fingerprint(content)

    def known(self, digest: str) -> Path | None:
        """Where a file lies that was seen to be sound and is as it was; None when that is still to be seen."""
        path = self._archive.path(digest)
        with suppress(OSError):
            seal = _seal(path)
            if self._seen.get(digest) == seal and (seal[1] > LARGE or self._stays_in_memory(digest, path, seal[1])):
                return path
        return None

    def refuse(self, digest: str) -> Damaged:
        """What to raise when bytes of a file turned out wrong while they were sent; the next reader has it mended."""
        with self._lock:
            self._seen.pop(digest, None)
        with suppress(ServerError):
            damage.flag(self._catalogue, digest, "damaged")
        return _damaged(damage.instances_of(self._catalogue, digest))

    def mend(self, digest: str, fault: str) -> None:
        """Replaces a file by its second copy; `Damaged`, and the file flagged, when there is none that is whole."""
        instance_uids = damage.instances_of(self._catalogue, digest)
        if self._has_spare(digest):
            log.warning("a file was %s and is mended from the replica: %s", fault, " ".join(instance_uids))
            with suppress(ServerError):
                damage.clear(self._catalogue, [digest])
            return
        with suppress(ServerError):  # the flag is for `verify`; that it cannot be written changes nothing here
            damage.flag(self._catalogue, digest, fault)
        log.error("a file is %s: %s", fault, " ".join(instance_uids))
        raise _damaged(instance_uids)

    def _has_spare(self, digest: str) -> bool:
        """Whether the second copy is whole, and in the place of the first."""
        second = self._spare(digest) if self._spare else None
        if second is None:
            return False
        try:
            with self._archive.keeping():
                return bool(self._archive.take({digest: second}))
        except (OSError, ServerError):
            return False

    def _stays_in_memory(self, digest: str, path: Path, size: int) -> bool:
        now = time.monotonic()
        if now - self._looked.get(digest, float("-inf")) < _LOOK_SECONDS:
            return True
        if not is_in_memory(path, size):
            return False
        self._looked[digest] = now
        return True

    def _remember(self, digest: str, seal: Seal) -> None:
        with self._lock:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
                self._looked.clear()
                self._prints.clear()
            self._seen[digest] = seal


def examine(path: Path, digest: str) -> tuple[Seal | None, str]:
    """Reads a whole file; its seal when it has this digest, else None and the fault, `missing` or `damaged`.

    `Overloaded` when it can only not be read now.
    """
    try:
        before = _seal(path)
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found == digest and _seal(path) == before:
            return before, ""
    except FileNotFoundError:
        return None, "missing"
    except OSError as error:
        if not is_disk_fault(error):
            raise Overloaded("An archived file cannot be read now. Repeat the request in a moment.") from error
    return None, "damaged"


def _seal(path: Path) -> Seal:
    told = os.stat(path)  # noqa: PTH116 - this is on the way of every frame
    return told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns


def _damaged(instance_uids: tuple[str, ...]) -> Damaged:
    return Damaged("An archived file is damaged.", SOPInstanceUID=instance_uids[0] if instance_uids else "")
