"""Rights withdrawn while people are inside: members as well as guests are out within seconds, and see nothing more."""

import asyncio
import dataclasses
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed

from server.access.people import Caller, Role
from server.app import build
from server.web import rights_watch
from tests.http.conftest import settings_for
from tests.http.test_live import Live, drain, event, heard


@pytest.fixture(scope="module")
def app_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Starlette, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rights_watch, "LOOK_SECONDS", 0.05)
        app = build(settings_for(tmp_path_factory.mktemp("rights") / "root"))
        running = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        thread = threading.Thread(target=lambda: asyncio.run(running.serve([listening])))
        thread.start()
        yield app, listening.getsockname()[1]
        running.should_exit = True
        thread.join(20)


@pytest.fixture
def live(app_at: tuple[Starlette, int]) -> Iterator[Live]:
    with ExitStack() as connections:
        yield Live(app_at[1], connections)


@pytest.fixture
def person(app_at: tuple[Starlette, int]) -> Iterator[Any]:
    """Gives whoever asks other roles, as a grant revoked or an account disabled would; back again afterwards."""
    app, _ = app_at
    before: Caller = app.state.local_person

    def become(roles: dict[str, Role]) -> None:
        app.state.local_person = dataclasses.replace(before, roles=roles)

    yield become
    app.state.local_person = before


@pytest.mark.parametrize("roles", [{}, {"somebody-elses": Role.ADMINISTRATOR}], ids=["disabled", "moved"])
def test_who_may_no_longer_see_the_images_is_out_and_sees_none(live: Live, person: Any, roles: dict[str, Role]) -> None:
    anna, _ = live.join("Anna")
    study = live.image["study_uid"]
    instances = f"http://{live.address}/dicomweb/studies/{study}/instances"
    [found] = httpx.get(instances).json()
    series, instance = (found[tag]["Value"][0] for tag in ("0020000E", "00080018"))
    picture = f"http://{live.address}/dicomweb/studies/{study}/series/{series}/instances/{instance}/frames/1/rendered"
    assert httpx.get(picture).status_code == 200
    person(roles)
    with pytest.raises(ConnectionClosed) as ended:
        drain(anna)
    assert ended.value.rcvd is not None
    assert (ended.value.rcvd.code, ended.value.rcvd.reason) == (4403, "Your right to see these images has ended.")
    for address in (picture, instances, f"http://{live.address}/api/sessions/{live.session_id}"):
        answer = httpx.get(address)
        assert answer.status_code in {204, 404} or answer.json() == [], address
    found = [one["session_id"] for one in httpx.get(f"http://{live.address}/api/sessions").json()["sessions"]]
    assert live.session_id not in found


def test_a_study_that_is_gone_leaves_the_session_and_its_people_stay(live: Live) -> None:
    anna, _ = live.join("Anna")
    event(anna, 1, type="image/set", viewport=0, image=live.image)
    heard(anna, "event", id=1)
    httpx.delete(f"http://{live.address}/dicomweb/studies/{live.image['study_uid']}").raise_for_status()
    told = heard(anna, "event", id=None)
    while told["event"]["type"] != "studies/withdraw":
        told = heard(anna, "event", id=None)
    assert told["event"]["study_uids"] == [live.image["study_uid"]]
    room = httpx.get(f"http://{live.address}/api/sessions/{live.session_id}").json()
    assert (room["study_uids"], room["viewports"][0]["image"]) == ([], None)
    bert, _ = live.join("Bert")
    assert bert is not None
