"""Reading every archived file against its digest, a folder at a time, so that it can stop and go on."""

import hashlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from server.archive.store import Archive, is_disk_fault
from server.catalogue import damage
from server.database.sqlite import Database
from server.errors import Damaged
from server.studies.arrival import instance_uid_of
from server.studies.sound import SoundFiles

_PIECE = 2**20
_AHEAD = 256
_room = threading.local()
"""What each thread reads into, so that it is not asked of the system for every piece."""

FOLDERS = tuple(f"{number:03x}" for number in range(16**3))
"""What digests begin with, in the order in which they are gone through."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is, or was, wrong with a file: `damaged`, `missing`, `uncatalogued` or `repaired`, and whose file it is."""

    fault: str
    instance_uid: str
    digest: str


class Throttle:
    """Lets so many bytes a second pass, over all threads; 0 lets all pass."""

    def __init__(self, bytes_a_second: int) -> None:
        self._rate = bytes_a_second
        self._free_at = time.monotonic()
        self._lock = threading.Lock()

    def spend(self, size: int) -> None:
        """Waits until `size` more bytes may be read."""
        if not self._rate:
            return
        with self._lock:
            now = time.monotonic()
            wait = self._free_at - now
            self._free_at = max(now, self._free_at) + size / self._rate
        if wait > 0:
            time.sleep(wait)


def digest_of(path: Path, throttle: Throttle) -> str | None:
    """The SHA-256 of what the disk holds of a file, in hexadecimal; None when the disk cannot read it.

    Raises `FileNotFoundError`, and any other `OSError` of which the disk is not the cause.
    """
    seen = hashlib.sha256()
    if not hasattr(_room, "piece"):
        _room.piece = memoryview(bytearray(_PIECE))
    piece: memoryview = _room.piece
    try:
        with path.open("rb", buffering=0) as file:
            # what is verified is the disk, not what memory remembers of it
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while size := file.readinto(piece):
                throttle.spend(size)
                seen.update(piece[:size])
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    except OSError as error:
        if not is_disk_fault(error):
            raise
        return None
    return seen.hexdigest()


class Verify:
    """One going through the files; `advance` is told how many files are done."""

    def __init__(
        self,
        archive: Archive,
        catalogue: Database,
        sound: SoundFiles,
        throttle: Throttle,
        threads: int,
        advance: Callable[[int], None],
    ) -> None:
        self._archive = archive
        self._catalogue = catalogue
        self._sound = sound
        self._throttle = throttle
        self._threads = threads
        self._advance = advance

    def run(self, folders: tuple[str, ...]) -> Iterator[tuple[str, list[Finding]]]:
        """Each folder that is done, with what was found in it."""
        flagged = {one.digest for one in damage.flagged(self._catalogue)}
        with ThreadPoolExecutor(self._threads, "verify") as pool:
            try:
                for folder, there, whole in self._ahead(folders, pool):
                    needed = damage.needed(self._catalogue, folder)
                    faults = self._faults(needed, there, whole)
                    findings = [one for digest, fault in sorted(faults.items()) for one in self._told(digest, fault)]
                    mended = sorted((flagged & there.keys()) - faults.keys())
                    if mended:
                        damage.clear(self._catalogue, mended)
                    if there.keys() - needed:
                        findings += self._uncatalogued(folder, there)
                    self._advance(len(there))
                    yield folder, findings
            finally:
                pool.shutdown(wait=False, cancel_futures=True)  # whoever is cut off need not wait for what is ahead

    def _faults(self, needed: set[str], there: dict[str, Path], whole: list[Future[bool]]) -> dict[str, str]:
        """The faults of a folder's files, by digest."""
        faults = {digest: "missing" for digest in needed - there.keys() if self._is_lost(digest)}
        return faults | {digest: "damaged" for digest, good in zip(there, whole, strict=True) if not good.result()}

    def _ahead(
        self, folders: tuple[str, ...], pool: Executor
    ) -> Iterator[tuple[str, dict[str, Path], list[Future[bool]]]]:
        """Each folder with its files, and whether they are whole; the files of those that follow are read meanwhile."""
        waiting: deque[tuple[str, dict[str, Path], list[Future[bool]]]] = deque()
        files = 0
        for folder in folders:
            there = {path.stem: path for path in self._archive.files_in(folder)}
            waiting.append((folder, there, [pool.submit(self._is_whole, path) for path in there.values()]))
            files += len(there)
            while files > _AHEAD and len(waiting) > 1:
                files -= len(waiting[0][1])
                yield waiting.popleft()
        yield from waiting

    def _is_whole(self, path: Path) -> bool:
        try:
            return digest_of(path, self._throttle) == path.stem
        except FileNotFoundError:
            return path.stem not in damage.needed(self._catalogue, path.stem)  # let go of meanwhile

    def _is_lost(self, digest: str) -> bool:
        """Whether a needed file is not there, and did not only arrive or leave meanwhile."""
        return not self._archive.path(digest).exists() and digest in damage.needed(self._catalogue, digest)

    def _told(self, digest: str, fault: str) -> list[Finding]:
        """A fault of a file, or that it is mended, for each instance whose file it is."""
        instance_uids = damage.instances_of(self._catalogue, digest)
        if not instance_uids:
            return []  # nobody's: it is told as uncatalogued
        try:
            self._sound.mend(digest, fault)
        except Damaged:
            return [Finding(fault, instance_uid, digest) for instance_uid in instance_uids]
        return [Finding("repaired", instance_uid, digest) for instance_uid in instance_uids]

    def _uncatalogued(self, folder: str, there: dict[str, Path]) -> list[Finding]:
        """Files of no row, once nobody is in the middle of storing them."""
        if not there.keys() - damage.known(self._catalogue, folder):
            return []
        with self._archive.removing() as alone:
            if not alone:
                return []
            left = {digest for digest in there.keys() - damage.known(self._catalogue, folder) if there[digest].exists()}
        return [Finding("uncatalogued", instance_uid_of(there[digest]), digest) for digest in sorted(left)]
