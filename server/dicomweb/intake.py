"""The instances of one request, as Part 10 files: stored by the batch while the rest still arrives."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from server.access.people import Caller
from server.dicomweb.spool import Arriving, Spool
from server.errors import Overloaded, UnsupportedMedia
from server.studies.store import Outcome, Store
from server.web.negotiation import media_type
from server.web.workers import Workers

_STORE_TOGETHER = 64


class Intake(Protocol):
    """Takes the parts of a body in turn: `begin`, `data` as often as it comes, `end`; then `finish`."""

    def begin(self, headers: Mapping[str, str]) -> None:
        """A new part; `UnsupportedMedia` when it is of a kind that does not belong here."""

    async def data(self, piece: bytes) -> None:
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
        self._outcomes: list[Outcome] = []

    def begin(self, headers: Mapping[str, str]) -> None:
        """A new instance."""
        kind = headers.get("content-type", "application/dicom")
        if media_type(kind).name != "application/dicom":
            raise UnsupportedMedia("Every part must be application/dicom.", content_type=kind[:200])
        self._spool.begin()

    async def data(self, piece: bytes) -> None:
        """The next bytes of the instance that began last."""
        await self._spool.data(piece)

    async def end(self) -> None:
        """The instance that began last is complete."""
        if len(self._spool.files) >= _STORE_TOGETHER:
            await self._store_arrived()

    async def finish(self) -> Sequence[Outcome]:
        """What became of every instance, in their order."""
        if self._spool.files:
            await self._store_arrived()
        return self._outcomes

    def abandon(self) -> None:
        """Takes away what was not stored yet."""
        self._spool.abandon()

    async def _store_arrived(self) -> None:
        arrived = self._spool.take()
        try:
            self._outcomes += await self._workers.run(self._write_and_store, arrived)
        except Overloaded:
            self._spool.files = arrived  # nobody has seen them, so they are still ours to take away
            raise

    def _write_and_store(self, arrived: Sequence[Arriving]) -> list[Outcome]:
        return self._store.store(self._caller, self._spool.write(arrived), self._study_uid)
