"""What a study holds is told again as it was, without being looked up, and no longer than it holds."""

from pathlib import Path
from typing import Any

import pytest

from server.access.people import Role
from tests.factories import part10, uid
from tests.http.conftest import Client, audit_records
from tests.http.test_ready_pictures import is_ready

JSON = "application/dicom+json"


@pytest.fixture
def series() -> dict[str, str]:
    return {"StudyInstanceUID": uid(), "SeriesInstanceUID": uid()}


@pytest.fixture
def paths(client: Client, series: dict[str, str]) -> list[str]:
    """Searches for what a stored study holds."""
    client.stow(part10(**series))
    study = f"/dicomweb/studies/{series['StudyInstanceUID']}"
    return [f"{study}/series", f"{study}/instances", f"{study}/series/{series['SeriesInstanceUID']}/instances"]


def test_the_second_answer_is_the_first_again(client: Client, paths: list[str]) -> None:
    for path in paths:
        assert not is_ready(client, path, accept=JSON)
        first = client.get(path, headers={"Accept": JSON})
        assert is_ready(client, path, accept=JSON)
        second = client.get(path, headers={"Accept": JSON})
        assert (second.status_code, second.content) == (200, first.content)
        assert second.headers["content-type"] == first.headers["content-type"]


def test_whoever_addresses_the_server_otherwise_is_answered_so(client: Client, paths: list[str]) -> None:
    for path in paths:
        here = client.get(path).content
        assert client.get(path, headers={"Host": "localhost:8080"}).content != here


def test_what_has_come_is_found_and_what_is_deleted_is_not(
    client: Client, paths: list[str], series: dict[str, str]
) -> None:
    path = paths[-1]
    assert [len(client.get(path).json()) for _ in range(2)] == [1, 1]
    client.stow(part10(**series))
    assert [len(client.get(path).json()) for _ in range(2)] == [2, 2]
    client.request("DELETE", path.removesuffix("/instances"))
    assert [client.get(path).status_code for _ in range(2)] == [204, 204]


def test_who_may_no_longer_see_it_does_not(client: Client, paths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    roles: dict[str, Any] = client.app.state.local_person.roles
    assert client.get(paths[0], headers={"Accept": JSON}).status_code == 200
    with monkeypatch.context() as changed:
        changed.delitem(roles, "LOCAL")
        assert not is_ready(client, paths[0], accept=JSON)
        assert client.get(paths[0], headers={"Accept": JSON}).status_code == 204
    assert client.get(paths[0], headers={"Accept": JSON}).status_code == 200
    monkeypatch.setitem(roles, "THEIRS", Role.CLINICIAN)
    assert not is_ready(client, paths[0], accept=JSON), "there may be more to see"


def test_a_look_at_a_study_is_one_record_and_every_search_by_keys_another(
    client: Client, paths: list[str], root: Path
) -> None:
    before = len(audit_records(root))
    for path in paths:
        for _ in range(2):
            assert client.get(path, headers={"Accept": JSON}).status_code == 200
            assert client.get(f"{path}?Modality=CT", headers={"Accept": JSON}).status_code == 200
    searches = audit_records(root)[before:]
    assert [record["action"] for record in searches] == ["search"] * 7
    assert len([record for record in searches if record["facts"] == "{}"]) == 1
    assert len({record["study_uids"] for record in searches}) == 1
    assert not is_ready(client, paths[0], "Modality=CT", accept=JSON)
