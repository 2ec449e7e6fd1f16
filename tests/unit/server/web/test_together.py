"""Who waits for the same kind of work is served in one go, and each is told what became of its own."""

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest

from server.errors import Overloaded
from server.web.together import Together
from server.web.workers import Workers


class Doubling:
    """Work that waits to be let go, and remembers with whom each was served."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.served: list[list[int]] = []

    def work(self, jobs: Sequence[int]) -> list[int | Exception]:
        self.served.append(list(jobs))
        assert self.go.wait(10)
        return [KeyError(job) if job < 0 else 2 * job for job in jobs]


async def _asked(
    doubling: Doubling, jobs: Sequence[int], weight: Callable[[int], int] = lambda _job: 1, most: int = 10
) -> list[object]:
    workers = Workers(4, 100)
    together = Together(workers, doubling.work, at_once=1, most=most, weight=weight)
    first = asyncio.create_task(together.run(0))
    while not doubling.served:
        await asyncio.sleep(0)
    rest = [asyncio.create_task(together.run(job)) for job in jobs]
    await asyncio.sleep(0)
    doubling.go.set()
    answers = await asyncio.gather(first, *rest, return_exceptions=True)
    workers.close()
    return answers[1:]


def test_those_who_came_meanwhile_are_served_in_one_go() -> None:
    doubling = Doubling()
    assert asyncio.run(_asked(doubling, [1, 2, 3])) == [2, 4, 6]
    assert doubling.served == [[0], [1, 2, 3]]


def test_no_more_is_taken_at_once_than_the_weight_that_is_set_and_always_one() -> None:
    doubling = Doubling()
    assert asyncio.run(_asked(doubling, [50, 4, 3, 9], weight=lambda job: job, most=10)) == [100, 8, 6, 18]
    assert doubling.served == [[0], [50], [4, 3], [9]]


def test_what_goes_wrong_with_one_is_raised_to_that_one() -> None:
    first, second, third = asyncio.run(_asked(Doubling(), [1, -2, 3]))
    assert (first, third) == (2, 6)
    assert isinstance(second, KeyError)


def test_what_goes_wrong_with_all_is_raised_to_all_and_the_next_are_served() -> None:
    async def ask() -> list[object]:
        workers, failing = Workers(1, 10), [True]

        def work(jobs: Sequence[int]) -> list[int | Exception]:
            if failing.pop():
                raise OSError
            return list(jobs)

        together = Together(workers, work, at_once=1, most=10)
        answers: list[object] = [*await asyncio.gather(together.run(1), together.run(2), return_exceptions=True)]
        failing[:] = [False]
        answers.append(await together.run(3))
        workers.close()
        return answers

    one, two, three = asyncio.run(ask())
    assert (type(one), type(two), three) == (OSError, OSError, 3)


def test_beyond_the_bound_of_the_workers_nothing_more_may_wait() -> None:
    async def ask() -> None:
        workers, doubling = Workers(1, 2), Doubling()
        together = Together(workers, doubling.work, at_once=1, most=10)
        tasks = [asyncio.create_task(together.run(0))]
        while not doubling.served:
            await asyncio.sleep(0)
        tasks += [asyncio.create_task(together.run(job)) for job in (1, 2)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await together.run(3)
        doubling.go.set()
        assert await asyncio.gather(*tasks) == [0, 2, 4]
        workers.close()

    asyncio.run(ask())
