"""The door to the threads: it refuses at once when too much waits."""

import asyncio
import threading

import pytest

from server.errors import Overloaded
from server.web.workers import Workers


async def _too_much() -> list[object]:
    workers, go = Workers(1, 2), threading.Event()
    under_way = [asyncio.create_task(workers.run(go.wait, 10)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await workers.run(int)
    go.set()
    answers: list[object] = [*await asyncio.gather(*under_way), await workers.run(int, "7")]
    workers.close()
    return answers


def test_beyond_its_bound_work_is_refused_and_afterwards_taken_again() -> None:
    assert asyncio.run(_too_much()) == [True, True, True, 7]


def test_an_error_comes_back_to_whoever_asked() -> None:
    async def fail() -> None:
        await Workers(1, 1).run(int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        asyncio.run(fail())
