"""The instances of one request, as Part 10 files: safe in the inbox while the rest still arrives, then stored.

Nothing is stored before the last byte has come, so of a request that is refused as a whole nothing is kept.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from server.access.people import Caller
from server.dicomweb.spool import Arriving, Spool, discard, write
from server.dicomweb.storing import Storing
from server.errors import ArchiveFull, Overloaded, UnsupportedMedia
from server.studies.store import OUT_OF_RESOURCES, Outcome, Refused, Store, Stored
from server.web.negotiation import media_type
from server.web.workers import Workers

_STORE_TOGETHER = 64
_PATIENCE_SECONDS = 0.1


class Intake(Protocol):
    """Takes the parts of a body in turn: `begin`, `data` as often as it comes, `end`; then `finish`."""

    def begin(self, headers: Mapping[str, str]) -> None:
        """A new part; `UnsupportedMedia` when it is of a kind that does not belong here."""

    async def data(self, piece: bytes | memoryview) -> None:
        """The next bytes of the part that began last; `TooLarge` beyond a limit."""

    async def end(self) -> None:
        """The part that began last is complete."""

    async def finish(self) -> Sequence[Outcome]:
        """What became of every instance, in their order."""

    def abandon(self) -> None:
        """Takes away what was not stored yet."""


class FileIntake:
    """Parts that are Part 10 files, one an instance.

    Small instances cross to a worker thread once, where they are written and stored together.
    """

    def __init__(
        self, store: Store, storing: Storing, workers: Workers, by: Caller, study_uid: str | None, spool: Spool
    ) -> None:
        self._store = store
        self._storing = storing
        self._workers = workers
        self._caller = by
        self._study_uid = study_uid
        self._spool = spool
        self._settled: list[Arriving] = []

    def begin(self, headers: Mapping[str, str]) -> None:
        """A new instance."""
        kind = headers.get("content-type", "application/dicom")
        if media_type(kind).name != "application/dicom":
            raise UnsupportedMedia("Every part must be application/dicom.", content_type=kind[:200])
        self._spool.begin()

    async def data(self, piece: bytes | memoryview) -> None:
        """The next bytes of the instance that began last."""
        await self._spool.data(piece)

    async def end(self) -> None:
        """The instance that began last is complete."""
        if len(self._spool.files) >= _STORE_TOGETHER:
            await self._settle_arrived()

    async def finish(self) -> Sequence[Outcome]:
        """What became of every instance, in their order; `ArchiveFull` only when none was stored."""
        if not self._settled:
            return await self._store_arrived() if self._spool.files else []
        if self._spool.files:
            await self._settle_arrived()
        outcomes: list[Outcome] = []
        while self._settled:
            outcomes += await self._store_settled(any(isinstance(outcome, Stored) for outcome in outcomes))
        return outcomes

    def abandon(self) -> None:
        """Takes away what was not stored."""
        self._spool.abandon()
        discard(self._settled)

    async def _store_arrived(self) -> list[Outcome]:
        arrived = self._spool.take()
        try:
            return await self._storing.store(self._caller, arrived, self._study_uid)
        except Overloaded:
            self._spool.files = arrived  # nobody has seen them, so they are still ours to take away
            raise

    async def _settle_arrived(self) -> None:
        """Has what has arrived wait in the inbox, safe on disk."""
        arrived = self._spool.take()
        try:
            await self._workers.run(self._write_and_settle, arrived)
        except Overloaded:
            self._spool.files = arrived
            raise
        self._settled += arrived

    async def _store_settled(self, partly: bool) -> list[Outcome]:
        """Stores the next of those that wait; whoever has some of them stored waits for the others."""
        batch, self._settled = self._settled[:_STORE_TOGETHER], self._settled[_STORE_TOGETHER:]
        while True:
            try:
                return await self._storing.store(self._caller, batch, self._study_uid, partly=partly)
            except Overloaded:
                if not partly:
                    self._settled = batch + self._settled
                    raise
                await asyncio.sleep(_PATIENCE_SECONDS)
            except ArchiveFull as failure:
                if not partly:
                    raise
                return [Refused(OUT_OF_RESOURCES, failure.message, None) for _ in batch]

    def _write_and_settle(self, arrived: Sequence[Arriving]) -> None:
        try:
            self._store.settle(write(self._store, arrived))
        except BaseException:
            discard(arrived)
            raise
