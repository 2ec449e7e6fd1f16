"""Pictures that are at hand are sent again at once, and not a moment longer than they hold."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from server.access import audit
from server.access.people import Role
from server.dicomweb.ready import ReadyAnswers, ReadyFirst
from tests.factories import image, part10
from tests.http.conftest import Client, audit_records, running, settings_for
from tests.http.test_rendered import stored
from tests.http.test_volumes import made, series


def is_ready(client: Client, path: str, query: str = "", accept: str = "image/png") -> bool:
    """Whether a request would be answered without asking anybody."""
    [ready] = [one.kwargs["answers"] for one in client.app.user_middleware if one.cls is ReadyFirst]
    assert isinstance(ready, ReadyAnswers)
    return ready.find(client.scope(f"{path}?{query}" if query else path, Accept=accept)) is not None


def png(client: Client, path: str, **headers: str) -> httpx.Response:
    return client.get(path, headers={"Accept": "image/png"} | headers)


def test_the_second_answer_is_the_first_again(client: Client) -> None:
    path = stored(client) + "/frames/1/rendered"
    assert not is_ready(client, path)
    first = png(client, path + "?window=3,4,linear")
    assert is_ready(client, path, "window=3,4,linear")
    second = png(client, path + "?window=3,4,linear")
    assert second.content == first.content
    for name in ("etag", "content-type", "content-length", "cache-control", "vary", "lightbox-window"):
        assert second.headers[name] == first.headers[name]
    assert second.headers["request-id"] != first.headers["request-id"]


@pytest.mark.parametrize(
    ("query", "accept"), [("window=3,5,linear", "image/png"), ("window=3,4,linear", "image/jpeg"), ("", "image/png")]
)
def test_other_words_are_another_request(client: Client, query: str, accept: str) -> None:
    path = stored(client) + "/frames/1/rendered"
    png(client, path + "?window=3,4,linear")
    assert not is_ready(client, path, query, accept)


def test_who_has_it_is_told_so(client: Client) -> None:
    path = stored(client) + "/frames/1/rendered"
    etag = [png(client, path).headers["etag"] for _ in range(2)][1]
    answer = png(client, path, **{"If-None-Match": etag})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


def test_what_is_deleted_is_gone_at_once(client: Client) -> None:
    path = stored(client)
    assert [png(client, f"{path}/rendered").status_code for _ in range(2)] == [200, 200]
    client.request("DELETE", path)
    assert png(client, f"{path}/rendered").status_code == 404


def test_a_new_instance_may_stand_for_the_series(client: Client) -> None:
    dataset = image(InstanceNumber=1)
    client.stow(part10(dataset))
    path = f"/dicomweb/studies/{dataset.StudyInstanceUID}/thumbnail"
    old = [png(client, path).content for _ in range(2)][1]
    another = image(
        StudyInstanceUID=dataset.StudyInstanceUID,
        SeriesInstanceUID=dataset.SeriesInstanceUID,
        InstanceNumber=2,
        Rows=dataset.Columns,
        Columns=dataset.Rows,
    )
    assert client.stow(part10(another)).status_code == 200
    assert not is_ready(client, path)
    assert png(client, path).content != old


def test_every_look_is_in_the_audit_though_nothing_is_drawn(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored(client) + "/rendered"

    def looks() -> int:
        return sum(record["action"] == "render" for record in audit_records(root))

    for _ in range(3):
        png(client, path)
    assert looks() == 1
    later = audit.time.monotonic() + audit.LOOK_SECONDS
    monkeypatch.setattr(audit.time, "monotonic", lambda: later)
    assert not is_ready(client, path)
    for _ in range(3):
        png(client, path)
    assert looks() == 2


def test_who_may_no_longer_see_it_does_not(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stored(client) + "/rendered"
    png(client, path)
    assert is_ready(client, path)
    roles: dict[str, Any] = client.app.state.local_person.roles
    monkeypatch.delitem(roles, "LOCAL")
    assert not is_ready(client, path)
    assert png(client, path).status_code == 404
    monkeypatch.setitem(roles, "LOCAL", Role.CLINICIAN)
    assert png(client, path).status_code == 200


def test_a_picture_that_is_no_longer_kept_is_drawn_again(root: Path) -> None:
    with running(settings_for(root, rendering={"cache_bytes": 2**20})) as client:
        path = stored(client, Rows=512, Columns=512, PixelData=bytes(range(256)) * 1024) + "/rendered"
        first = png(client, path).content
        for quality in range(1, 21):
            client.get(f"{path}?quality={quality}", headers={"Accept": "image/jpeg"})
        assert not is_ready(client, path)
        assert png(client, path).content == first


@pytest.mark.parametrize("kind", ["renderedMPR", "rendered3D"])
def test_a_plane_through_a_volume_is_ready_until_a_slice_is_added(client: Client, kind: str) -> None:
    address = series(client)
    path = f"{address}/{kind}"
    first = png(client, f"{path}?orientation=a")
    assert is_ready(client, path, "orientation=a")
    assert png(client, f"{path}?orientation=a").content == first.content
    study_uid, series_uid = address.split("/")[3::2]
    assert client.stow(part10(made(20, study_uid, series_uid))).status_code == 200
    assert not is_ready(client, path, "orientation=a")
    assert png(client, f"{path}?orientation=a").content != first.content


def test_no_request_is_remembered_that_is_endless(client: Client) -> None:
    path = stored(client) + "/rendered"
    assert png(client, f"{path}?unknown={'x' * 3000}").status_code == 200
    assert not is_ready(client, path, f"unknown={'x' * 3000}")


def test_who_asks_meanwhile_waits_for_the_first_and_no_worker_is_asked_twice(client: Client) -> None:
    path = stored(client) + "/frames/1/rendered?window=7,8,linear"
    [ready] = [one.kwargs["answers"] for one in client.app.user_middleware if one.cls is ReadyFirst]
    asked: list[str] = []

    async def crowd() -> list[tuple[int, bytes]]:
        release = asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            asked.append(scope["path"])
            await release.wait()
            await client.app.router(scope, receive, send)

        first = ReadyFirst(slow, ready)
        said = {"type": "http.request", "body": b"", "more_body": False}

        async def person() -> tuple[int, bytes]:
            told: list[Message] = []
            scope = client.scope(path, Accept="image/png")

            async def receive() -> Message:
                return said

            async def send(message: Message) -> None:
                told.append(message)

            await first(scope, receive, send)
            return told[0]["status"], b"".join(message.get("body", b"") for message in told)

        people = [asyncio.create_task(person()) for _ in range(20)]
        await asyncio.sleep(0)
        release.set()
        return await asyncio.gather(*people)

    answers = client._runner.run(crowd())
    assert len(asked) == 1
    assert {status for status, _ in answers} == {200}
    assert len({body for _, body in answers}) == 1


def test_when_the_first_fails_the_others_ask_for_themselves(client: Client) -> None:
    path = stored(client) + "/frames/9/rendered"

    async def crowd() -> list[int]:
        return [one.status_code for one in await asyncio.gather(*(client._http.get(path) for _ in range(5)))]

    assert client._runner.run(crowd()) == [404] * 5
