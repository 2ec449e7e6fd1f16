"""The bytes as received: immutable files named by their SHA-256, kept so that a power cut cannot take them back.

Order of keeping: written in the inbox (same file system), fsync of the file, rename, fsync of its folder.
Only then may a caller commit a catalogue row. A path is never made from anything that came from outside.
"""

import concurrent.futures
import errno
import fcntl
import hashlib
import os
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from server.archive.chunks import Summing
from server.archive.inbox import Inbox
from server.database.lasting import make_folder, sync_folder
from server.errors import ArchiveFull

T = TypeVar("T")

_DISK_FAULTS = {errno.EIO, errno.EBADMSG, errno.EUCLEAN, errno.ENXIO, errno.ENODATA, errno.EISDIR, errno.ELOOP}
_FOLDER = re.compile(r"[0-9a-f]{3}")
"""What the digests in a folder begin with; whatever else lies beside these is not ours."""

_PIECE = 2**20
SMALL = 2**17
"""Bytes of a file that is held in memory beside being written, when it is no larger."""

_LOOK_EVERY = 16 * 2**20
_LOOK_SECONDS = 0.02
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG}


class FilesAway(Exception):
    """The folder of the files is not there, though files were kept in it."""


class Incoming:
    """A file on its way in: written piece by piece, hashed as it grows, gone again unless it is kept.

    `content` is all of it when it is small and was written in one piece.
    """

    def __init__(self, path: Path, has_room: Callable[[], bool] = lambda: True) -> None:
        self.path = path
        self.size = 0
        self.content: bytes | None = None
        self._is_moved = False
        self._has_room = has_room
        self._looked_at = 0
        self._hash = hashlib.sha256()
        self._sums = Summing()
        self._file = path.open("xb", buffering=0)

    def write(self, piece: bytes | memoryview) -> None:
        """Appends `piece`; `ArchiveFull` when the disk does not take it, or has none to spare."""
        if self.size >= self._looked_at:
            self._looked_at = self.size + _LOOK_EVERY
            if not self._has_room():
                raise refusal(OSError(errno.ENOSPC, "the reserve is reached"))
        try:
            rest = memoryview(piece)
            while len(rest):
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise refusal(error) from error
        self._hash.update(piece)
        self._sums.add(piece)
        self.content = piece if not self.size and isinstance(piece, bytes) and len(piece) <= SMALL else None
        self.size += len(piece)

    @property
    def digest(self) -> str:
        """SHA-256 of all that was written, in hexadecimal."""
        return self._hash.hexdigest()

    @property
    def sums(self) -> bytes:
        """The sums of its chunks."""
        return self._sums.sums()

    def settle(self) -> None:
        """Waits until the bytes, which are all there, are on the disk; after an `OSError` it is never tried again.

        Closed with that, many files can wait together for what becomes of their request.
        """
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()

    def copies(self, source: Path) -> bool:
        """Appends a whole file and takes over when it was written; False when it cannot be read."""
        try:
            with source.open("rb") as file:
                while piece := file.read(_PIECE):
                    self.write(piece)
                written = os.fstat(file.fileno())
        except OSError:
            return False
        os.utime(self._file.fileno(), ns=(written.st_atime_ns, written.st_mtime_ns))
        return True

    def move(self, path: Path) -> None:
        """Moves the file out of the inbox, so that it is no longer there to discard."""
        self.path.rename(path)
        self._is_moved = True

    def discard(self) -> None:
        """Closes the file and takes it away if it is still in the inbox."""
        self._file.close()
        if not self._is_moved:
            self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the archive, safe on disk."""

    digest: str
    size: int


class Archive:
    """The archive folder: `objects/abc/<digest>.dcm` and an `inbox` for what is arriving."""

    def __init__(self, root: Path, sync_threads: int = 8, reserve: int = 0) -> None:
        """`reserve` bytes of the disk are left free, so that catalogue, records and deleting go on working."""
        self._reserve = reserve
        self._objects = root / "objects"
        self._inbox = Inbox(root / "inbox")
        self._lock = root / "lock"
        self._gate = root / "gate"
        self._fault = root / "fault"
        for folder in (root, self._objects, self._inbox.folder, self._inbox.receiving):
            make_folder(folder)
        self._lanes = sync_threads
        self._syncing = concurrent.futures.ThreadPoolExecutor(sync_threads, "archive sync")
        self._lasting = set(self._folders())
        if self._lasting:
            sync_folder(self._objects)  # whoever made them may not have come so far
        self._failed = os.open(self._fault, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    @property
    def working(self) -> bool:
        """False once the disk has failed to keep what it was given, here or in another process on this archive.

        Stays so until that process ends: nothing that the disk says afterwards can be believed.
        """
        try:
            descriptor = os.open(self._fault, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            return _locks_by(time.monotonic() + _LOOK_SECONDS, descriptor)  # another may be looking just now
        finally:
            os.close(descriptor)

    def receive(self) -> Incoming:
        """A new file in the inbox; `ArchiveFull` when the disk has no room for one."""
        try:
            return Incoming(self._inbox.place(), self._has_room)
        except OSError as error:
            raise refusal(error) from error

    def _has_room(self) -> bool:
        told = os.statvfs(self._inbox.folder)
        return told.f_bavail * told.f_frsize >= self._reserve

    def settle(self, arrived: Sequence[Incoming]) -> None:
        """Waits until complete files are on the disk, side by side; `ArchiveFull` when one of them cannot be."""
        try:
            self._side_by_side(Incoming.settle, arrived)
        except OSError as error:
            raise self._failure(error) from error

    def keep(self, arrived: Sequence[Incoming]) -> list[Kept]:
        """Moves files into the archive for good: all are safe on disk when this returns.

        Files are synced side by side and each folder once. When one cannot be kept, `ArchiveFull` is raised and
        none counts as kept; whichever files were moved already are without a catalogue row, so invisible.
        """
        self.settle(arrived)
        try:
            paths = [self.path(incoming.digest) for incoming in arrived]
            folders = {path.parent for path in paths}
            self._make_lasting(folders - self._lasting)
            for incoming, path in zip(arrived, paths, strict=True):
                incoming.move(path)
            self._side_by_side(sync_folder, folders)
        except OSError as error:
            raise self._failure(error) from error
        return [Kept(incoming.digest, incoming.size) for incoming in arrived]

    def _make_lasting(self, folders: Collection[Path]) -> None:
        """Sees that folders of the archive are there to stay, with one wait for the entries of all of them."""
        if folders:
            for folder in folders:
                folder.mkdir(exist_ok=True)  # it may exist because somebody else has made it and not synced it yet
            sync_folder(self._objects)
            self._lasting.update(folders)

    def _side_by_side(self, wait: Callable[[T], None], several: Collection[T]) -> None:
        """Waits for the disk for all of them at once: this thread for its share, and so each of the others."""
        shares = [list(several)[start :: self._lanes] for start in range(min(len(several), self._lanes))]
        others = [self._syncing.submit(_one_by_one, wait, share) for share in shares[1:]]
        try:
            _one_by_one(wait, *shares[:1])
        finally:
            concurrent.futures.wait(others)
        for other in others:
            other.result()

    def _failure(self, error: OSError) -> ArchiveFull:
        if error.errno == errno.EIO:
            fcntl.flock(self._failed, fcntl.LOCK_SH)  # the others are told by the lock: the disk takes no notes
        return refusal(error)

    def take(self, sources: Mapping[str, Path]) -> set[str]:
        """Copies files in from elsewhere, by digest; answers those that are here now, safe on disk.

        The others cannot be read or are not what their digest says. Raises `ArchiveFull` as `keep` does.
        """
        arrived: list[Incoming] = []
        try:
            for digest, source in sources.items():
                incoming = self.receive()
                arrived.append(incoming)
                if not incoming.copies(source) or incoming.digest != digest:
                    arrived.remove(incoming)
                    incoming.discard()
            return {kept.digest for kept in self.keep(arrived)}
        finally:
            for incoming in arrived:
                incoming.discard()

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """While files are kept and their rows committed; as many as like may do so, also in other processes."""
        with ExitStack() as stack:
            try:
                with _locked(self._gate, fcntl.LOCK_SH):  # waits while somebody is removing, or about to
                    stack.enter_context(_locked(self._lock, fcntl.LOCK_SH))
            except OSError as error:
                raise refusal(error) from error
            yield

    @contextmanager
    def removing(self, wait_seconds: float = 30) -> Iterator[bool]:
        """While nobody is `keeping`, so that a file without a row is really nobody's; False when that never came.

        Whoever wants to keep meanwhile waits.
        """
        deadline = time.monotonic() + wait_seconds
        with self._gate.open("ab") as gate, self._lock.open("ab") as lock:
            yield _locks_by(deadline, gate.fileno()) and _locks_by(deadline, lock.fileno())

    def path(self, digest: str) -> Path:
        """Where the file with this SHA-256 lies, or would lie."""
        return self._objects / digest[:3] / f"{digest}.dcm"

    def files(self) -> Iterator[Path]:
        """Every archived file, in the order of the digests."""
        for folder in sorted(self._folders()):
            yield from self.files_in(folder.name)

    def _folders(self) -> Iterator[Path]:
        return (folder for folder in self._objects.iterdir() if _FOLDER.fullmatch(folder.name))

    def files_in(self, folder: str) -> list[Path]:
        """The archived files whose digests begin with these three characters, in their order."""
        inside = self._objects / folder
        try:
            with os.scandir(inside) as files:
                return [inside / name for name in sorted(one.name for one in files) if name.endswith(".dcm")]
        except FileNotFoundError:
            return []

    def folders_changed_since(self, moment: float) -> list[str]:
        """What the digests begin with in the folders where a file came or went since (seconds since 1970)."""
        with os.scandir(self._objects) as folders:
            ours = (folder for folder in folders if _FOLDER.fullmatch(folder.name))
            return sorted(folder.name for folder in ours if folder.stat().st_mtime >= moment)

    def forget(self, digest: str) -> None:
        """Takes away a file that never got a catalogue row."""
        self.path(digest).unlink(missing_ok=True)

    def sweep(self) -> int:
        """Takes away what a process that is no more left in the inbox; answers how many files."""
        return self._inbox.sweep()

    def close(self) -> None:
        """Waits for what is being synced."""
        self._syncing.shutdown()
        self._inbox.close()
        os.close(self._failed)


def _one_by_one(wait: Callable[[T], None], several: Collection[T] = ()) -> None:
    for one in several:
        wait(one)


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    with path.open("ab") as lock:  # closing it gives the lock back
        fcntl.flock(lock, how)
        yield


def _locks_by(deadline: float, descriptor: int) -> bool:
    """Whether the lock is ours alone by then (on the clock that never goes back)."""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        else:
            return True


def is_disk_fault(error: OSError) -> bool:
    """Whether the disk cannot read what it holds; else it is this process that cannot just now, or may not."""
    return error.errno in _DISK_FAULTS


def refusal(error: OSError) -> ArchiveFull:
    """What to tell somebody whose bytes the disk did not take."""
    if error.errno in _NO_ROOM:
        message = (
            "The archive's disk takes no more: nothing of this was kept. Free space or mend the disk, and repeat it."
        )
    else:
        message = "The archive could not write: nothing of this was kept. Repeat the request later."
    return ArchiveFull(message, cause=errno.errorcode.get(error.errno or 0, "unknown"))
