"""Sessions over a real socket: saying hello, taking part, and what is refused before anything is heard."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from server.app import build
from server.commands.serving import bind
from tests.factories import image, multipart, part10
from tests.http.conftest import settings_for

STUDY = image()
IMAGE = {
    "study_uid": STUDY.StudyInstanceUID,
    "series_uid": STUDY.SeriesInstanceUID,
    "instance_uid": STUDY.SOPInstanceUID,
    "frame_number": 1,
}
SHOW = {"type": "image/set", "viewport": 0, "image": IMAGE}


class Live:
    """One session around one study, and the connections that a test makes to it."""

    def __init__(self, address: str, connections: ExitStack) -> None:
        self.address = address
        self._connections = connections
        body = {"StudyInstanceUIDs": [STUDY.StudyInstanceUID]}
        self.session = httpx.post(f"{address}/api/sessions", json=body).raise_for_status().json()

    def connect(self, session_id: str = "", origin: str | None = "") -> ClientConnection:
        url = f"{self.address.replace('http', 'ws')}/api/sessions/{session_id or self.session['session_id']}/live"
        connection = connect(url, origin=self.address if origin == "" else origin)  # type: ignore[arg-type]
        return self._connections.enter_context(connection)

    def join(self, name: str, key: str | None = None) -> "Participant":
        return Participant(self.connect(), name, key or f"{name:x<24}")


class Participant:
    """Somebody in the session, past the welcome."""

    def __init__(self, wire: ClientConnection, name: str, key: str) -> None:
        self.wire = wire
        self.say({"type": "hello", "key": key, "name": name})
        self.welcome = self.next("welcome")

    def say(self, message: object) -> None:
        self.wire.send(json.dumps(message))

    def next(self, kind: str) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = json.loads(self.wire.recv(timeout=10))
            if message["type"] == kind:
                return message


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on a real port with one study in it."""
    root: Path = tmp_path_factory.mktemp("live") / "root"
    listening = bind("127.0.0.1", 0)
    app = build(settings_for(root))
    config = uvicorn.Config(app, log_config=None, ws_ping_interval=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    content, headers = multipart(part10(STUDY))
    httpx.post(f"{address}/dicomweb/studies", content=content, headers=headers).raise_for_status()
    yield address
    server.should_exit = True
    thread.join()


@pytest.fixture
def live(address: str) -> Iterator[Live]:
    with ExitStack() as connections:
        yield Live(address, connections)


def test_a_session_starts_around_studies_that_are_here(live: Live) -> None:
    assert live.session["address"] == f"/viewer?session={live.session['session_id']}"
    room = httpx.get(f"{live.address}/api/sessions/{live.session['session_id']}").json()
    assert room["study_uids"] == [STUDY.StudyInstanceUID]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"StudyInstanceUIDs": []}', 400),
        (b'{"StudyInstanceUIDs": ["1.2.x"]}', 400),
        (b'{"StudyInstanceUIDs": [1]}', 400),
        (json.dumps({"StudyInstanceUIDs": [f"1.2.{n}" for n in range(17)]}).encode(), 400),
        (b'{"StudyInstanceUIDs": ["1.2.3"]}', 404),
    ],
)
def test_a_session_around_anything_else_is_refused(live: Live, body: bytes, status: int) -> None:
    answer = httpx.post(f"{live.address}/api/sessions", content=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_the_leader_shows_reaches_the_follower(live: Live) -> None:
    leader, follower = live.join("Ann"), live.join("Bob")
    leader.say({"type": "event", "id": 5, "event": SHOW})
    assert leader.next("event")["event"]["type"] in {"person/join", "image/set"}
    heard = follower.next("event")
    assert heard["event"]["image"] == IMAGE
    assert heard["event"]["by"] == leader.welcome["participant_id"]
    assert heard["id"] is None, "only the sender is told its own number"
    follower.say({"type": "event", "id": 6, "event": SHOW})
    refused = follower.next("refused")
    assert (refused["id"], refused["code"]) == (6, "not-allowed")


def test_the_same_key_is_the_same_person_again(live: Live) -> None:
    first = live.join("Carol", key="k" * 32)
    first.wire.close()
    again = live.join("Carol", key="k" * 32)
    assert again.welcome["participant_id"] == first.welcome["participant_id"]
    assert "k" * 32 not in json.dumps(again.welcome), "nobody learns the key"


def test_a_pointer_reaches_the_others_alone(live: Live) -> None:
    one, other = live.join("Dora"), live.join("Emil")
    one.say({"type": "pointer", "viewport": 0, "image": IMAGE, "point": [3, 4]})
    pointer = other.next("pointer")
    assert pointer["point"] == [3, 4]
    assert pointer["by"] == one.welcome["participant_id"]
    one.say({"type": "resync"})
    while (message := json.loads(one.wire.recv(timeout=10)))["type"] != "snapshot":
        assert message["type"] != "pointer"


@pytest.mark.parametrize(
    "message",
    [
        "no JSON",
        "[]",
        '{"type": "event", "id": 1, "event": {"type": "nothing/known"}}',
        '{"type": "event", "event": {"type": "lead/ask"}}',
        '{"type": "event", "id": 1, "event": {"type": "image/set", "viewport": 99, "image": null}}',
        '{"type": "pointer", "viewport": 0}',
        '{"type": "person/leave"}',
        '{"type": "resync", "padding": "' + "x" * 20_000 + '"}',
    ],
)
def test_a_malformed_message_ends_the_connection_with_the_reason(live: Live, message: str) -> None:
    person = live.join("Finn")
    person.wire.send(message)
    with pytest.raises(ConnectionClosed) as closed:
        person.next("nothing of this kind")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    assert closed.value.rcvd.reason


@pytest.mark.parametrize(
    "hello",
    [
        {"type": "hello", "key": "short", "name": "Gus"},
        {"type": "hello", "key": "k" * 32, "name": "  "},
        {"type": "hello", "key": "k" * 32, "name": "x" * 65},
        {"type": "resync"},
    ],
)
def test_whoever_does_not_say_hello_properly_is_not_let_in(live: Live, hello: dict[str, str]) -> None:
    wire = live.connect()
    wire.send(json.dumps(hello))
    with pytest.raises(ConnectionClosed) as closed:
        wire.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def test_a_name_cannot_hide_or_turn_letters(live: Live) -> None:
    person = live.join("Mal\u202elory\u0000", key="m" * 32)
    me = person.welcome["room"]["people"][person.welcome["participant_id"]]
    assert me["name"] == "Mallory"


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", None])
def test_pages_of_other_origins_are_refused_before_the_socket_opens(live: Live, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        live.connect(origin=origin)
    assert refused.value.response.status_code == 403


def test_an_unknown_session_is_refused_before_the_socket_opens(live: Live) -> None:
    with pytest.raises(InvalidStatus) as refused:
        live.connect("nothing-of-the-kind")
    assert refused.value.response.status_code == 404
