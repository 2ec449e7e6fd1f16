"""Room to work in: what is worked on at a time is bounded in bytes, as what is kept is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Room:
    """So many bytes for all who work at a time: who finds too few waits, and who needs more than all works alone."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._taken = 0
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Takes the room that work of this size needs, until it is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._taken == 0 or self._taken + size <= self._most_bytes)
            self._taken += size
        try:
            yield
        finally:
            with self._changed:
                self._taken -= size
                self._changed.notify_all()
