"""The long form of `e2e/journeys/test_crashes.py`: storing and killing for hours, `SOAK_HOURS` of them (1)."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from e2e.running import RunningServer
from e2e.soak.report import report, told
from e2e.storm import Storm


def test_hours_of_kill_9(new_server: Callable[[], RunningServer], tmp_path: Path) -> None:
    seed = int(os.environ.get("SOAK_SEED", "1"))
    until = time.monotonic() + 3600 * float(os.environ.get("SOAK_HOURS", "1"))
    server = new_server()
    storm = Storm(seed)
    rounds = 0
    while time.monotonic() < until:
        storm.crash(server, random.Random(f"{seed} {rounds}").randrange(100))
        server.start()
        storm.check(server)
        rounds += 1
        if rounds % 20 == 0:
            storm.verify(tmp_path / "root-0")
    assert server.stop() == 0
    storm.verify(tmp_path / "root-0")
    report("kill -9", told(rounds, len(storm.acknowledged)))


def test_hours_of_processes_killed_one_at_a_time(tmp_path: Path) -> None:
    until = time.monotonic() + 3600 * float(os.environ.get("SOAK_HOURS", "1"))
    root = tmp_path / "root"
    server = RunningServer(root, "--workers", "3", "--replica", str(tmp_path / "replica")).start()
    storm = Storm(seed=9, patient=True)
    rounds = 0
    while time.monotonic() < until:
        ended = threading.Event()
        clients = storm.rage(server, ended)
        for _ in range(20):
            storm.middle()
            workers = server.workers()
            os.kill(workers[rounds % len(workers)], signal.SIGKILL)
            rounds += 1
        ended.set()
        for client in clients:
            client.join()
        storm.check(server)
    assert server.stop() == 0
    server.start()
    storm.check(server)
    assert server.stop() == 0
    storm.verify(root)
    report("kill -9 of one of three processes", told(rounds, len(storm.acknowledged)))
