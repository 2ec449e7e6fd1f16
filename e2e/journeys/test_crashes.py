"""A real server killed again and again while many clients store: nothing acknowledged is lost, nothing half there."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.running import BEFORE_IT_IS_KEPT, PROGRAM, RunningServer
from e2e.storm import Storm

ROUNDS = 4


@pytest.mark.parametrize("seed", [1, 2])
def test_rounds_of_kill_9_under_concurrent_storing(
    new_server: Callable[[], RunningServer], tmp_path: Path, seed: int
) -> None:
    server = new_server()
    storm = Storm(seed)
    for _ in range(ROUNDS):
        storm.crash(server)
        server.start()
        storm.check(server)
        assert not list((tmp_path / "root-0" / "archive" / "inbox").iterdir())
    assert storm.acknowledged
    assert server.stop() == 0
    storm.verify(tmp_path / "root-0")


def test_a_server_that_acknowledged_what_it_only_means_to_keep_would_be_found_out(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "root", program=("-c", BEFORE_IT_IS_KEPT)).start()
    storm = Storm(seed=5)
    storm.crash(server)
    server.program = PROGRAM
    server.start()
    try:
        with pytest.raises(AssertionError, match="acknowledged instances are lost"):
            storm.check(server)
    finally:
        server.stop()


def test_a_replica_catches_up_with_a_server_that_is_killed_again_and_again(tmp_path: Path) -> None:
    root, replica = tmp_path / "root", tmp_path / "replica"
    server = RunningServer(root, "--replica", str(replica))
    storm = Storm(seed=3, clients=3)
    for _ in range(3):
        server.start()
        storm.crash(server)
    server.start()
    deadline = time.monotonic() + 90
    while _files(replica) != _files(root):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert server.stop() == 0
    drill = ["drill", "--root", str(root), "--replica", str(replica), "--into", str(tmp_path / "new")]
    done = subprocess.run([sys.executable, "-m", "server", *drill], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    storm.verify(tmp_path / "new")
    restored = RunningServer(tmp_path / "new").start()
    storm.check(restored)
    assert restored.stop() == 0


def _files(root: Path) -> set[str]:
    return {path.name for path in (root / "archive" / "objects").rglob("*.dcm")}
