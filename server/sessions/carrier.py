"""What the backplanes with a server of their own share: coming back after a lost connection, a bounded queue out."""

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable

import orjson

from server.sessions.backplane import News

log = logging.getLogger(__name__)

CHANNEL = "lightbox_sessions"
_MOST_WAITING = 2000
_AGAIN_SECONDS = (0.2, 0.5, 1.0, 2.0)


class Carrier(ABC):
    """A backplane over a connection that may break: what it cannot carry is lost, and read from the journal."""

    alone = False

    def __init__(self) -> None:
        self._hear: Callable[[News], None] = lambda _news: None
        self._out: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()

    async def open(self, hear: Callable[[News], None]) -> None:
        """Connects in the background; raises nothing when the other side is not there yet."""
        self._hear = hear
        self._task = asyncio.get_running_loop().create_task(self._stay_connected())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await self._connected.wait()

    async def publish(self, news: News) -> None:
        """Queues the news; the oldest of too much is let go."""
        if self._out.full():
            self._out.get_nowait()
        self._out.put_nowait(self.packed(news))

    async def close(self) -> None:
        """Ends the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def packed(self, news: News) -> bytes:
        """The news as bytes."""
        return orjson.dumps(news)

    def heard(self, told: bytes | str) -> None:
        """Hands on what has come; what is not ours is passed over."""
        with contextlib.suppress(orjson.JSONDecodeError):
            news = orjson.loads(told)
            if isinstance(news, dict) and "kind" in news:
                self._hear(news)

    @abstractmethod
    async def carry(self) -> None:
        """Connects, sets `_connected`, and carries both ways until the connection breaks."""

    async def _stay_connected(self) -> None:
        failures = 0
        while True:
            try:
                await self.carry()
            except Exception as error:  # noqa: BLE001 - whatever a driver raises for a broken line
                log.warning("the backplane is not connected: %s", type(error).__name__)
            if self._connected.is_set():
                failures = 0
                self._connected.clear()
            await asyncio.sleep(_AGAIN_SECONDS[min(failures, len(_AGAIN_SECONDS) - 1)])
            failures += 1
