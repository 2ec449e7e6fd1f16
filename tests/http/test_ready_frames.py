"""Frames, files and metadata that were sent before are sent again as they were, and no longer than they hold."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.http.conftest import Client
from tests.http.test_ready_pictures import is_ready
from tests.http.test_rendered import stored

OCTETS = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
JSON = "application/dicom+json"
FILE = 'multipart/related; type="application/dicom"; transfer-syntax=*'
KINDS = [("/frames/1", OCTETS), ("/metadata", JSON), ("", FILE)]


def says_what_it_remembers(folder: Path) -> bool:
    """Whether the file system tells what it has in memory (a tmpfs, which has everything there, does not)."""
    (folder / "file").write_bytes(b"content")
    descriptor = os.open(folder / "file", os.O_RDONLY)
    try:
        return os.preadv(descriptor, [bytearray(7)], 0, os.RWF_NOWAIT) == 7
    except OSError:
        return False
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(("resource", "accept"), KINDS)
def test_the_second_answer_is_the_first_again(client: Client, tmp_path: Path, resource: str, accept: str) -> None:
    path = stored(client) + resource
    assert not is_ready(client, path, accept=accept)
    first = client.get(path, headers={"Accept": accept})
    assert first.status_code == 200
    assert is_ready(client, path, accept=accept) == (resource == "/metadata" or says_what_it_remembers(tmp_path))
    second = client.get(path, headers={"Accept": accept})
    assert second.content == first.content
    changing = {"request-id"}
    assert {k: v for k, v in first.headers.items() if k not in changing} == {
        k: v for k, v in second.headers.items() if k not in changing
    }


@pytest.mark.parametrize(("resource", "accept"), KINDS)
def test_addresses_in_an_answer_are_those_of_whoever_asks(client: Client, resource: str, accept: str) -> None:
    path = stored(client) + resource
    here = client.get(path, headers={"Accept": accept})
    there = client.get(path, headers={"Accept": accept, "Host": "localhost:8080"})
    assert here.content != there.content
    assert here.headers["etag"] != there.headers["etag"]


@pytest.mark.parametrize(("resource", "accept"), KINDS)
def test_what_is_deleted_is_gone_at_once(client: Client, resource: str, accept: str) -> None:
    path = stored(client)
    assert [client.get(path + resource, headers={"Accept": accept}).status_code for _ in range(2)] == [200, 200]
    client.request("DELETE", path)
    assert client.get(path + resource, headers={"Accept": accept}).status_code == 404


@pytest.mark.parametrize(("resource", "accept"), KINDS)
def test_who_may_no_longer_see_it_does_not(
    client: Client, monkeypatch: pytest.MonkeyPatch, resource: str, accept: str
) -> None:
    path = stored(client) + resource
    client.get(path, headers={"Accept": accept})
    roles: dict[str, Any] = client.app.state.local_person.roles
    monkeypatch.delitem(roles, "LOCAL")
    assert not is_ready(client, path, accept=accept)
    assert client.get(path, headers={"Accept": accept}).status_code == 404


@pytest.mark.parametrize(("resource", "accept"), [("/frames/1", OCTETS), ("", FILE)])
def test_nothing_of_a_file_that_has_changed_is_sent_again(
    client: Client, root: Path, resource: str, accept: str
) -> None:
    path = stored(client) + resource
    assert client.get(path, headers={"Accept": accept}).status_code == 200
    [file] = (root / "archive" / "objects").rglob("*.dcm")
    with file.open("r+b") as opened:
        opened.seek(-1, os.SEEK_END)
        opened.write(b"\xff")
    assert not is_ready(client, path, accept=accept)
    assert client.get(path, headers={"Accept": accept}).status_code == 500


@pytest.mark.parametrize(("resource", "accept"), [("/frames/1", OCTETS), ("", FILE)])
def test_what_a_disk_turns_without_a_trace_is_not_sent_again(
    client: Client, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resource: str, accept: str
) -> None:
    path = stored(client) + resource
    [file] = (root / "archive" / "objects").rglob("*.dcm")
    seal = (1, file.stat().st_size, 2, 3)
    monkeypatch.setattr("server.studies.sound._seal", lambda _path: seal)
    assert client.get(path, headers={"Accept": accept}).status_code == 200
    assert is_ready(client, path, accept=accept) == says_what_it_remembers(tmp_path)
    content = file.read_bytes()
    file.write_bytes(content[:-1] + b"\xff")
    assert not is_ready(client, path, accept=accept)
    assert client.get(path, headers={"Accept": accept}).status_code == 500


def test_who_has_it_is_told_so(client: Client) -> None:
    path = stored(client) + "/frames/1"
    etag = [client.get(path, headers={"Accept": OCTETS}).headers["etag"] for _ in range(2)][1]
    answer = client.get(path, headers={"Accept": OCTETS, "If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
