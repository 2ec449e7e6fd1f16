"""Every instance sent gets an answer, and the ledger says which."""

import httpx
import pytest

from simulator.studies import Instance, make_study
from simulator.workload import http
from simulator.workload.archive import reason_text
from simulator.workload.dicomweb import DicomwebArchive
from simulator.workload.patience import Patience
from simulator.workload.send import Sender, SendError
from tests.unit.simulator.store_server import StoreServer, store_response

JSON = {"Content-Type": "application/dicom+json"}


@pytest.fixture(scope="module")
def instances() -> list[Instance]:
    return list(make_study("chest-ct", 1, scale="small", slices=5).instances())


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def sender(store_server: StoreServer, pauses: list[float]) -> Sender:
    return sending_to(store_server.url, pauses)


def sending_to(url: str, pauses: list[float]) -> Sender:
    patience = Patience(attempts=3, pause=pauses.append)
    return Sender(lambda: DicomwebArchive(httpx.Client(trust_env=False), url), patience, instances_per_request=2)


def nobody_watches(instances: int, size: int) -> None:
    """No progress bar."""


def test_the_body_is_multipart_related_with_each_file_as_a_part(
    sender: Sender, store_server: StoreServer, instances: list[Instance]
) -> None:
    sender.send(instances, nobody_watches)
    assert store_server.paths == ["/dicomweb/studies"] * 3
    assert store_server.content_types[0].startswith('multipart/related; type="application/dicom"; boundary=')
    sent = [part for index in range(3) for part in store_server.parts(index)]
    assert sent == [instance.data for instance in instances]


def test_the_announced_length_is_the_bodys(instances: list[Instance]) -> None:
    assert http.body_length(instances) == len(b"".join(http.body(instances)))


def test_all_stored(sender: Sender, instances: list[Instance]) -> None:
    steps: list[tuple[int, int]] = []
    tally = sender.send(instances, lambda count, size: steps.append((count, size)))
    assert tally.stored == {instance.instance_uid for instance in instances}
    assert tally.is_complete
    assert [count for count, _ in steps] == [2, 2, 1]
    assert tally.sent_bytes == sum(len(instance.data) for instance in instances)


def test_refused_instances_are_told_with_their_reasons(
    sender: Sender, store_server: StoreServer, instances: list[Instance]
) -> None:
    bad, twice = instances[0].instance_uid, instances[1].instance_uid
    store_server.replies = [(202, JSON, store_response([], {bad: 0xA700, twice: 0x0111}))]
    tally = sender.send(instances[:2], nobody_watches)
    assert tally.refused == {
        bad: "out of resources (0xA700)",
        twice: "another instance with this UID is there (0x0111)",
    }
    assert tally.already_there == set()
    assert not tally.is_complete


def test_a_conflict_is_an_answer_and_no_reason_to_retry(
    sender: Sender, store_server: StoreServer, instances: list[Instance], pauses: list[float]
) -> None:
    uid = instances[0].instance_uid
    store_server.replies = [(409, JSON, store_response([], {uid: 0xC000}))]
    tally = sender.send(instances[:1], nobody_watches)
    assert tally.refused == {uid: "cannot be understood (0xC000)"}
    assert pauses == []


def test_an_instance_the_server_does_not_mention_is_not_stored(
    sender: Sender, store_server: StoreServer, instances: list[Instance]
) -> None:
    store_server.replies = [(200, JSON, store_response([instances[0].instance_uid], {}))]
    tally = sender.send(instances[:2], nobody_watches)
    assert tally.unanswered == {instances[1].instance_uid}
    assert not tally.is_complete


def test_an_overloaded_server_is_asked_again_after_the_time_it_names(
    sender: Sender, store_server: StoreServer, instances: list[Instance], pauses: list[float]
) -> None:
    store_server.replies = [(503, {"Retry-After": "7"}, b""), (429, {}, b"")]
    tally = sender.send(instances[:1], nobody_watches)
    assert tally.is_complete
    assert pauses[0] == 7.0
    assert 0.5 <= pauses[1] <= 1.0
    assert store_server.bodies[0] == store_server.bodies[2]


def test_a_server_that_stays_overloaded_ends_the_run(
    sender: Sender, store_server: StoreServer, instances: list[Instance], pauses: list[float]
) -> None:
    store_server.replies = [(503, {}, b"")] * 3
    with pytest.raises(SendError, match=r"3 attempts .*503"):
        sender.send(instances, nobody_watches)
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1.0


def test_a_refusal_of_the_whole_request_is_not_retried(
    sender: Sender, store_server: StoreServer, instances: list[Instance], pauses: list[float]
) -> None:
    first = [instance.instance_uid for instance in instances[:2]]
    store_server.replies = [(200, JSON, store_response(first, {})), (401, {}, b"who are you?")]
    with pytest.raises(SendError, match=r"401: who are you\?") as stopped:
        sender.send(instances, nobody_watches)
    assert stopped.value.tally.stored == set(first)
    assert stopped.value.tally.unanswered == {instance.instance_uid for instance in instances[2:4]}
    assert pauses == []


@pytest.mark.parametrize("body", [b"<html>", b'"fine"', b'{"00081199": 3}'])
def test_an_answer_that_is_no_store_response_is_an_error(
    sender: Sender, store_server: StoreServer, instances: list[Instance], body: bytes
) -> None:
    store_server.replies = [(200, JSON, body)]
    with pytest.raises(SendError, match="without a store response"):
        sender.send(instances, nobody_watches)


def test_nobody_listening_is_an_error_after_the_attempts(instances: list[Instance], pauses: list[float]) -> None:
    with pytest.raises(SendError, match=r"nothing was taken in 3 attempts .*ConnectError"):
        sending_to("http://127.0.0.1:1/dicomweb", pauses).send(instances, nobody_watches)
    assert len(pauses) == 2


def test_unknown_reasons_keep_their_number() -> None:
    assert reason_text(0xB123) == "refused (0xB123)"


def test_a_request_that_is_too_large_is_sent_in_halves(
    sender: Sender, store_server: StoreServer, instances: list[Instance], pauses: list[float]
) -> None:
    store_server.replies = [(413, {}, b"too large")]
    assert sender.send(instances[:2], nobody_watches).is_complete
    assert [len(store_server.parts(index)) for index in range(3)] == [2, 1, 1]
    assert pauses == []
