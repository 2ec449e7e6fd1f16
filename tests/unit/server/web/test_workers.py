"""The door to the threads: refuses when too much waits, lets the most urgent in first, drops who has gone."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from server.errors import Overloaded
from server.web.workers import URGENT, Workers, urgency


def request(priority: str = "", gone: Callable[[], bool] = lambda: False) -> Request:
    async def receive() -> dict[str, Any]:
        if not gone():
            await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    headers = [(b"priority", priority.encode())] if priority else []
    return Request({"type": "http", "headers": headers}, receive)


async def behind_one(workers: Workers, *waiting: Coroutine[Any, Any, object]) -> list[object]:
    """What came of work that had to wait behind other work."""
    go = threading.Event()
    first = asyncio.create_task(workers.run(go.wait, 10))
    await asyncio.sleep(0)
    tasks = [asyncio.create_task(one) for one in waiting]
    await asyncio.sleep(0.05)
    go.set()
    await first
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    workers.close()
    return answers


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


def test_there_are_no_more_threads_than_there_was_work_for_at_a_time() -> None:
    async def one_after_the_other() -> set[str]:
        workers = Workers(8, 8)
        names = {await workers.run(lambda: threading.current_thread().name) for _ in range(20)}
        workers.close()
        return names

    assert len(asyncio.run(one_after_the_other())) == 1


def test_the_most_urgent_goes_first_and_otherwise_who_came_first() -> None:
    done: list[str] = []

    async def order() -> None:
        workers = Workers(1, 8)
        await behind_one(
            workers,
            workers.run_for(request("u=6"), done.append, "ahead of need"),
            workers.run_for(request(), done.append, "now"),
            workers.run(done.append, "a store"),
            workers.run_for(request("u=1, i"), done.append, "at once"),
        )

    asyncio.run(order())
    assert done == ["at once", "now", "a store", "ahead of need"]


def test_work_for_a_client_that_has_gone_is_never_begun() -> None:
    done: list[str] = []

    async def go_away() -> list[object]:
        workers, gone = Workers(1, 8), threading.Event()
        leaving = workers.run_for(request(gone=gone.is_set), done.append, "left")
        gone.set()
        return await behind_one(workers, leaving, workers.run_for(request(), done.append, "stayed"))

    left, stayed = asyncio.run(go_away())
    assert isinstance(left, ClientDisconnect)
    assert (done, stayed) == (["stayed"], None)


def test_whoever_gives_up_waiting_leaves_its_place() -> None:
    async def give_up() -> object:
        workers, go = Workers(1, 1), threading.Event()
        first = asyncio.create_task(workers.run(go.wait, 10))
        await asyncio.sleep(0)
        second = asyncio.create_task(workers.run(int, "2"))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.sleep(0)
        third = asyncio.create_task(workers.run(int, "3"))
        await asyncio.sleep(0)
        go.set()
        await first
        return await third

    assert asyncio.run(give_up()) == 3


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", URGENT),
        ("u=0", 0),
        ("u=6", 6),
        ("i, u=5", 5),
        ("u=5;x, i", 5),
        ("u=9", URGENT),
        ("xu=1", URGENT),
        ("?", URGENT),
    ],
)
def test_urgency_is_what_the_priority_header_says(header: str, wanted: int) -> None:
    assert urgency(header) == wanted
