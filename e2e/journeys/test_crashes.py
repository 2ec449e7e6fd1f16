"""A real server killed again and again while many clients store: nothing acknowledged is lost, nothing half there."""

import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.running import RunningServer
from e2e.storm import Storm

ROUNDS = 4


@pytest.mark.parametrize("seed", [1, 2])
def test_rounds_of_kill_9_under_concurrent_storing(
    new_server: Callable[[], RunningServer], tmp_path: Path, seed: int
) -> None:
    server = new_server()
    storm = Storm(seed)
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        ended = threading.Event()
        clients = storm.rage(server, ended)
        ended.wait(0.2 + chance.random())
        server.kill()
        ended.set()
        for client in clients:
            client.join()
        server.start()
        storm.check(server)
        assert not list((tmp_path / "root-0" / "archive" / "inbox").iterdir())
    assert storm.acknowledged
    assert server.stop() == 0
    storm.verify(tmp_path / "root-0")
