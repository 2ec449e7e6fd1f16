"""One SQLite file: readers side by side, and writers of whom one commits for all.

Concurrent writes share a transaction and one wait for the disk (group commit). WAL with `synchronous=FULL`:
with NORMAL a power cut would lose transactions that were already answered for.
"""

import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from server.database.lasting import sync_folder
from server.errors import ArchiveFull, Overloaded, ServerError

T = TypeVar("T")
Write = Callable[[sqlite3.Connection], Any]

_BUSY_MS = 30_000
_MOST_TOGETHER = 256
_WRITER_KIB = 32 * 1024
_READER_KIB = 4 * 1024
"""Pages that a connection keeps. Every thread has one to read with, and what it lets go of is in the system's cache."""
_CHECKPOINT_PAGES = 4000
"""A page that many commits have changed is copied from the log once; so large a log (16 MB) is read in no time."""


def keep_at_most(size: int) -> None:
    """So many bytes are what all connections of this process together take for pages; past it, each reuses its own."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"PRAGMA soft_heap_limit={size}")


class Database:
    """A database file, made when missing; `read` and `write` may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._watching = threading.Lock()
        self._writer = self._connect(_WRITER_KIB)
        self._watcher = self._connect()
        self._waiting: deque[_Change] = deque()
        self._turn = threading.Lock()

    def read(self, sql: str, parameters: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        """All rows of a query, as of the last commit."""
        return self._reader().execute(sql, parameters).fetchall()

    def stream(self, sql: str, parameters: tuple[object, ...] = ()) -> Generator[sqlite3.Row, None, None]:
        """The rows of a query one after the other, as of the last commit; to be closed when not read to its end."""
        with closing(self._reader().execute(sql, parameters)) as cursor:
            yield from cursor

    def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `change` in a transaction and answers its result once that is on disk.

        An exception in `change` undoes that change alone and is raised here.
        """
        mine = _Change(change)
        self._waiting.append(mine)
        with self._turn:  # whoever has it commits for all who wait; to most it comes when they are done
            while not mine.is_done:
                self._commit([self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_TOGETHER))])
        if mine.failure is not None:
            raise mine.failure
        result: T = mine.result
        return result

    def version(self) -> int:
        """Another number after every commit, whichever process made it; it takes no reading of the disk."""
        with self._watching:
            return int(self._watcher.execute("PRAGMA data_version").fetchone()[0])

    def back_up(self, target: Path) -> None:
        """Copies the database as of now to a file, while others read and write; whole there, or not at all."""
        new = target.with_name(f"{target.name}.new")
        new.unlink(missing_ok=True)
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(new)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, complete in itself
        descriptor = os.open(new, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        new.replace(target)
        sync_folder(target.parent)

    def close(self) -> None:
        """Commits what is waiting and closes every connection."""
        with self._turn:
            for connection in [*self._readers, self._watcher, self._writer]:
                connection.close()

    def _reader(self) -> sqlite3.Connection:
        """This thread's own connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            try:
                connection = self._local.connection = self._connect()
            except sqlite3.OperationalError as error:  # no descriptors left, as a rule
                raise Overloaded("The database cannot be opened now. Repeat the request in a moment.") from error
            with self._lock:
                self._readers.append(connection)
        return connection

    def _connect(self, cache_kib: int = _READER_KIB) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1000)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA cache_size=-{cache_kib}")
        connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        return connection

    def _commit(self, together: Sequence["_Change"]) -> None:
        attempt = self._attempt if len(together) > 1 else self._attempt_alone
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            for one in together:
                attempt(one)
            if len(together) > 1 or together[0].failure is None:
                self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            refusal = _refusal(error)
            for one in together:
                one.failure = refusal
        for one in together:
            one.is_done = True

    def _attempt_alone(self, one: "_Change") -> None:
        """Makes the only change of a transaction, which ends with it when it fails."""
        try:
            one.result = one.make(self._writer)
        except Exception as failure:  # noqa: BLE001 - handed to whoever asked for the change
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            one.failure = _refusal(failure) if isinstance(failure, sqlite3.OperationalError) else failure

    def _attempt(self, one: "_Change") -> None:
        self._writer.execute("SAVEPOINT change")
        try:
            one.result = one.make(self._writer)
        except Exception as failure:  # noqa: BLE001 - handed to whoever asked for the change
            self._writer.execute("ROLLBACK TO change")
            one.failure = _refusal(failure) if isinstance(failure, sqlite3.OperationalError) else failure
        self._writer.execute("RELEASE change")


@dataclass(slots=True, eq=False)
class _Change:
    """A change that waits to be committed, and what came of it."""

    make: Write
    is_done: bool = False
    result: Any = None
    failure: Exception | None = None


def _refusal(error: sqlite3.Error) -> ServerError:
    return ArchiveFull(
        "The database could not be written, so nothing of this was kept. Free space or mend the disk, and repeat it.",
        cause=getattr(error, "sqlite_errorname", type(error).__name__),
    )
