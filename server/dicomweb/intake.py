"""The instances of one request, as Part 10 files: safe in the inbox while the rest still arrives, then stored.

Nothing is stored before the last byte has come, so of a request that is refused as a whole nothing is kept.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from server.access.people import Caller
from server.archive.store import Incoming
from server.dicomweb.spool import Arriving, Spool, discard
from server.errors import ArchiveFull, Overloaded, UnsupportedMedia
from server.studies.store import OUT_OF_RESOURCES, Outcome, Refused, Store, Stored
from server.web.negotiation import media_type
from server.web.workers import Workers

T = TypeVar("T")

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

    def __init__(self, store: Store, workers: Workers, by: Caller, study_uid: str | None, spool: Spool) -> None:
        self._store = store
        self._workers = workers
        self._caller = by
        self._study_uid = study_uid
        self._spool = spool
        self._settled: list[Incoming] = []

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
            self._settled += await self._with_arrived(self._write_and_settle)

    async def finish(self) -> Sequence[Outcome]:
        """What became of every instance, in their order; `ArchiveFull` only when none was stored."""
        if not self._settled:
            return await self._with_arrived(self._write_and_store) if self._spool.files else []
        if self._spool.files:
            self._settled += await self._with_arrived(self._write_and_settle)
        outcomes: list[Outcome] = []
        while self._settled:
            outcomes += await self._store_settled(any(isinstance(outcome, Stored) for outcome in outcomes))
        return outcomes

    def abandon(self) -> None:
        """Takes away what was not stored."""
        self._spool.abandon()
        for incoming in self._settled:
            incoming.discard()

    async def _with_arrived(self, work: Callable[[Sequence[Arriving]], list[T]]) -> list[T]:
        arrived = self._spool.take()
        try:
            return await self._workers.run(work, arrived)
        except Overloaded:
            self._spool.files = arrived  # nobody has seen them, so they are still ours to take away
            raise

    async def _store_settled(self, partly: bool) -> list[Outcome]:
        """Stores the next of those that wait; whoever has some of them stored waits for the others."""
        batch, self._settled = self._settled[:_STORE_TOGETHER], self._settled[_STORE_TOGETHER:]
        while True:
            try:
                return await self._workers.run(self._store.store, self._caller, batch, self._study_uid, partly=partly)
            except Overloaded:
                if not partly:
                    self._settled = batch + self._settled
                    raise
                await asyncio.sleep(_PATIENCE_SECONDS)
            except ArchiveFull as failure:
                if not partly:
                    raise
                return [Refused(OUT_OF_RESOURCES, failure.message, None) for _ in batch]

    def _write_and_settle(self, arrived: Sequence[Arriving]) -> list[Incoming]:
        written = self._spool.write(arrived)
        try:
            self._store.settle(written)
        except BaseException:
            discard(arrived)
            raise
        return written

    def _write_and_store(self, arrived: Sequence[Arriving]) -> list[Outcome]:
        return self._store.store(self._caller, self._spool.write(arrived), self._study_uid)
