"""Several server processes on one root: one order for all, one copy of everything, and nobody notices when one dies."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets import Origin
from websockets.sync.client import connect

from e2e.running import RunningServer
from e2e.storm import Storm
from tests.factories import image, multipart, part10
from tests.http.test_live import event, heard
from tests.http.test_live import send as say

CLIENTS = 16


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("workers") / "root", "--workers", "2").start()
    yield running
    assert running.stop() == 0


def store(server: RunningServer, content: bytes) -> httpx.Response:
    body, headers = multipart(content)
    return httpx.post(f"{server.dicomweb}/studies", content=body, headers=headers, timeout=60)


def at_once(server: RunningServer, contents: list[bytes]) -> list[httpx.Response]:
    go = threading.Barrier(len(contents))

    def one(content: bytes) -> httpx.Response:
        go.wait()
        return store(server, content)

    with ThreadPoolExecutor(len(contents)) as threads:
        return list(threads.map(one, contents))


def found(server: RunningServer, instance_uid: str) -> list[dict[str, Any]]:
    """What a search finds, over a connection of its own, which any of the processes may take."""
    answer = httpx.get(f"{server.dicomweb}/instances", params={"SOPInstanceUID": instance_uid})
    return answer.json() if answer.status_code == 200 else []


def file(server: RunningServer, one: dict[str, Any]) -> bytes:
    study, series, instance = (one[tag]["Value"][0] for tag in ("0020000D", "0020000E", "00080018"))
    path = f"{server.dicomweb}/studies/{study}/series/{series}/instances/{instance}"
    return httpx.get(path, headers={"Accept": "application/dicom; transfer-syntax=*"}).content


def test_sixteen_clients_with_the_same_instance_are_all_answered_200_and_it_is_there_once(
    server: RunningServer,
) -> None:
    for number in range(1, 3):
        content = part10(SOPInstanceUID=f"1.2.16.{number}")
        answers = at_once(server, [content] * CLIENTS)
        assert [answer.status_code for answer in answers] == [200] * CLIENTS
        [one] = found(server, f"1.2.16.{number}")
        assert file(server, one) == content


def test_of_sixteen_clients_with_other_bytes_under_one_uid_those_who_are_told_200_find_theirs(
    server: RunningServer,
) -> None:
    uids = {"StudyInstanceUID": "1.2.17.1", "SeriesInstanceUID": "1.2.17.2", "SOPInstanceUID": "1.2.17.3"}
    contents = [part10(image(**uids, InstanceNumber=number % 4)) for number in range(CLIENTS)]
    answers = at_once(server, contents)
    kept = file(server, found(server, "1.2.17.3")[0])
    assert [answer.status_code for answer in answers] == [200 if one == kept else 409 for one in contents]
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["00081198"]["Value"][0]["00081197"]["Value"] == [0x0111]


def test_what_is_acknowledged_is_found_at_once_by_whichever_process_answers(server: RunningServer) -> None:
    for number in range(1, 31):
        assert store(server, part10(SOPInstanceUID=f"1.2.18.{number}")).status_code == 200
        assert len(found(server, f"1.2.18.{number}")) == 1


def test_people_of_a_session_hear_each_other_and_find_all_of_it_after_one_process_died(server: RunningServer) -> None:
    dataset = image()
    assert store(server, part10(dataset)).status_code == 200
    body = json.dumps({"StudyInstanceUIDs": [dataset.StudyInstanceUID]})
    session_id = httpx.post(f"{server.address}/api/sessions", content=body).json()["session_id"]
    url = f"ws://127.0.0.1:{server.port}/api/sessions/{session_id}/live"
    names = [f"Person {number}" for number in range(8)]

    with ExitStack() as ending:

        def join(name: str) -> Any:
            wire = ending.enter_context(connect(url, origin=Origin(server.address)))
            say(wire, type="hello", key=(name.replace(" ", "") * 30)[:30], name=name)
            heard(wire, "welcome")
            return wire

        wires = [join(name) for name in names]
        for number, wire in enumerate(wires):
            event(wire, number, type="hand/set", raised=True)
        for wire in wires:
            raised: set[str] = set()
            while len(raised) < len(names) - 1:
                told = heard(wire, "event")["event"]
                if told["type"] == "hand/set":
                    raised.add(told["by"])
        os.kill(server.workers()[0], signal.SIGKILL)
        again = [join(name) for name in names]
        event(again[0], 100, type="hand/set", raised=False)
        heard(again[0], "event", id=100)
        say(again[7], type="resync")
        room = heard(again[7], "snapshot")["room"]
        assert len([person for person in room["people"].values() if person["here"]]) == len(names)


def test_a_process_that_is_killed_again_and_again_costs_nothing_acknowledged(tmp_path: Path) -> None:
    root, replica = tmp_path / "root", tmp_path / "replica"
    server = RunningServer(root, "--workers", "2", "--replica", str(replica)).start()
    storm = Storm(seed=4, patient=True)
    ended = threading.Event()
    clients = storm.rage(server, ended)
    for number in range(3):
        storm.middle()
        os.kill(both(server)[number % 2], signal.SIGKILL)
        storm.middle()  # the other one goes on
    both(server)
    ended.set()
    for client in clients:
        client.join()
    storm.check(server)
    deadline = time.monotonic() + 60
    while files(replica) != files(root):
        assert time.monotonic() < deadline, "and one of them keeps the replica, whoever is left"
        time.sleep(0.1)
    assert server.stop() == 0
    server.start()  # takes in what was on its way
    storm.check(server)
    assert server.stop() == 0
    assert not list((root / "archive" / "inbox").iterdir())
    storm.verify(root)


def both(server: RunningServer) -> list[int]:
    """The two processes, once there are two: whichever was killed is started again."""
    deadline = time.monotonic() + 60
    while len(running := server.workers()) != 2:
        assert time.monotonic() < deadline, "it is started again"
        time.sleep(0.05)
    return sorted(running)


def files(root: Path) -> set[str]:
    return {path.name for path in (root / "archive" / "objects").rglob("*.dcm")}


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "root", "--workers", "2").start()
    workers = server.workers()
    assert server.process is not None
    server.process.kill()
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with server.process:  # closes what it has said
        server.process.wait()
    server.start()
    assert server.stop() == 0
