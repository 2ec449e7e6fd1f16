"""Deleting studies, series and instances: gone from every answer, recoverable for a time, then gone for good."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from server.access.people import Caller, Role
from server.app import open_parts
from server.settings import read_settings
from server.studies.remove import Remove
from tests.factories import part10, uid
from tests.http.conftest import Client, audit_records, running, settings_for

STUDY, SERIES = "1.2.3.1", "1.2.3.2"
ROOT = "/dicomweb"
PATH = f"{ROOT}/studies/{STUDY}/series/{SERIES}/instances"
DAY = 86_400_000


def store(client: Client, count: int = 3, **keywords: object) -> list[bytes]:
    files = [
        part10(
            **{
                "StudyInstanceUID": STUDY,
                "SeriesInstanceUID": SERIES,
                "SOPInstanceUID": f"1.2.3.3.{number}",
                "InstanceNumber": number,
                **keywords,
            }
        )
        for number in range(1, count + 1)
    ]
    assert client.stow(*files).status_code == 200
    return files


def numbers(client: Client) -> list[int]:
    answer = client.get(f"{ROOT}/studies/{STUDY}/instances")
    return [found["00200013"]["Value"][0] for found in answer.json()] if answer.status_code == 200 else []


def files_of(root: Path) -> list[Path]:
    return sorted((root / "archive" / "objects").rglob("*.dcm"))


def remover(client: Client, root: Path, keep_days: int = 30) -> Remove:
    """The service over the parts of a server that runs, for the clock that HTTP does not offer."""
    parts = open_parts(read_settings(None, {"archive": {"root": root}}))
    return Remove(parts.archive, parts.catalogue, parts.audit, parts.ledger, keep_days)


@pytest.mark.parametrize(
    ("path", "left"),
    [(f"{PATH}/1.2.3.3.2", [1, 3]), (f"{ROOT}/studies/{STUDY}/series/{SERIES}", []), (f"{ROOT}/studies/{STUDY}", [])],
)
def test_what_is_deleted_is_in_no_answer_and_comes_back_as_it_was(client: Client, path: str, left: list[int]) -> None:
    files = store(client)
    before = client.get(f"{ROOT}/studies/{STUDY}/metadata").json()
    deleted = client.request("DELETE", path)
    assert deleted.status_code == 200
    told = deleted.json()
    assert told["instances"] == 3 - len(left)
    assert told["resource"] == path.removeprefix(f"{ROOT}/")
    assert numbers(client) == left
    for resource in ("", "/metadata", "/rendered", "/thumbnail"):
        assert client.get(f"{PATH}/1.2.3.3.2{resource}").status_code == 404
    if not left:
        assert client.get(f"{ROOT}/studies").status_code == 204
        assert client.get(f"{ROOT}/studies/{STUDY}/metadata").status_code == 404

    assert client.get("/api/deletions").json() == [told]
    restored = client.post(told["restore"])
    assert (restored.status_code, restored.json()["instances"]) == (200, told["instances"])
    assert numbers(client) == [1, 2, 3]
    assert client.get(f"{ROOT}/studies/{STUDY}/metadata").json() == before
    assert client.get(f"{PATH}/1.2.3.3.2", headers={"Accept": "application/dicom"}).content == files[1]
    assert client.get("/api/deletions").json() == []
    assert client.post(told["restore"]).status_code == 404


def test_what_is_not_there_cannot_be_deleted(client: Client) -> None:
    store(client)
    for path in (f"{ROOT}/studies/{uid()}", f"{ROOT}/studies/{STUDY}/series/{uid()}", f"{PATH}/{uid()}"):
        assert client.request("DELETE", path).status_code == 404
    assert client.request("DELETE", f"{ROOT}/studies/not-a-uid").status_code == 400
    assert client.post("/api/deletions/99/restore").status_code == 404
    assert client.post("/api/deletions/x/restore").status_code == 400
    assert numbers(client) == [1, 2, 3]


def test_deleting_needs_the_right_and_says_so(client: Client, root: Path) -> None:
    store(client)
    client.app.state.local_person = Caller("c", "Clinician", {"LOCAL": Role.CLINICIAN})
    assert client.request("DELETE", f"{ROOT}/studies/{STUDY}").status_code == 403
    assert [(r["action"], r["outcome"]) for r in audit_records(root) if r["action"] == "delete"] == [
        ("delete", "refused")
    ]
    assert client.get("/api/deletions").json() == []
    client.app.state.local_person = Caller("s", "Stranger", {})
    assert client.request("DELETE", f"{ROOT}/studies/{STUDY}").status_code == 404


def test_a_deletion_is_audited_with_what_it_took(client: Client, root: Path) -> None:
    store(client)
    told = client.request("DELETE", f"{ROOT}/studies/{STUDY}").json()
    client.post(told["restore"])
    restored, deleted = open_parts(read_settings(None, {"archive": {"root": root}})).audit.records(2)
    assert (deleted["action"], deleted["study_uids"]) == ("delete", [STUDY])
    assert deleted["facts"] == {"deletion": 1, "resource": f"studies/{STUDY}", "instances": 3}
    assert (restored["action"], restored["facts"]) == ("restore", {"deletion": 1, "instances": 3})


def test_the_files_stay_while_a_deletion_can_be_restored_and_then_go(client: Client, root: Path) -> None:
    store(client)
    deleted = client.request("DELETE", f"{ROOT}/studies/{STUDY}").json()
    remove = remover(client, root)
    at = round(datetime.fromisoformat(deleted["deleted_at"]).timestamp() * 1000)
    assert remove.purge(at + 29 * DAY) == 0
    assert len(files_of(root)) == 3
    assert remove.purge(at + 31 * DAY) == 3
    assert files_of(root) == []
    assert client.get("/api/deletions").json() == []
    assert client.post(deleted["restore"]).status_code == 404


def test_what_was_stored_again_in_the_meantime_keeps_its_file(client: Client, root: Path) -> None:
    files = store(client)
    client.request("DELETE", f"{ROOT}/studies/{STUDY}")
    assert client.stow(files[0]).status_code == 200
    assert remover(client, root, keep_days=0).purge(2**45) == 2
    assert len(files_of(root)) == 1
    assert client.get(f"{PATH}/1.2.3.3.1", headers={"Accept": "application/dicom"}).content == files[0]


def test_restoring_leaves_what_was_stored_with_other_bytes(client: Client) -> None:
    store(client)
    told = client.request("DELETE", f"{ROOT}/studies/{STUDY}").json()
    [other] = store(client, 1, PatientID="another")
    assert client.post(told["restore"]).json()["instances"] == 2
    assert numbers(client) == [1, 2, 3]
    assert client.get(f"{PATH}/1.2.3.3.1", headers={"Accept": "application/dicom"}).content == other
    assert [left["instances"] for left in client.get("/api/deletions").json()] == [1]


def test_deletions_survive_a_restart(root: Path, client_with: Callable[..., Client]) -> None:
    with running(settings_for(root)) as first:
        store(first)
        told = first.request("DELETE", f"{ROOT}/studies/{STUDY}").json()
    with running(settings_for(root)) as second:
        assert numbers(second) == []
        assert second.get("/api/deletions").json() == [told]
        second.post(told["restore"])
        assert numbers(second) == [1, 2, 3]


def test_with_no_days_to_keep_the_next_start_lets_go(root: Path) -> None:
    with running(settings_for(root)) as first:
        store(first)
        first.request("DELETE", f"{ROOT}/studies/{STUDY}")
        assert len(files_of(root)) == 3
    settings = settings_for(root, archive={"keep_deleted_days": 0})
    with running(settings) as second:
        second.get("/readyz")
    assert files_of(root) == []
