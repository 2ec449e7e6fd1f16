"""Work of one kind that one thread does for all who wait for it, instead of a thread for each.

Threads that compute at the same time hand the interpreter's lock to and fro with every call into a library, which costs
as much as their work; and what is done together waits for the disk once.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from server.errors import Overloaded
from server.web.workers import Workers

Job = TypeVar("Job")
Result = TypeVar("Result")


class Together(Generic[Job, Result]):
    """Hands whoever waits to `work`, which answers for each what came of it or what is to be raised.

    `at_once` threads do so, that one may compute while another waits for the disk. They take jobs up to a weight of
    `most`, and at least one.
    """

    def __init__(
        self,
        workers: Workers,
        work: Callable[[Sequence[Job]], Sequence[Result | Exception]],
        *,
        at_once: int,
        most: int,
        weight: Callable[[Job], int] = lambda _job: 1,
    ) -> None:
        self._workers = workers
        self._work = work
        self._at_once = at_once
        self._most = most
        self._weight = weight
        self._waiting: deque[tuple[Job, asyncio.Future[Result]]] = deque()
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, job: Job) -> Result:
        """What came of the job; `Overloaded` when too much is waiting, and nothing was begun of it."""
        if len(self._waiting) >= self._workers.most_waiting:
            raise Overloaded("The server has more to do than it can queue. Repeat the request in a moment.")
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, done))
        if len(self._under_way) < self._at_once:
            task = asyncio.get_running_loop().create_task(self._serve())
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return await done

    async def _serve(self) -> None:
        """Works as long as anybody waits."""
        while self._waiting:
            taken = self._take()
            try:
                results = await self._workers.run(self._work, [job for job, _ in taken])
            except Exception as error:  # noqa: BLE001 - handed to whoever waits for it
                results = [error] * len(taken)
            for (_, done), result in zip(taken, results, strict=True):
                if done.done():
                    continue  # nobody waits any more
                if isinstance(result, Exception):
                    done.set_exception(result)
                else:
                    done.set_result(result)

    def _take(self) -> list[tuple[Job, "asyncio.Future[Result]"]]:
        taken = [self._waiting.popleft()]
        weight = self._weight(taken[0][0])
        while self._waiting and (weight := weight + self._weight(self._waiting[0][0])) <= self._most:
            taken.append(self._waiting.popleft())
        return taken
