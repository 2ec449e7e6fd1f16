"""Habits that go with who signs in: read, replaced by who knows what is replaced, bounded, and in an export."""

from pathlib import Path

import orjson
import pytest

from server.access.people import Caller, Role
from server.access.preferences import DEEPEST, LARGEST, LONGEST_TEXT
from server.cli import main
from tests.http.conftest import Client, running, settings_for

HABITS = {"preset": "", "keys": {"invert": ["n"]}, "rules": [{"name": "Chest", "modality": ["CT"]}]}


def signed_in(client: Client, person_id: str = "dr-okafor") -> Client:
    client.app.state.local_person = Caller(person_id, "Somebody", {"LOCAL": Role.CLINICIAN})
    return client


def put(client: Client, habits: object, revision: str = '"0"') -> int:
    content = habits if isinstance(habits, bytes) else orjson.dumps(habits)
    headers = {"If-Match": revision} if revision else {}
    return client.request("PUT", "/api/preferences", content=content, headers=headers).status_code


def test_where_nobody_is_signed_in_nothing_is_kept(client: Client) -> None:
    assert client.get("/api/preferences").status_code == 204
    assert put(client, HABITS) == 401


def test_they_are_a_persons_own(client: Client) -> None:
    signed_in(client)
    assert put(client, HABITS) == 204
    answer = client.get("/api/preferences")
    assert answer.json()["preferences"] == HABITS
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"1"', "no-store")
    assert "okafor" not in answer.text
    other = signed_in(client, "mr-patel").get("/api/preferences")
    assert (other.json()["preferences"], other.headers["etag"]) == ({}, '"0"')
    assert other.json()["of"] != answer.json()["of"]


def test_who_does_not_know_what_is_replaced_replaces_nothing(client: Client) -> None:
    signed_in(client)
    assert [put(client, HABITS), put(client, {}), put(client, {}, ""), put(client, {}, "*")] == [204, 412, 400, 400]
    assert client.get("/api/preferences").json()["preferences"] == HABITS
    assert put(client, {}, '"1"') == 204


@pytest.mark.parametrize(
    ("habits", "status"),
    [
        (b"{", 400),
        ([], 400),
        ({"note": "x" * (LONGEST_TEXT + 1)}, 400),
        (b'{"a":' * (DEEPEST + 2) + b"1" + b"}" * (DEEPEST + 2), 400),
        (b"[" * 20_000, 400),
        ({str(n): "x" * 100 for n in range(LARGEST // 100)}, 413),
    ],
    ids=["no JSON", "a list", "long", "deep", "very deep", "large"],
)
def test_what_no_habits_look_like_is_refused(client: Client, habits: object, status: int) -> None:
    assert put(signed_in(client), habits) == status


def test_they_leave_with_everything(root: Path, tmp_path: Path) -> None:
    with running(settings_for(root)) as client:
        put(signed_in(client), HABITS)
    assert main(["export", "--root", str(root), "--to", str(tmp_path / "out")]) == 0
    [line] = (tmp_path / "out" / "records" / "preferences.jsonl").read_bytes().splitlines()
    told = orjson.loads(line)
    assert (told["person_id"], told["revision"], told["habits"]) == ("dr-okafor", 1, HABITS)
