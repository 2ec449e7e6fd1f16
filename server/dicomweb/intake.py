"""The instances of one request on their way to disk: written a megabyte at a time, stored by the batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.access.people import Caller
from server.archive.store import Incoming
from server.errors import Overloaded, TooLarge, UnsupportedMedia
from server.studies.store import Outcome, Store
from server.web.negotiation import media_type
from server.web.workers import Workers

_STORE_TOGETHER = 64
_HOLD_BYTES = 2**20


@dataclass(slots=True)
class _Arriving:
    """A file that is arriving: what is written of it, and the pieces held back to be written together."""

    incoming: Incoming | None = None
    held: list[bytes] = field(default_factory=list)
    size: int = 0


class Intake:
    """Takes the parts of a body in turn: `begin`, `data` as often as it comes, `end`; then `finish`.

    Small instances cross to a worker thread once, where they are written and stored together; of a large body no
    more than a megabyte is held.
    """

    def __init__(
        self, store: Store, workers: Workers, by: Caller, study_uid: str | None, largest_instance: int
    ) -> None:
        self._store = store
        self._workers = workers
        self._caller = by
        self._study_uid = study_uid
        self._largest_instance = largest_instance
        self._files: list[_Arriving] = []
        self._held = 0
        self._outcomes: list[Outcome] = []

    def begin(self, headers: Mapping[str, str]) -> None:
        """A new instance; `UnsupportedMedia` when its part says that it is something else."""
        kind = headers.get("content-type", "application/dicom")
        if media_type(kind).name != "application/dicom":
            raise UnsupportedMedia("Every part must be application/dicom.", content_type=kind[:200])
        self._files.append(_Arriving())

    async def data(self, piece: bytes) -> None:
        """The next bytes of the instance that began last; `TooLarge` beyond the limit."""
        file = self._files[-1]
        file.size += len(piece)
        if file.size > self._largest_instance:
            raise TooLarge("An instance is larger than is stored here.", limit=self._largest_instance)
        file.held.append(piece)
        self._held += len(piece)
        if self._held >= _HOLD_BYTES:
            self._held = 0
            await self._workers.run(self._write, self._files)

    async def end(self) -> None:
        """The instance that began last is complete."""
        if len(self._files) >= _STORE_TOGETHER:
            await self._store_arrived()

    async def finish(self) -> Sequence[Outcome]:
        """What became of every instance, in their order."""
        if self._files:
            await self._store_arrived()
        return self._outcomes

    def abandon(self) -> None:
        """Takes away what was not stored yet."""
        for file in self._files:
            if file.incoming is not None:
                file.incoming.discard()

    async def _store_arrived(self) -> None:
        arrived, self._files = self._files, []
        self._held = 0
        try:
            self._outcomes += await self._workers.run(self._write_and_store, arrived)
        except Overloaded:
            self._files = arrived  # nobody has seen them, so they are still ours to take away
            raise

    def _write_and_store(self, arrived: Sequence[_Arriving]) -> list[Outcome]:
        try:
            incoming = self._write(arrived)
        except BaseException:
            for file in arrived:
                if file.incoming is not None:
                    file.incoming.discard()
            raise
        return self._store.store(self._caller, incoming, self._study_uid)

    def _write(self, files: Sequence[_Arriving]) -> list[Incoming]:
        """Writes what is held of each file, opening those that are new."""
        written = []
        for file in files:
            if file.incoming is None:
                file.incoming = self._store.receive()
            for piece in file.held:
                file.incoming.write(piece)
            file.held.clear()
            written.append(file.incoming)
        return written
