"""A meeting's agenda over HTTP: begun with cases, added to from the worklist, and what is left of it."""

import json
from typing import Any

import httpx
import pytest

from tests.factories import image, part10, uid
from tests.http.conftest import Client
from tests.http.test_live import Live, event, heard, live, server

__all__ = ["live", "server"]


def stored(client: Client) -> str:
    client.stow(part10(dataset := image()))
    return str(dataset.StudyInstanceUID)


def post(client: Client, path: str, body: object) -> httpx.Response:
    return client.post(path, content=json.dumps(body))


def test_a_meeting_is_begun_with_its_cases_and_found_again(client: Client) -> None:
    one, other = stored(client), stored(client)
    body = {"meeting": "Lung MDT", "cases": [{"question": "Resectable?", "StudyInstanceUIDs": [one]}]}
    session_id = post(client, "/api/sessions", body).json()["session_id"]
    added = post(client, f"/api/sessions/{session_id}/cases", {"StudyInstanceUIDs": [other, one]})
    assert (added.status_code, added.json()["cases"], added.json()["meeting"]) == (201, 2, "Lung MDT")
    room = client.get(f"/api/sessions/{session_id}").json()
    assert [(case["question"], case["study_uids"], case["state"]) for case in room["cases"]] == [
        ("Resectable?", [one], "waiting"),
        ("", [other, one], "waiting"),
    ]
    assert room["study_uids"] == [one, other]
    [found] = client.get("/api/sessions").json()["sessions"]
    assert (found["meeting"], found["cases"], found["discussed"], found["people"]) == ("Lung MDT", 2, 0, [])
    assert found["address"] == f"/viewer?session={session_id}"


def test_a_meeting_may_begin_without_a_case(client: Client) -> None:
    session_id = post(client, "/api/sessions", {"meeting": "Knee clinic"}).json()["session_id"]
    assert client.get(f"/api/sessions/{session_id}").json()["meeting"] == "Knee clinic"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cases": {}},
        {"cases": [{}]},
        {"cases": [{"StudyInstanceUIDs": ["not a uid"]}]},
        {"meeting": 5},
        {"meeting": "x" * 65},
        [],
    ],
)
def test_a_meeting_that_makes_no_sense_is_refused(client: Client, body: object) -> None:
    answer = post(client, "/api/sessions", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_case_of_a_study_that_is_not_here_and_a_case_of_no_session_are_refused(client: Client) -> None:
    session_id = post(client, "/api/sessions", {"meeting": "Knee clinic"}).json()["session_id"]
    assert post(client, f"/api/sessions/{session_id}/cases", {"StudyInstanceUIDs": [uid()]}).status_code == 404
    assert post(client, "/api/sessions/nothing/cases", {"StudyInstanceUIDs": [stored(client)]}).status_code == 404
    assert client.get(f"/api/sessions/{session_id}").json()["cases"] == []


def test_those_inside_hear_of_a_new_case_and_the_record_tells_what_came_of_it(live: Live) -> None:
    anna, welcome = live.join("Anna")
    address = f"http://{live.address}/api/sessions/{live.session_id}"
    body = json.dumps({"question": "Union?", "StudyInstanceUIDs": [live.image["study_uid"]]})
    case_id = httpx.post(f"{address}/cases", content=body).json()["case_id"]
    told = heard(anna, "event", id=None)
    while told["event"]["type"] != "case/put":
        told = heard(anna, "event", id=None)
    assert told["event"]["by"] == "", "nobody in the room did it"
    event(anna, 1, type="case/show", case_id=case_id)
    event(anna, 2, type="case/note", case_id=case_id, outcome="Cast off.\nPhysiotherapy")
    heard(anna, "event", id=2)
    record: dict[str, Any] = httpx.get(f"{address}/journal").json()
    [case] = record["cases"]
    assert (case["question"], case["state"], case["outcome"]) == ("Union?", "shown", "Cast off.\nPhysiotherapy")
    assert [turn["to"] for turn in case["shown"]] == [None]
    assert [one["participant_id"] for one in case["attendance"]] in ([welcome["participant_id"]], [])
    event(anna, 3, type="case/put", case_id="1" * 16, question="", study_uids=[uid()])
    assert heard(anna, "refused", id=3)["code"] == "not-found", "nobody shares what they may not"
