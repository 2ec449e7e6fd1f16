"""Starting and reading sessions over HTTP."""

import json
from pathlib import Path

import pytest

from tests.factories import image, part10, uid
from tests.http.conftest import Client, audit_records


def begun(client: Client) -> tuple[str, str]:
    """A session around one stored study: its id, and the study's UID."""
    dataset = image()
    client.stow(part10(dataset))
    answer = client.post("/api/sessions", content=json.dumps({"StudyInstanceUIDs": [dataset.StudyInstanceUID]}))
    assert answer.status_code == 201, answer.text
    return answer.json()["session_id"], dataset.StudyInstanceUID


def test_a_session_is_started_around_studies_and_can_be_read(client: Client, root: Path) -> None:
    session_id, study_uid = begun(client)
    room = client.get(f"/api/sessions/{session_id}").json()
    assert (room["study_uids"], room["seq"], room["people"], room["leader"]) == ([study_uid], 0, {}, None)
    assert [record["action"] for record in audit_records(root)] == ["store", "share", "join"]


def test_the_address_to_share_names_the_session(client: Client) -> None:
    client.stow(part10(dataset := image()))
    body = json.dumps({"StudyInstanceUIDs": [dataset.StudyInstanceUID]})
    answer = client.post("/api/sessions", content=body).json()
    assert answer["address"] == f"/viewer?session={answer['session_id']}"
    assert len(answer["session_id"]) >= 22


def test_two_sessions_never_share_an_id(client: Client) -> None:
    assert begun(client)[0] != begun(client)[0]


def test_a_study_that_is_not_here_cannot_be_shared(client: Client) -> None:
    _, study_uid = begun(client)
    answer = client.post("/api/sessions", content=json.dumps({"StudyInstanceUIDs": [study_uid, uid()]}))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("count", [0, 17])
def test_a_session_has_1_to_16_studies(client: Client, count: int) -> None:
    answer = client.post("/api/sessions", content=json.dumps({"StudyInstanceUIDs": [uid() for _ in range(count)]}))
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
