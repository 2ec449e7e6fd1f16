"""The one way to archived files for whoever reads them: only what is as it was received, mended where that can be.

A range of a file is compared with the sums of its chunks each time that it is read. A whole file is hashed when it is
touched first; after that when its inode, size or times say that it may be another, and when it has left the memory,
since what the disk gives then may be other bytes than it gave before.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import orjson

from server.archive.chunks import sums_of
from server.archive.frames import FrameMap
from server.archive.hashing import hashed
from server.archive.ranges import Range, RangedFile, right_bytes, right_bytes_at_hand
from server.archive.resident import is_in_memory
from server.archive.store import Archive, is_disk_fault
from server.catalogue import damage
from server.catalogue import sums as catalogue_sums
from server.catalogue.search import Located
from server.database.sqlite import Database
from server.errors import Damaged, Overloaded, ServerError

log = logging.getLogger(__name__)

_MOST_SEEN = 100_000
"""Files whose soundness is remembered, in half a kilobyte each."""

_MOST_SUMS = 64 * 2**20
"""Bytes of sums that are remembered."""

_LOOK_SECONDS = 1.0
"""How long a file that was in memory is taken to be there still."""

LARGE = 64 * 2**20
"""Bytes of a file beyond which it is too dear to be hashed anew whenever memory is short."""

_DEAR = 8 * 2**20
"""Bytes of a file that is not read whole at every start for want of its sums."""

_WALKED = 2**20
"""Bytes that are read at a time of what is walked over."""

Seal = tuple[int, int, int, int]
"""Inode, size, and times of change of content and of inode: what no writing leaves as it was."""


class Seen(NamedTuple):
    """A file that was seen to be sound: what it looked like then, and the sums of its chunks."""

    seal: Seal
    sums: bytes


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
        self._sums: dict[str, bytes] = {}
        self._size_of_sums = 0
        self._lock = threading.Lock()

    def path(self, digest: str) -> Path:
        """Where the file lies; `Damaged` when it is not what was received and cannot be mended."""
        path = self._archive.path(digest)
        if not self._is_as_it_was(digest, path):
            self._look_at(digest)
        return path

    def read(self, digest: str) -> bytes:
        """A whole file, of a size that fits into memory, read and hashed in one go; `Damaged` as `path` raises it."""
        path = self._archive.path(digest)
        with suppress(OSError):
            seal = _seal(path)
            content = path.read_bytes()
            if sha256(content).hexdigest() == digest and _seal(path) == seal:
                self._remember(digest, Seen(seal, self._sums.get(digest) or sums_of(content)))
                return content
        self._look_at(digest)
        content = path.read_bytes()
        if sha256(content).hexdigest() != digest:
            raise self.refuse(digest)
        return content

    def by_range(self, digest: str, size: int) -> RangedFile:
        """A file of so many bytes, to be read by ranges; reading it raises `Damaged` as `path` does."""
        return RangedFile(self._archive.path(digest), size, lambda ranges: self._ranges(digest, ranges))

    def mapped(self, located: Located) -> RangedFile:
        """The same of an instance's file that is walked over in memory as well.

        What lies around its pixels is read and compared before: in memory, a disk that cannot read ends the process.
        """
        file = self.by_range(located.digest, located.size)
        frames = FrameMap.from_json(orjson.loads(located.frames)) if located.frames else None
        for offset, length in frames.around(file.size) if frames else [(0, file.size)]:
            for at in range(offset, offset + length, _WALKED):
                file.read([(at, min(_WALKED, offset + length - at))])
        return file

    def at_hand(self, digest: str, ranges: Sequence[Range], before: bytes, after: bytes) -> bytes | memoryview | None:
        """Ranges of a file between what is to stand around them, without waiting; None when they are not to be had so.

        Nor of a file whose sums are not at hand.
        """
        sums = self._sums.get(digest)
        return None if sums is None else right_bytes_at_hand(self._archive.path(digest), sums, ranges, before, after)

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

    def _ranges(self, digest: str, ranges: Sequence[Range]) -> bytes:
        """The bytes of ranges, looked for in a mended file where they are not right."""
        path = self._archive.path(digest)
        sums = self._sums_of(digest)
        found = None
        if sums is not None:
            with suppress(OSError):
                found = right_bytes(path, sums, ranges)
        if found is None:
            seen = self._look_at(digest)
            if seen.sums != sums and seen.seal[1] > _DEAR:
                with suppress(ServerError):  # a disk that is full: the next start will read it whole again
                    catalogue_sums.keep(self._catalogue, digest, seen.sums)
            with suppress(OSError):
                found = right_bytes(path, seen.sums, ranges)
        if found is None:
            raise self.refuse(digest)
        return found

    def _sums_of(self, digest: str) -> bytes | None:
        """The sums of a file, as far as they are known without reading it."""
        sums = self._sums.get(digest)
        if sums is None:
            sums = catalogue_sums.kept(self._catalogue, digest)
            if sums is not None:
                self._remember_sums(digest, sums)
        return sums

    def _look_at(self, digest: str) -> Seen:
        """Reads a whole file and has it mended where it is wrong; `Damaged` when it cannot be."""
        path = self._archive.path(digest)
        seen, fault = examine(path, digest)
        if seen is None:
            with self._lock:
                self._seen.pop(digest, None)
            self.mend(digest, fault)
            seen, _ = examine(path, digest)
        if seen is None:
            raise self.refuse(digest)
        self._remember(digest, seen)
        return seen

    def _is_as_it_was(self, digest: str, path: Path) -> bool:
        """Whether a file was seen to be sound, and nothing says that it may be another."""
        with suppress(OSError):
            seal = _seal(path)
            return self._seen.get(digest) == seal and (seal[1] > LARGE or self._stays_in_memory(digest, path, seal[1]))
        return False

    def _stays_in_memory(self, digest: str, path: Path, size: int) -> bool:
        now = time.monotonic()
        if now - self._looked.get(digest, float("-inf")) < _LOOK_SECONDS:
            return True
        if not is_in_memory(path, size):
            return False
        self._looked[digest] = now
        return True

    def _remember(self, digest: str, seen: Seen) -> None:
        self._remember_sums(digest, seen.sums)
        with self._lock:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
                self._looked.clear()
            self._seen[digest] = seen.seal

    def _remember_sums(self, digest: str, sums: bytes) -> None:
        with self._lock:
            if self._size_of_sums >= _MOST_SUMS or len(self._sums) >= _MOST_SEEN:
                self._sums.clear()
                self._size_of_sums = 0
            self._size_of_sums += len(sums) - len(self._sums.get(digest, b""))
            self._sums[digest] = sums


def examine(path: Path, digest: str) -> tuple[Seen | None, str]:
    """Reads a whole file; what was seen when it has this digest, else None and the fault, `missing` or `damaged`.

    `Overloaded` when it can only not be read now.
    """
    try:
        before = _seal(path)
        found = hashed(path)
        if found.digest == digest and _seal(path) == before:
            return Seen(before, found.sums), ""
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
