"""A server that dies in the middle of storing: whatever it acknowledged is there, whole, and nothing else is."""

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from e2e.running import RunningServer
from simulator.studies import Instance, make_study
from tests.factories import multipart

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


def test_a_server_asked_to_stop_finishes_what_it_was_storing(
    new_server: Callable[[], RunningServer], instances: list[Instance]
) -> None:
    server = new_server()
    content, headers = multipart(*(instance.data for instance in instances))
    answers: list[httpx.Response] = []
    half = threading.Event()

    def body() -> Iterator[bytes]:
        yield content[: len(content) // 2]
        half.set()
        half_asked.wait(10)
        yield content[len(content) // 2 :]

    half_asked = threading.Event()
    storing = threading.Thread(
        target=lambda: answers.append(
            httpx.post(f"{server.dicomweb}/studies", content=body(), headers=headers, timeout=30)
        )
    )
    storing.start()
    half.wait(10)
    assert server.process is not None
    server.process.terminate()
    half_asked.set()
    storing.join()
    assert answers[0].status_code == 200
    assert server.stop() == 0
    server.start()
    assert len(_found(server)) == 50
