"""One session over two server processes: one order for all, by themselves or by a backplane that comes and goes."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from e2e.running import RunningServer
from tests.factories import image, multipart, part10
from tests.http.test_live import event, heard, send
from tests.several.conftest import Other


class Pair:
    """Two servers over one root, and a session."""

    def __init__(self, root: Path, address: str, ending: ExitStack) -> None:
        environment = {"LIGHTBOX_SESSIONS__BACKPLANE": address}
        self.servers = []
        for _ in range(2):
            server = RunningServer(root, environment=environment).start()
            ending.callback(server.stop)
            self.servers.append(server)
        self._ending = ending
        dataset = image()
        content, headers = multipart(part10(dataset))
        httpx.post(f"{self.servers[0].dicomweb}/studies", content=content, headers=headers).raise_for_status()
        body = json.dumps({"StudyInstanceUIDs": [dataset.StudyInstanceUID]})
        self.session_id = httpx.post(f"{self.servers[0].address}/api/sessions", content=body).json()["session_id"]
        self.image = {
            "study_uid": str(dataset.StudyInstanceUID), "series_uid": "1.2", "instance_uid": "1.3", "frame_number": 1,
        }  # fmt: skip

    def join(self, number: int, name: str) -> tuple[ClientConnection, dict[str, Any]]:
        at = self.servers[number]
        url = f"ws://127.0.0.1:{at.port}/api/sessions/{self.session_id}/live"
        connection = self._ending.enter_context(connect(url, origin=at.address))  # type: ignore[arg-type]
        send(connection, type="hello", key=(name * 30)[:30], name=name)
        return connection, heard(connection, "welcome")


@pytest.fixture
def pair(tmp_path: Path, other: Other | None) -> Iterator[Pair]:
    with ExitStack() as ending:
        yield Pair(tmp_path / "root", other.address if other else "", ending)


BY_THEMSELVES = pytest.mark.parametrize("other", ["", "postgresql_server", "redis_server"], indirect=True)


def room(connection: ClientConnection) -> dict[str, Any]:
    send(connection, type="resync")
    found: dict[str, Any] = heard(connection, "snapshot")["room"]
    return found


@BY_THEMSELVES
def test_people_at_two_servers_are_in_one_room(pair: Pair) -> None:
    anna, _ = pair.join(0, "Anna")
    bert, welcome = pair.join(1, "Bert")
    assert len(welcome["room"]["people"]) == 2
    assert all(person["here"] for person in welcome["room"]["people"].values()), "nobody is thrown out by the other"
    event(anna, 1, type="image/set", viewport=0, image=pair.image)
    assert heard(bert, "event", id=None)["event"]["type"] == "image/set"
    event(bert, 1, type="view/propose", view=_view(pair))
    assert heard(anna, "event", id=None)["event"]["by"] == welcome["participant_id"]
    send(bert, type="pointer", viewport=0, image=pair.image, point=[1, 2])
    assert heard(anna, "pointer")["point"] == [1, 2]

    # both write at once: the journal's order is everybody's
    for number in range(60):
        event(anna, 10 + number, type="hand/set", raised=bool(number % 2))
        event(bert, 10 + number, type="hand/set", raised=bool(number % 3))
    heard(anna, "event", id=69)
    heard(bert, "event", id=69)
    assert _settled(anna, bert)

    # a notification larger than PostgreSQL takes
    content = {"text": "x" * 3900}
    for number in range(4):
        put = {"annotation_id": f"{number:016x}", "image": pair.image, "content": content}
        event(anna, 100 + number, type="annotation/put", **put)
    heard(anna, "event", id=103)
    assert _settled(anna, bert)
    assert len(room(bert)["annotations"]) == 4


def test_without_its_backplane_the_room_catches_up_by_the_journal(pair: Pair, other: Other) -> None:
    anna, _ = pair.join(0, "Anna")
    bert, _ = pair.join(1, "Bert")
    heard(anna, "event")
    other.kill()
    event(anna, 1, type="image/set", viewport=0, image=pair.image)
    assert heard(bert, "event", id=None)["event"]["type"] == "image/set"
    other.start()
    event(bert, 2, type="hand/set", raised=True)
    assert heard(anna, "event", id=None)["event"]["type"] == "hand/set"
    assert _settled(anna, bert)


@BY_THEMSELVES
def test_the_people_of_a_server_that_dies_have_left(pair: Pair) -> None:
    anna, _ = pair.join(0, "Anna")
    _, welcome = pair.join(1, "Bert")
    pair.servers[1].kill()
    while (told := heard(anna, "event")["event"])["type"] != "person/leave":
        pass
    assert told["by"] == welcome["participant_id"]


def _view(pair: Pair) -> dict[str, Any]:
    presentation = {
        "voi": None, "zoom": 1, "pan": {"x": 0, "y": 0}, "rotation": 0,
        "flip_horizontal": False, "flip_vertical": False, "invert": False,
    }  # fmt: skip
    viewports = [{"image": pair.image, "presentation": presentation}]
    return {"layout": "1x1", "active_viewport": 0, "viewports": viewports}


def _settled(one: ClientConnection, other: ClientConnection) -> bool:
    """Whether both servers come to the same room, once all that is on the way has come."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if room(one) == room(other):
            return True
        time.sleep(0.1)
    return False
