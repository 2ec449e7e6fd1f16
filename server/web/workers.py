"""The one door between the event loop and the threads that wait for disks and compute pixels.

Whoever waits for a thread waits in the event loop, the most urgent first, so that a request that nobody waits for any
more is dropped before it costs anything.
"""

import asyncio
import heapq
import itertools
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from starlette.requests import ClientDisconnect, Request

from server.errors import Overloaded

P = ParamSpec("P")
T = TypeVar("T")

URGENT = 3
"""The urgency of whatever says nothing of its own, 0 the most and 7 the least (RFC 9218 4.1)."""

_URGENCY = re.compile(r"(?:^|[,\s])u=([0-7])(?:[,;\s]|$)")


class Workers:
    """A bounded pool of threads that refuses at once rather than queue for ever."""

    def __init__(self, threads: int, most_waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, "worker")
        self._free = threads
        self._most_waiting = most_waiting
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, done on a thread; `Overloaded` when too much is waiting already."""
        await self._take(URGENT)
        return await self._do(lambda: work(*args, **kwargs))

    async def run_for(self, request: Request, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a client that may say how urgent it is (`Priority: u=`), and may go away while it waits.

        `ClientDisconnect` when it has gone before the work began.
        """
        await self._take(urgency(request.headers.get("priority", "")))
        try:
            gone = await request.is_disconnected()
        except BaseException:
            self._give_back()
            raise
        if gone:
            self._give_back()
            raise ClientDisconnect
        return await self._do(lambda: work(*args, **kwargs))

    def close(self) -> None:
        """Waits for what is under way and ends the threads."""
        self._pool.shutdown()

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._give_back()

    async def _take(self, urgency: int) -> None:
        """Takes a thread, or waits for one."""
        if self._free > 0:
            self._free -= 1
            return
        if len(self._waiting) >= self._most_waiting:
            self._waiting = [one for one in self._waiting if not one[2].done()]  # those who have given up
            heapq.heapify(self._waiting)
        if len(self._waiting) >= self._most_waiting:
            raise Overloaded("The server has more to do than it can queue. Repeat the request in a moment.")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back()  # its turn had come
            raise

    def _give_back(self) -> None:
        """Hands a thread to whoever is next."""
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                with suppress(asyncio.InvalidStateError):
                    turn.set_result(None)
                    return
        self._free += 1


def urgency(priority: str) -> int:
    """The urgency that a Priority header asks for (RFC 9218 5): `u=6` for what is fetched ahead."""
    found = _URGENCY.search(priority)
    return int(found[1]) if found else URGENT
