"""A server that dies in the middle of storing: whatever it acknowledged is there, whole, and nothing else is."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets import Origin
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from e2e.running import RunningServer
from simulator.studies import Instance, make_study
from tests.factories import multipart
from tests.http.test_live import drain, heard, send

TOGETHER = 5


@pytest.fixture(scope="module")
def instances() -> list[Instance]:
    """Fifty CT slices, made once."""
    made = list(make_study("chest-ct", seed=7, scale="small", slices=50).instances())
    assert len(made) == 50
    return made


@pytest.mark.parametrize("seed", range(6))
def test_every_acknowledged_instance_survives_kill_9(
    new_server: Callable[[], RunningServer], instances: list[Instance], seed: int, tmp_path: Path
) -> None:
    server = new_server()
    acknowledged: set[str] = set()
    killed = threading.Event()
    # the moment is chosen by how much was acknowledged, so that it falls in the middle on any machine
    moment = random.Random(seed).randrange(0, 45)

    def kill_in_the_middle() -> None:
        while len(acknowledged) < moment:
            killed.wait(0.001)
        killed.wait(random.Random(seed).random() * 0.02)
        server.kill()
        killed.set()

    killer = threading.Thread(target=kill_in_the_middle)
    killer.start()
    for batch in _batches(instances):
        try:
            acknowledged |= _store(server, batch)
        except httpx.TransportError:
            break
    killer.join()
    server.start()

    found = _found(server)
    assert acknowledged <= found, "nothing acknowledged is lost"
    by_uid = {instance.instance_uid: instance for instance in instances}
    for instance_uid in found:
        assert _retrieve(server, by_uid[instance_uid]) == by_uid[instance_uid].data, "and what is found is whole"
    _counts_agree(server, found)
    assert list((tmp_path / "root-0" / "archive" / "inbox").iterdir()) == []

    for batch in _batches(instances):
        _store(server, batch)
    assert len(_found(server)) == 50, "sent again, all of it is there once"


def _batches(instances: list[Instance]) -> Iterator[list[Instance]]:
    for start in range(0, len(instances), TOGETHER):
        yield instances[start : start + TOGETHER]


def _store(server: RunningServer, batch: list[Instance]) -> set[str]:
    """Stores a batch and answers what the server acknowledged."""
    content, headers = multipart(*(instance.data for instance in batch))
    answer = httpx.post(f"{server.dicomweb}/studies", content=content, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return {item["00081155"]["Value"][0] for item in answer.json()["00081199"]["Value"]}


def _found(server: RunningServer) -> set[str]:
    answer = httpx.get(f"{server.dicomweb}/instances", params={"limit": 1000})
    if answer.status_code == 204:
        return set()
    return {item["00080018"]["Value"][0] for item in answer.json()}


def _retrieve(server: RunningServer, instance: Instance) -> bytes:
    path = f"studies/{instance.study_uid}/series/{instance.series_uid}/instances/{instance.instance_uid}"
    answer = httpx.get(f"{server.dicomweb}/{path}", headers={"Accept": "application/dicom; transfer-syntax=*"})
    assert answer.status_code == 200
    return answer.content


def _counts_agree(server: RunningServer, found: set[str]) -> None:
    answer = httpx.get(f"{server.dicomweb}/studies")
    told = answer.json()[0]["00201208"]["Value"][0] if answer.status_code == 200 else 0
    assert told == len(found)


def test_a_server_asked_to_stop_finishes_what_it_was_storing_and_says_goodbye(
    new_server: Callable[[], RunningServer], instances: list[Instance]
) -> None:
    server = new_server()
    _store(server, instances[:1])
    content, headers = multipart(*(instance.data for instance in instances))
    answers: list[httpx.Response] = []
    half, half_asked = threading.Event(), threading.Event()

    def body() -> Iterator[bytes]:
        yield content[: len(content) // 2]
        half.set()
        half_asked.wait(60)
        yield content[len(content) // 2 :]

    def store() -> None:
        answers.append(httpx.post(f"{server.dicomweb}/studies", content=body(), headers=headers, timeout=90))

    storing = threading.Thread(target=store)
    storing.start()
    assert half.wait(60)
    with (
        _session(server, instances[0].study_uid) as wire,
        httpx.stream("GET", f"{server.dicomweb}/changes", headers={"Accept": "text/event-stream"}, timeout=30) as feed,
    ):
        assert server.process is not None
        server.process.terminate()
        half_asked.set()
        with pytest.raises(ConnectionClosed) as closed:
            drain(wire)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012, "so that browsers come back"
        assert b"change" in b"".join(feed.iter_bytes()), "and the feed ends in good order"
    storing.join()
    assert answers[0].status_code == 200
    assert server.stop() == 0
    server.start()
    assert len(_found(server)) == 50


@contextmanager
def _session(server: RunningServer, study_uid: str) -> Iterator[ClientConnection]:
    asked = json.dumps({"StudyInstanceUIDs": [study_uid]})
    session_id = httpx.post(f"{server.address}/api/sessions", content=asked).json()["session_id"]
    url = f"ws://127.0.0.1:{server.port}/api/sessions/{session_id}/live"
    with connect(url, origin=Origin(server.address)) as wire:
        send(wire, type="hello", key="k" * 30, name="Anna")
        heard(wire, "welcome")
        yield wire
