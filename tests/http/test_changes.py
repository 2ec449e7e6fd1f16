"""The change feed: every change once and in order, from where one left off, waiting when there is none."""

import asyncio
import time

import orjson
import pytest
from starlette.requests import Request

from server.access.people import Caller
from tests.factories import multipart, part10, uid
from tests.http.conftest import Client

FEED = "/dicomweb/changes"


def told(client: Client, **parameters: object) -> dict[str, object]:
    answer = client.get(FEED, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_storing_deleting_and_restoring_are_told_in_their_order(client: Client) -> None:
    study_uid, series_uid, instance_uids = uid(), uid(), ["1.2.9", "1.2.10"]  # not in the order of their text
    files = [
        part10(StudyInstanceUID=study_uid, SeriesInstanceUID=series_uid, SOPInstanceUID=one) for one in instance_uids
    ]
    client.stow(*files)
    deleted = client.request("DELETE", f"/dicomweb/studies/{study_uid}").json()
    client.post(deleted["restore"])
    found = told(client)
    assert [change["change"] for change in found["changes"]] == ["stored", "deleted", "restored"]
    assert [change["number"] for change in found["changes"]] == [1, 2, 3]
    for change in found["changes"]:
        assert (change["StudyInstanceUID"], change["SeriesInstanceUID"]) == (study_uid, series_uid)
        assert change["SOPInstanceUID"] == instance_uids
        assert change["at"].endswith("Z")
    assert (found["last"], found["more"]) == (3, False)


def test_the_same_bytes_again_are_no_change(client: Client) -> None:
    file = part10()
    client.stow(file)
    client.stow(file)
    assert told(client)["last"] == 1


def test_pages_neither_repeat_nor_skip(client: Client) -> None:
    for _ in range(5):
        client.stow(part10())
    seen, since = [], 0
    while True:
        page = told(client, since=since, limit=2)
        seen += [change["number"] for change in page["changes"]]
        since = page["last"]
        if not page["more"]:
            break
    assert seen == [1, 2, 3, 4, 5]
    assert told(client, since=5) == {"changes": [], "last": 5, "more": False}


@pytest.mark.parametrize("query", ["since=x", "since=-1", "limit=1001", "limit=", "wait=61", "wait=1.5"])
def test_a_bad_value_is_named(client: Client, query: str) -> None:
    answer = client.get(f"{FEED}?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()["title"]


def test_a_number_from_another_feed_is_a_conflict(client: Client) -> None:
    answer = client.get(FEED, params={"since": 7})
    assert answer.status_code == 409
    assert answer.json()["facts"] == {"since": 7, "newest": 0}


def test_waiting_ends_with_the_news_and_without_news_in_time(client: Client) -> None:
    async def wait_and_store() -> tuple[dict[str, object], float]:
        waiting = asyncio.create_task(client._http.get(FEED, params={"wait": 30}))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        started = time.monotonic()
        content, headers = multipart(part10())
        await client._http.post("/dicomweb/studies", content=content, headers=headers)
        answer = (await waiting).json()
        return answer, time.monotonic() - started

    answer, waited = client._runner.run(wait_and_store())
    assert [change["number"] for change in answer["changes"]] == [1]
    assert waited < 15
    assert told(client, since=1, wait=1) == {"changes": [], "last": 1, "more": False}


def test_what_one_may_not_see_is_passed_over(client: Client) -> None:
    client.stow(part10())
    client.app.state.local_person = Caller("s", "Stranger", {})
    assert told(client) == {"changes": [], "last": 1, "more": False}


def test_events_carry_their_number_and_resume_from_it(client: Client) -> None:
    for _ in range(3):
        client.stow(part10())

    async def events(headers: dict[str, str]) -> list[tuple[int, dict[str, object]]]:
        """The first events of the stream, read from the endpoint itself: the test transport would wait for its end."""
        scope = {
            "type": "http",
            "method": "GET",
            "path": FEED,
            "query_string": b"",
            "app": client.app,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        feed = client.app.state.stop_waiting.__self__
        answer = await feed.changes(Request(scope))
        assert answer.media_type == "text/event-stream"
        found = []
        async for piece in answer.body_iterator:
            lines = dict(line.split(": ", 1) for line in piece.decode().splitlines() if ": " in line)
            if "id" in lines:
                found.append((int(lines["id"]), orjson.loads(lines["data"])))
            if found and found[-1][0] == 3:
                break
        return found

    everything = client._runner.run(events({"Accept": "text/event-stream"}))
    assert [number for number, _ in everything] == [1, 2, 3]
    assert everything[0][1] == told(client)["changes"][0]
    resumed = client._runner.run(events({"Accept": "text/event-stream", "Last-Event-ID": "2"}))
    assert [number for number, _ in resumed] == [3]
