"""Storing over HTTP at its limits: what a refused request leaves behind, full disks, audit records."""

import errno
import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from server.access.audit import Audit
from server.archive.store import Archive, Incoming, Kept
from server.errors import ArchiveFull, Overloaded
from server.web.workers import Workers
from tests.factories import identifiers, image, multipart, part10, raw_part10
from tests.http.conftest import Client, audit_records


def nothing_is_kept(client: Client, root: Path) -> None:
    assert client.get("/dicomweb/instances").status_code == 204
    assert list((root / "archive" / "inbox").iterdir()) == []
    assert list((root / "archive" / "objects").rglob("*.dcm")) == []


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
def test_a_compressed_body_is_not_taken(client: Client, root: Path, encoding: str) -> None:
    content, headers = multipart(part10())
    answer = client.post("/dicomweb/studies", content=content, headers=headers | {"Content-Encoding": encoding})
    assert answer.status_code == 415
    nothing_is_kept(client, root)


def test_an_instance_of_the_largest_size_is_kept_and_a_larger_one_refused(
    client_with: Callable[..., Client], root: Path
) -> None:
    client = client_with(archive={"largest_instance": 2**20})
    rest = 2**20 - len(part10(PixelData=b"", Rows=1, Columns=1))
    answer = client.stow(part10(PixelData=b"\0" * (rest + 2 - rest % 2)))
    assert answer.status_code == 413
    assert answer.json()["facts"]["limit"] == 2**20
    nothing_is_kept(client, root)
    assert client.stow(part10(PixelData=b"\0" * (rest - rest % 2))).status_code == 200


def test_nothing_is_kept_of_a_request_whose_last_part_is_of_another_type(client: Client, root: Path) -> None:
    content = b"--b\r\n\r\n" + part10() + b"\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--"
    headers = {"Content-Type": "multipart/related; type=application/dicom; boundary=b"}
    assert client.post("/dicomweb/studies", content=content, headers=headers).status_code == 415
    nothing_is_kept(client, root)


@pytest.mark.parametrize("ending", ["text", "cut off", "too many"])
def test_nothing_is_kept_of_a_large_request_that_is_refused_at_its_end(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr("server.web.multipart.MOST_PARTS", 129 if ending == "too many" else 10_000)
    files = [raw_part10(identifiers()) for _ in range(130)]
    content, headers = multipart(*files, *([b"hello"] if ending == "text" else []))
    if ending == "text":
        head, _, tail = content.rpartition(b"application/dicom")
        content = head + b"text/plain" + tail
    answer = client.post("/dicomweb/studies", content=content[:-5] if ending == "cut off" else content, headers=headers)
    assert answer.status_code == {"text": 415, "cut off": 400, "too many": 413}[ending]
    nothing_is_kept(client, root)
    content, headers = multipart(*files[:129])
    assert client.post("/dicomweb/studies", content=content, headers=headers).status_code == 200
    assert len(client.get("/dicomweb/instances", params={"limit": 1000}).json()) == 129


def test_of_a_large_request_that_the_disk_takes_in_part_each_instance_is_told(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Archive.keep
    kept: list[object] = []

    def keep_once(archive: Archive, arrived: Sequence[Incoming]) -> list[Kept]:
        kept.append(arrived)
        if len(kept) > 1:
            monkeypatch.setattr(os, "fsync", full)
        return keep(archive, arrived)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    content, headers = multipart(*(raw_part10(identifiers()) for _ in range(130)))
    with monkeypatch.context():
        monkeypatch.setattr(Archive, "keep", keep_once)
        answer = client.post("/dicomweb/studies", content=content, headers=headers)
    assert answer.status_code == 202
    stored = {item["00081155"]["Value"][0] for item in answer.json()["00081199"]["Value"]}
    failed = answer.json()["00081198"]["Value"]
    assert (len(stored), len(failed)) == (64, 66)
    assert {item["00081197"]["Value"][0] for item in failed} == {0xA700}
    monkeypatch.undo()
    found = client.get("/dicomweb/instances", params={"limit": 1000}).json()
    assert {one["00080018"]["Value"][0] for one in found} == stored
    assert len(list((root / "archive" / "objects").rglob("*.dcm"))) == 64
    assert list((root / "archive" / "inbox").iterdir()) == []
    assert client.post("/dicomweb/studies", content=content, headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["fsync", "rename"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_no_more_is_told_and_nothing_is_half_stored(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch, method: str, code: int
) -> None:
    def fail(*_args: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as broken:
        if method == "fsync":
            broken.setattr(os, "fsync", fail)
        else:
            broken.setattr(Path, "rename", fail)
        answer = client.stow(part10(), part10())
    assert answer.status_code == 507
    assert answer.json()["code"] == "archive-full"
    nothing_is_kept(client, root)


def test_after_a_failed_fsync_the_server_is_no_longer_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/readyz").status_code == 200

    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fail)
        client.stow(part10())
    answer = client.get("/readyz")
    assert answer.status_code == 507
    assert client.get("/healthz").status_code == 200


def test_a_full_disk_that_has_room_again_takes_instances_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    file = part10()
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fail)
        assert client.stow(file).status_code == 507
    assert client.get("/readyz").status_code == 200
    assert client.stow(file).status_code == 200


def test_a_catalogue_that_takes_no_more_is_told_as_a_full_archive(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_columns: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("server.catalogue.entries._insert", full)
        assert client.stow(part10()).status_code == 507
    assert client.get("/dicomweb/instances").status_code == 204
    assert list((root / "archive" / "inbox").iterdir()) == []


def test_without_an_audit_record_nothing_is_acknowledged_nor_said_not_to_be_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_facts: object) -> None:
        raise ArchiveFull("The database could not be written, so nothing of this was kept.", cause="SQLITE_FULL")

    file = part10()
    with monkeypatch.context() as broken:
        broken.setattr(Audit, "record_all", full)
        answer = client.stow(file)
    assert answer.status_code == 507
    assert "nothing" not in answer.json()["title"]
    assert "audit" in answer.json()["title"]
    assert client.stow(file).status_code == 200
    assert len(client.get("/dicomweb/instances").json()) == 1


def test_a_request_that_finds_no_free_thread_leaves_nothing_in_the_inbox(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Workers.run

    async def busy(self: Workers, work: Callable[..., object], *args: object) -> object:
        if "store" in work.__name__:
            raise Overloaded("too much")
        return await run(self, work, *args)

    with monkeypatch.context() as loaded:
        loaded.setattr(Workers, "run", busy)
        answer = client.stow(part10())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    nothing_is_kept(client, root)


def test_storing_leaves_an_audit_record_of_what_was_kept_and_refused(client: Client, root: Path) -> None:
    dataset = image()
    client.stow(part10(dataset), b"nonsense" * 40)
    [record] = audit_records(root)
    assert (record["person_id"], record["action"], record["outcome"]) == ("local", "store", "partly refused")
    assert json.loads(record["study_uids"]) == [dataset.StudyInstanceUID]
    assert json.loads(record["facts"]) == {"stored": 1, "refused": 1}
