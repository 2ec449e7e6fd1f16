"""Room to work in: never more at a time than there is, and nobody waits for ever."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.rendering.room import Room

MOST = 100


def test_what_is_worked_on_at_a_time_never_exceeds_the_room() -> None:
    room, lock = Room(MOST), threading.Lock()
    inside: list[int] = []
    seen: list[list[int]] = []

    def work(size: int) -> None:
        with room.taken(size):
            with lock:
                inside.append(size)
                seen.append(list(inside))
            time.sleep(0.001)
            with lock:
                inside.remove(size)

    sizes = random.Random(1).choices([1, 30, 60, 99, 250], k=60)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, sizes))
    assert len(seen) == len(sizes)
    assert all(sum(together) <= MOST or len(together) == 1 for together in seen)
    assert max(map(len, seen)) > 1


def test_work_that_fails_leaves_its_room_to_others() -> None:
    room = Room(MOST)
    for _ in range(3):
        with pytest.raises(ValueError, match="no"), room.taken(MOST):
            raise ValueError("no")
    with room.taken(MOST):
        pass
