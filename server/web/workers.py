"""The one door between the event loop and the threads that wait for disks and compute pixels."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from server.errors import Overloaded

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """A bounded pool of threads that refuses at once rather than queue for ever."""

    def __init__(self, threads: int, most_waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, "worker")
        self._most = threads + most_waiting
        self._under_way = 0

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, done on a thread; `Overloaded` when too much is waiting already."""
        if self._under_way >= self._most:
            raise Overloaded("The server has more to do than it can queue. Repeat the request in a moment.")
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(*args, **kwargs))
        finally:
            self._under_way -= 1

    def close(self) -> None:
        """Waits for what is under way and ends the threads."""
        self._pool.shutdown()
