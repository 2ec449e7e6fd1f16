"""Files of a request on their way to disk: small ones written together, of a large one no more than a megabyte held."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from server.archive.store import SMALL, Incoming
from server.errors import TooLarge
from server.studies.store import Store
from server.web.workers import Workers

_HOLD_BYTES = 2**20


@dataclass(slots=True)
class Arriving:
    """A file that is arriving: what is written of it, and the pieces held back to be written together."""

    incoming: Incoming | None = None
    held: list[bytes | memoryview] = field(default_factory=list)
    size: int = 0


class Spool:
    """Takes files in turn: `begin`, then `data` as often as it comes; `take` hands over what has arrived."""

    def __init__(self, store: Store, workers: Workers, largest_file: int) -> None:
        self._store = store
        self._workers = workers
        self._largest_file = largest_file
        self._held = 0
        self.files: list[Arriving] = []

    def begin(self) -> None:
        """A new file."""
        self.files.append(Arriving())

    async def data(self, piece: bytes | memoryview) -> None:
        """The next bytes of the file that began last; `TooLarge` beyond the limit."""
        file = self.files[-1]
        file.size += len(piece)
        if file.size > self._largest_file:
            raise TooLarge("An instance is larger than is stored here.", limit=self._largest_file)
        file.held.append(piece)
        self._held += len(piece)
        if self._held >= _HOLD_BYTES:
            self._held = 0
            await self._workers.run(write, self._store, self.files)

    def take(self) -> list[Arriving]:
        """Hands over the files that have arrived, which the taker writes or discards."""
        taken, self.files = self.files, []
        self._held = 0
        return taken

    def abandon(self) -> None:
        """Takes away what nobody took."""
        discard(self.files)


def write(store: Store, files: Sequence[Arriving]) -> list[Incoming]:
    """Writes what is held of each file, opening those that are new; on a worker thread."""
    written = []
    for file in files:
        if file.incoming is None:
            file.incoming = store.receive()
            if file.size <= SMALL:
                file.held = [b"".join(file.held)]
        for piece in file.held:
            file.incoming.write(piece)
        file.held.clear()
        written.append(file.incoming)
    return written


def write_or_discard(store: Store, files: Sequence[Arriving]) -> list[Incoming]:
    """The same for files that were taken; none is left behind when one fails."""
    try:
        return write(store, files)
    except BaseException:
        discard(files)
        raise


def discard(files: Sequence[Arriving]) -> None:
    """Takes files away from the inbox."""
    for file in files:
        if file.incoming is not None:
            file.incoming.discard()
