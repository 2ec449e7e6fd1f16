"""Keeping the replica up to date behind every acknowledgement: the ledger is the queue, its numbers the place."""

import logging
import sqlite3
import threading
import time
from contextlib import closing

from server.archive.store import Archive
from server.catalogue import damage
from server.catalogue.changes import Kind
from server.catalogue.ledger import Ledger
from server.database.sqlite import Database
from server.errors import ServerError
from server.studies.replica import Opened, Replica, ReplicaAway, ReplicaBusy
from server.studies.verify import FOLDERS

log = logging.getLogger(__name__)

_TOGETHER = 16
_POLL_SECONDS = 0.5
_RECORDS_SECONDS = 60.0
_LONGEST_PAUSE = 60.0


class Replicate:
    """A thread that copies whatever was acknowledged, and waits with growing pauses while the replica is away."""

    def __init__(
        self, replica: Replica, archive: Archive, catalogue: Database, records: Database, ledger: Ledger
    ) -> None:
        self._replica = replica
        self._archive = archive
        self._catalogue = catalogue
        self._records = records
        self._ledger = ledger
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replica", daemon=True)
        self._records_at = float("-inf")
        self._records_version = -1

    def start(self) -> None:
        """Begins; never fails, whatever the state of the replica."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the files under way."""
        self._stopping.set()
        self._thread.join(10)  # a disk that hangs must not keep the server from ending

    def once(self) -> None:
        """Brings the replica up to date now; `ReplicaAway` when that cannot be done."""
        with closing(self._replica.open()) as opened:
            try:
                self._complete(opened)
                while self._follow(opened):
                    pass
                self._copy_records(opened)
            except (OSError, ServerError, sqlite3.Error) as error:
                raise ReplicaAway(f"the replica could not be written: {error}") from error

    def _run(self) -> None:
        pause = 1.0
        while not self._stopping.is_set():
            try:
                with closing(self._replica.open()) as opened:
                    self._complete(opened)
                    while not self._stopping.is_set():
                        busy = self._follow(opened)
                        self._copy_records_in_time(opened)
                        pause = 1.0
                        if not busy:
                            self._stopping.wait(_POLL_SECONDS)
                            self._still_there()
            except ReplicaBusy:
                self._stopping.wait(_POLL_SECONDS)
            except (ReplicaAway, OSError, ServerError, sqlite3.Error) as error:
                log.warning("the replica waits, trying again in %d s: %s", pause, error)
                self._stopping.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _still_there(self) -> None:
        if (reason := self._replica.why_away()) is not None:
            raise ReplicaAway(reason)

    def _follow(self, opened: Opened) -> bool:
        """Copies the files of some lines and then the lines; answers whether there were any."""
        lines = list(self._ledger.lines(opened.ledger.last(), _TOGETHER))
        if not lines:
            return False
        self._copy(opened, {digest for line in lines if line.kind == Kind.STORED for _, digest in line.files})
        opened.ledger.copy(lines, self._ledger.every_withdrawal())
        return True

    def _complete(self, opened: Opened) -> None:
        """Copies what the replica lacks, whatever its ledger says: files that could not be read then, or were lost."""
        for folder in FOLDERS:
            if self._stopping.is_set():
                return
            there = {path.stem for path in opened.archive.files_in(folder)}
            self._copy(opened, damage.needed(self._catalogue, folder) - there)

    def _copy(self, opened: Opened, digests: set[str]) -> None:
        sources = {digest: self._archive.path(digest) for digest in digests if not opened.archive.path(digest).exists()}
        for start in range(0, len(sources), 8 * _TOGETHER):
            some = dict(list(sources.items())[start : start + 8 * _TOGETHER])
            for digest in some.keys() - opened.archive.take(some):
                for instance_uid in damage.instances_of(self._catalogue, digest):  # none when it was let go of
                    log.error("a file is damaged or missing and has no second copy: %s", instance_uid)
                    damage.flag(self._catalogue, digest, "damaged" if sources[digest].exists() else "missing")

    def _copy_records_in_time(self, opened: Opened) -> None:
        """Copies the records once a minute when there is anything new in them."""
        if time.monotonic() - self._records_at < _RECORDS_SECONDS:
            return
        version = int(self._records.read("PRAGMA data_version")[0][0])
        if version != self._records_version:
            self._copy_records(opened)
            self._records_version = version
        self._records_at = time.monotonic()

    def _copy_records(self, opened: Opened) -> None:
        self._records.back_up(opened.records)
