"""The door to the worker threads: bounded, and refusing at once."""

import asyncio
import threading

import pytest

from server.errors import NotFound, Overloaded
from server.web.workers import Workers


def test_work_is_done_on_another_thread_and_its_failure_is_raised() -> None:
    async def look() -> None:
        workers = Workers(threads=1, most_waiting=1)
        assert await workers.run(threading.get_ident) != threading.get_ident()

        def fail() -> None:
            raise NotFound("no such thing")

        with pytest.raises(NotFound):
            await workers.run(fail)
        workers.close()

    asyncio.run(look())


def test_beyond_the_bound_work_is_refused_and_later_taken_again() -> None:
    async def look() -> None:
        workers = Workers(threads=1, most_waiting=2)
        go = threading.Event()
        under_way = [asyncio.create_task(workers.run(go.wait, 10)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await workers.run(int)
        go.set()
        assert await asyncio.gather(*under_way) == [True] * 3
        assert await workers.run(int) == 0
        workers.close()

    asyncio.run(look())
