"""What requests have brought, written and stored for all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.access.people import Caller
from server.dicomweb.spool import Arriving, write_or_discard
from server.studies.store import Outcome, Sending, Store
from server.web.together import Together
from server.web.workers import Workers

_AT_ONCE = 2
"""While one waits for the disk, another reads headers."""

_MOST_INSTANCES = 64


@dataclass(frozen=True, slots=True)
class _Brought:
    """Complete files of one request, some of them not written yet."""

    caller: Caller
    files: Sequence[Arriving]
    study_uid: str | None
    partly: bool


class Storing:
    """Stores the instances of requests that are complete at the same time."""

    def __init__(self, store: Store, workers: Workers) -> None:
        self._store = store
        self._together = Together(workers, self._store_all, at_once=_AT_ONCE, most=_MOST_INSTANCES, weight=_instances)

    async def store(
        self, by: Caller, files: Sequence[Arriving], study_uid: str | None, *, partly: bool = False
    ) -> list[Outcome]:
        """What became of each file, as `Store.store` tells; `Overloaded` leaves them to whoever called."""
        return await self._together.run(_Brought(by, files, study_uid, partly))

    def _store_all(self, brought: Sequence[_Brought]) -> list[list[Outcome] | Exception]:
        written = [self._written(one) for one in brought]
        stored = iter(self._store.store_together([one for one in written if isinstance(one, Sending)]))
        return [next(stored) if isinstance(one, Sending) else one for one in written]

    def _written(self, one: _Brought) -> Sending | Exception:
        try:
            return Sending(one.caller, write_or_discard(self._store, one.files), one.study_uid, one.partly)
        except Exception as error:  # noqa: BLE001 - handed to whoever sent it
            return error


def _instances(brought: _Brought) -> int:
    return len(brought.files)
