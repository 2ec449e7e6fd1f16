"""How several server processes tell each other what happens in their rooms.

The journal alone decides what happened and in which order. A backplane only carries the news: what it loses is read
from the journal, what it carries twice is heard once.
"""

from collections.abc import Callable
from typing import Any, Protocol

News = dict[str, Any]
"""`{"kind", "session_id", "process"}` and what belongs to the kind: events, fleeting, seated, roll-call, guests-out or
watchers.
"""


class Backplane(Protocol):
    """Carries news to every other process that shares the journal."""

    @property
    def alone(self) -> bool:
        """Whether there is no other process now."""

    async def open(self, hear: Callable[[News], None]) -> None:
        """Connects, and from then on calls `hear` in the event loop for every piece of news, its own included."""

    async def publish(self, news: News) -> None:
        """Tells the others; while there is no connection it is lost."""

    async def close(self) -> None:
        """Lets go of the connection."""


class InProcess:
    """The backplane of a process that is always alone."""

    alone = True

    async def open(self, hear: Callable[[News], None]) -> None:
        """There is nobody to hear."""

    async def publish(self, news: News) -> None:
        """There is nobody to tell."""

    async def close(self) -> None:
        """There is nothing to let go of."""
