"""A session's code, its picture, and its record over HTTP."""

from typing import Any

import pytest

from server.sessions.journal import Journal
from server.web.session_records import MOST_GUESSES
from tests.http.conftest import Client
from tests.http.test_sessions import begun


def test_the_short_code_leads_into_the_session(client: Client) -> None:
    session_id, _ = begun(client)
    told = client.get(f"/api/sessions/{session_id}/code").json()
    assert told == client.get(f"/api/sessions/{session_id}/code").json(), "asked again it is the same code"
    for written in (told["code"], told["code"].lower().replace("-", "")):
        answer = client.get(f"/join/{written}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/viewer?session={session_id}")
    assert told["address"].endswith(f"/join/{told['code']}")


def test_the_code_is_typed_into_a_form(client: Client) -> None:
    assert 'name="code"' in client.get("/join").text
    session_id, _ = begun(client)
    code = client.get(f"/api/sessions/{session_id}/code").json()["code"]
    answer = client.get("/join", params={"code": f" {code.lower()} "})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/viewer?session={session_id}")


def test_the_code_is_also_a_picture(client: Client) -> None:
    session_id, _ = begun(client)
    answer = client.get(f"/api/sessions/{session_id}/code.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in answer.content
    assert b"<script" not in answer.content


def test_guessing_codes_is_refused_after_a_while_and_knowing_one_is_no_guess(client: Client) -> None:
    session_id, _ = begun(client)
    code = client.get(f"/api/sessions/{session_id}/code").json()["code"]
    for number in range(MOST_GUESSES - 1):
        assert client.get(f"/join/AAAA-{number:04}").status_code == 404
        assert client.get(f"/join/{code}").status_code == 303
    assert client.get("/join/ZZZZ-ZZZZ").json()["code"] == "not-found"
    assert client.get("/join/ZZZZ-ZZZZ").json()["code"] == "overloaded"


@pytest.fixture
def recorded(client: Client, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A session in which two people have looked at something."""
    session_id, study_uid = begun(client)
    image = {"study_uid": study_uid, "series_uid": "1.2", "instance_uid": "1.3", "frame_number": 1}
    events: list[dict[str, Any]] = [
        {"type": "person/join", "by": "a" * 16, "at": 1_700_000_000_000, "name": "Anna"},
        {"type": "image/set", "by": "a" * 16, "at": 1_700_000_001_000, "viewport": 0, "image": image},
        {"type": "person/leave", "by": "a" * 16, "at": 1_700_000_002_000},
    ]
    real = Journal.record
    monkeypatch.setattr(Journal, "record", lambda self, which: (*real(self, which)[:2], events))
    return session_id, study_uid


def test_the_record_tells_events_times_and_who_was_there(client: Client, recorded: tuple[str, str]) -> None:
    session_id, study_uid = recorded
    answer = client.get(f"/api/sessions/{session_id}/journal")
    record = answer.json()
    assert [event["seq"] for event in record["events"]] == [1, 2, 3]
    assert record["study_uids"] == [study_uid]
    assert record["attendance"][0]["present_ms"] == 2000
    assert record["time_line"][1]["name"] == "Anna"
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "seq"),
    [
        ("", 3),
        ("?seq=1", 1),
        ("?at=1700000001000", 2),
        ("?at=2023-11-14T22:13:20Z", 1),
        ("?at=2023-11-14T23:13:20%2B01:00", 1),
    ],
)
def test_the_room_as_it_was(client: Client, recorded: tuple[str, str], asked: str, seq: int) -> None:
    assert client.get(f"/api/sessions/{recorded[0]}/journal/room{asked}").json()["seq"] == seq


@pytest.mark.parametrize("asked", ["?at=yesterday", "?seq=-1", "?seq=x", "?seq=²"])
def test_a_time_that_is_none_is_malformed(client: Client, recorded: tuple[str, str], asked: str) -> None:
    assert client.get(f"/api/sessions/{recorded[0]}/journal/room{asked}").json()["code"] == "malformed"


@pytest.mark.parametrize("what", ["code", "code.svg", "journal", "journal/room"])
def test_a_session_that_is_not_there_has_no_papers(client: Client, what: str) -> None:
    assert client.get(f"/api/sessions/nothing/{what}").status_code == 404
