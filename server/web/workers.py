"""The one door between the event loop and the threads that wait for disks and compute pixels.

Whoever waits for a thread waits in the event loop, the most urgent first, so that a request that nobody waits for any
more is dropped before it costs anything.
"""

import asyncio
import heapq
import itertools
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

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
        self._pool = _Pool(threads)
        self._free = threads
        self.most_waiting = most_waiting
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
        has_waited = await self._take(urgency(request.headers.get("priority", "")))
        try:
            gone = has_waited and await request.is_disconnected()
        except BaseException:
            self._give_back()
            raise
        if gone:
            self._give_back()
            raise ClientDisconnect
        return await self._do(lambda: work(*args, **kwargs))

    def close(self) -> None:
        """Waits for what is under way and ends the threads."""
        self._pool.close()

    async def _do(self, work: Callable[[], T]) -> T:
        done: asyncio.Future[T] = self._pool.start(work, asyncio.get_running_loop())
        try:
            return await done
        finally:
            self._give_back()

    async def _take(self, urgency: int) -> bool:
        """Takes a thread, and answers whether it had to wait for one."""
        if self._free > 0:
            self._free -= 1
            return False
        if len(self._waiting) >= self.most_waiting:
            self._waiting = [one for one in self._waiting if not one[2].done()]  # those who have given up
            heapq.heapify(self._waiting)
        if len(self._waiting) >= self.most_waiting:
            raise Overloaded("The server has more to do than it can queue. Repeat the request in a moment.")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._numbers), turn))
        try:
            await turn
            return True
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


class _Pool:
    """Threads that take work from one queue and tell the event loop, as many as there was work for at a time.

    `ThreadPoolExecutor` makes a second future, with a lock of its own, for every piece of work: under load that costs
    ten times what the crossing itself does.
    """

    def __init__(self, most_threads: int) -> None:
        self._most_threads = most_threads
        self._waiting: SimpleQueue[_Work | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._under_way = 0

    def start(self, work: Callable[[], T], loop: asyncio.AbstractEventLoop) -> "asyncio.Future[T]":
        self._under_way += 1
        if len(self._threads) < min(self._under_way, self._most_threads):
            name = f"worker {len(self._threads)}"
            self._threads.append(threading.Thread(target=self._work_on, name=name, daemon=True))
            self._threads[-1].start()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.put((work, done, loop))
        return done

    def close(self) -> None:
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _work_on(self) -> None:
        while (taken := self._waiting.get()) is not None:
            work, done, loop = taken
            result, error = None, None
            try:
                result = work()
            except BaseException as raised:  # noqa: BLE001 - handed to whoever waits for it
                error = raised
            with suppress(RuntimeError):  # the event loop has ended, and nobody waits any more
                loop.call_soon_threadsafe(self._tell, done, result, error)
            del taken, work, done, result, error  # nothing of it lives on until the next

    def _tell(self, done: "asyncio.Future[T]", result: T, error: BaseException | None) -> None:
        self._under_way -= 1
        if done.done():
            return  # nobody waits any more
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)


_Work = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


def urgency(priority: str) -> int:
    """The urgency that a Priority header asks for (RFC 9218 5): `u=6` for what is fetched ahead."""
    found = _URGENCY.search(priority)
    return int(found[1]) if found else URGENT
