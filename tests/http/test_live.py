"""Taking part in a session over a real WebSocket, against a real server on a free port."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from server.app import build
from tests.factories import image, multipart, part10
from tests.http.conftest import settings_for

IMAGE = {"study_uid": "", "series_uid": "1.2", "instance_uid": "1.3", "frame_number": 1}


class Live:
    """A running server with one session in it."""

    def __init__(self, port: int, connections: ExitStack) -> None:
        self._connections = connections
        self.address = f"127.0.0.1:{port}"
        dataset = image()
        content, headers = multipart(part10(dataset))
        httpx.post(f"http://{self.address}/dicomweb/studies", content=content, headers=headers).raise_for_status()
        body = json.dumps({"StudyInstanceUIDs": [dataset.StudyInstanceUID]})
        self.session_id = httpx.post(f"http://{self.address}/api/sessions", content=body).json()["session_id"]
        self.image = IMAGE | {"study_uid": str(dataset.StudyInstanceUID)}

    def open(self, session_id: str | None = None, origin: str | None = "ours") -> ClientConnection:
        url = f"ws://{self.address}/api/sessions/{session_id or self.session_id}/live"
        ours = f"http://{self.address}"
        return self._connections.enter_context(connect(url, origin=ours if origin == "ours" else origin))  # type: ignore[arg-type]

    def join(self, name: str, key: str | None = None) -> "tuple[ClientConnection, dict[str, Any]]":
        connection = self.open()
        send(connection, type="hello", key=key or (name * 30)[:30], name=name)
        return connection, heard(connection, "welcome")


def send(connection: ClientConnection, **message: Any) -> None:
    connection.send(json.dumps(message))


def heard(connection: ClientConnection, kind: str, **fields: Any) -> dict[str, Any]:
    """The next message of a kind (with these fields), whatever else comes before it."""
    while True:
        message: dict[str, Any] = json.loads(connection.recv(timeout=60))
        if message["type"] == kind and all(message.get(name) == value for name, value in fields.items()):
            return message


def drain(connection: ClientConnection) -> None:
    """Reads until the connection ends."""
    while True:
        connection.recv(timeout=60)


def event(connection: ClientConnection, number: int, **fields: Any) -> None:
    send(connection, type="event", id=number, event=fields)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = settings_for(tmp_path_factory.mktemp("live") / "root", sessions={"most_messages_waiting": 16})
        config = uvicorn.Config(build(settings), log_config=None, ws_per_message_deflate=False, lifespan="on")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(running.serve([listening])))
        thread.start()
        yield listening.getsockname()[1]
        running.should_exit = True
        thread.join(20)


@pytest.fixture
def live(server: int) -> Iterator[Live]:
    with ExitStack() as connections:
        yield Live(server, connections)


def test_the_first_to_join_leads_and_the_next_hears_the_same_events(live: Live) -> None:
    anna, welcome = live.join("Anna")
    bert, _ = live.join("Bert")
    with anna, bert:
        assert welcome["room"]["leader"] == welcome["participant_id"]
        event(anna, 7, type="image/set", viewport=0, image=live.image)
        own, other = heard(anna, "event", id=7), heard(bert, "event", id=None)
        assert own["event"] == other["event"]
        assert own["event"]["by"] == welcome["participant_id"]
        assert own["seq"] == other["seq"] == 3


def test_a_follower_who_turns_pages_is_refused_alone(live: Live) -> None:
    anna, _ = live.join("Anna")
    bert, _ = live.join("Bert")
    with anna, bert:
        event(bert, 1, type="layout/set", layout="1x2")
        assert heard(bert, "refused", id=1)["code"] == "not-allowed"
        send(bert, type="resync")
        assert heard(bert, "snapshot")["room"]["layout"] == "1x1"


def test_a_sign_of_life_is_given_to_who_asks_and_says_how_far_the_room_is(live: Live) -> None:
    anna, _ = live.join("Anna")
    bert, welcome = live.join("Bert")
    with anna, bert:
        event(anna, 7, type="image/set", viewport=0, image=live.image)
        heard(bert, "event", id=None)
        send(bert, type="beat")
        assert heard(bert, "beat") == {"type": "beat", "seq": welcome["room"]["seq"] + 1}


def test_a_pointer_goes_to_the_others_and_not_back(live: Live) -> None:
    anna, welcome = live.join("Anna")
    bert, _ = live.join("Bert")
    with anna, bert:
        send(anna, type="pointer", viewport=0, image=live.image, point=[1.5, 2])
        assert heard(bert, "pointer")["by"] == welcome["participant_id"]
        send(anna, type="resync")
        while (message := json.loads(anna.recv(timeout=60)))["type"] != "snapshot":
            assert message["type"] != "pointer"


def test_the_same_key_twice_is_one_person_who_leaves_with_the_last_connection(live: Live) -> None:
    watcher, _ = live.join("Watcher")
    first, one = live.join("Anna", "k" * 30)
    second, two = live.join("Anna", "k" * 30)
    with watcher:
        assert one["participant_id"] == two["participant_id"]
        first.close()
        send(second, type="resync")
        assert heard(second, "snapshot")["room"]["people"][one["participant_id"]]["here"]
        second.close()
        while heard(watcher, "event")["event"]["type"] != "person/leave":
            pass
        send(watcher, type="resync")
        assert not heard(watcher, "snapshot")["room"]["people"][one["participant_id"]]["here"]


@pytest.mark.parametrize(
    "first",
    [
        "no json",
        "[]",
        '{"type": "event", "id": 1, "event": {"type": "lead/take"}}',
        '{"type": "hello", "key": "short", "name": "Anna"}',
        '{"type": "hello", "key": "kkkkkkkkkkkkkkkkkkkkkkkkkk", "name": "  "}',
        "x" * 20_000,
        b"binary",
    ],
)
def test_a_first_message_that_is_no_hello_ends_the_connection(live: Live, first: str | bytes) -> None:
    with live.open() as connection:
        connection.send(first)
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=60)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, bool(closed.value.rcvd.reason)) == (1008, True)


@pytest.mark.parametrize(
    "message", ["{", '{"type": "dance"}', '{"type": "event", "id": "x"}', '{"type": "pointer"}', b"\0\1"]
)
def test_a_malformed_message_ends_the_connection(live: Live, message: str | bytes) -> None:
    connection, _ = live.join("Anna")
    with connection:
        connection.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            drain(connection)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


@pytest.mark.parametrize("origin", ["http://evil.example", None, "null"])
def test_a_page_of_another_origin_is_refused_before_the_socket_opens(live: Live, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        live.open(origin=origin)
    assert refused.value.response.status_code == 403


def test_an_unknown_session_is_not_found_before_the_socket_opens(live: Live) -> None:
    with pytest.raises(InvalidStatus) as refused:
        live.open("no-such-session")
    assert refused.value.response.status_code == 404


def test_a_session_that_everybody_left_is_there_when_somebody_comes_back(live: Live) -> None:
    anna, _ = live.join("Anna")
    event(anna, 1, type="layout/set", layout="1x2")
    heard(anna, "event", id=1)
    anna.close()
    again, welcome = live.join("Anna")
    with again:
        assert welcome["room"]["layout"] == "1x2"
        assert welcome["room"]["leader"] == welcome["participant_id"]


def test_a_look_here_and_what_somebody_looks_at_reach_the_others_and_latecomers(live: Live) -> None:
    anna, welcome = live.join("Anna")
    bert, _ = live.join("Bert")
    place = {"frame_of_reference_uid": "1.2.9", "point": [1, 2.5, -3]}
    with anna, bert:
        send(anna, type="look-here", viewport=0, image=live.image, point=[1, 2], place=place)
        assert heard(bert, "look-here")["place"] == place
        send(anna, type="looking", image=live.image)
        assert heard(bert, "looking")["by"] == welcome["participant_id"]
        carl, _ = live.join("Carl")
        with carl:
            assert heard(carl, "looking")["image"] == live.image


def test_a_study_that_is_not_here_is_not_added(live: Live) -> None:
    anna, _ = live.join("Anna")
    with anna:
        event(anna, 1, type="studies/add", study_uids=["1.2.3.4"])
        assert heard(anna, "refused", id=1)["code"] == "not-found"
        event(anna, 2, type="studies/add", study_uids=[live.image["study_uid"]])
        heard(anna, "event", id=2)


def test_whoever_is_removed_is_cut_off_and_does_not_come_back(live: Live) -> None:
    anna, _ = live.join("Anna")
    bert, welcome = live.join("Bert")
    with anna, bert:
        event(anna, 1, type="person/remove", who=welcome["participant_id"])
        with pytest.raises(ConnectionClosed) as closed:
            drain(bert)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
        again = live.open()
        send(again, type="hello", key=("Bert" * 30)[:30], name="Bert")
        with pytest.raises(ConnectionClosed):
            drain(again)


def test_a_connection_that_floods_is_ended(live: Live) -> None:
    anna, _ = live.join("Anna")
    with anna, suppress(ConnectionClosed):
        for _ in range(3000):
            send(anna, type="looking", image=None)
    with pytest.raises(ConnectionClosed):
        drain(anna)


def test_a_picture_that_many_ask_for_is_drawn_once(live: Live) -> None:
    figures = f"http://{live.address}/api/figures"
    before = httpx.get(figures).json()
    anna, _ = live.join("Anna")
    uids = "/".join(httpx.get(f"http://{live.address}/dicomweb/studies/{live.image['study_uid']}/instances").json()[0][tag]["Value"][0]
                    for tag in ("0020000E", "00080018")).split("/")  # fmt: skip
    study = f"http://{live.address}/dicomweb/studies/{live.image['study_uid']}"
    for _ in range(5):
        found = httpx.get(f"{study}/series/{uids[0]}/instances/{uids[1]}/frames/1/rendered", params={"quality": "80"})
        assert found.status_code == 200
    after = httpx.get(figures).json()
    assert after["pictures_drawn"] - before["pictures_drawn"] == 1
    assert after["people_seated"] >= 1
    anna.close()
