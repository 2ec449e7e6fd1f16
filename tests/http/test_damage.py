"""A file that is no longer what was received: never served, flagged, told by verify, mended from the replica."""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from server.app import open_parts
from server.catalogue import damage
from server.cli import main
from server.studies.replicate import Replicate
from tests.factories import part10
from tests.http.conftest import Client, running, settings_for

STUDY, SERIES = "1.2.3.1", "1.2.3.2"
PATH = f"/dicomweb/studies/{STUDY}/series/{SERIES}/instances"
READERS = {
    "file": ("", "application/dicom"),
    "transcoded": ("", 'application/dicom; transfer-syntax="1.2.840.10008.1.2.5"'),
    "frame": ("/frames/1", 'multipart/related; type="application/octet-stream"'),
    "pixels": ("/bulkdata/7FE00010", 'multipart/related; type="application/octet-stream"'),
    "value": ("/bulkdata/00091010", "application/octet-stream"),
    "rendered": ("/rendered", "image/png"),
    "thumbnail": ("/thumbnail", "image/jpeg"),
}


def store(client: Client, count: int = 1) -> list[bytes]:
    files = [
        part10(
            StudyInstanceUID=STUDY, SeriesInstanceUID=SERIES, SOPInstanceUID=f"1.2.3.3.{number}", InstanceNumber=number
        )
        for number in range(1, count + 1)
    ]
    assert client.stow(*files).status_code == 200
    return files


def file_of(root: Path, content: bytes) -> Path:
    [path] = [one for one in (root / "archive" / "objects").rglob("*.dcm") if one.read_bytes() == content]
    return path


def rot(path: Path) -> None:
    """Turns one bit, and leaves the times that can be left as they were."""
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replicate(root: Path, replica: Path) -> None:
    """Brings the replica up to date without waiting for the server to do it."""
    with closing(open_parts(settings_for(root, archive={"replica": str(replica)}))) as parts:
        assert parts.replica
        Replicate(parts.replica, parts.archive, parts.catalogue, parts.records, parts.ledger).once()


def verify(root: Path, capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[int, list[list[str]]]:
    capsys.readouterr()
    status = main(["verify", "--root", str(root), *flags])
    return status, [line.split("\t")[:2] for line in capsys.readouterr().out.splitlines()]


def test_what_lies_about_among_the_files_disturbs_nobody(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running(settings_for(root)) as client:
        files = store(client, 2)
    objects = root / "archive" / "objects"
    (objects / ".DS_Store").touch()
    (objects / "lost+found").mkdir()
    (objects / "lost+found" / "x.dcm").touch()
    assert verify(root, capsys) == (0, [])
    file_of(root, files[0]).unlink()
    folder = objects / hashlib.sha256(files[0]).hexdigest()[:3] / f"{hashlib.sha256(files[0]).hexdigest()}.dcm"
    folder.mkdir()
    assert verify(root, capsys) == (1, [["damaged", "1.2.3.3.1"]])
    with running(settings_for(root)) as client:
        assert client.get(f"{PATH}/1.2.3.3.2", headers={"Accept": READERS["file"][1]}).status_code == 200
        assert client.get(f"{PATH}/1.2.3.3.1", headers={"Accept": READERS["file"][1]}).json()["code"] == "damaged"


@pytest.mark.parametrize("seen_before", [False, True])
@pytest.mark.parametrize("reader", READERS)
def test_no_reader_is_served_damaged_bytes(client: Client, root: Path, reader: str, seen_before: bool) -> None:
    [content] = store(client)
    path, accept = READERS[reader]
    if seen_before and reader != "value":
        assert client.get(f"{PATH}/1.2.3.3.1{path}", headers={"Accept": accept}).status_code == 200
        assert client.get(f"{PATH}/1.2.3.3.1/frames/1").status_code == 200
    rot(file_of(root, content))
    answer = client.get(f"{PATH}/1.2.3.3.1{path}", headers={"Accept": accept})
    if seen_before and reader in {"rendered", "thumbnail"}:
        assert answer.status_code == 200, "a picture that was made from the right bytes is right"
        return
    assert (answer.status_code, answer.json()["code"]) == (500, "damaged")
    assert answer.json()["facts"] == {"SOPInstanceUID": "1.2.3.3.1"}
    with closing(open_parts(settings_for(root))) as parts:
        [flagged] = damage.flagged(parts.catalogue)
    assert (flagged.fault, flagged.instance_uids) == ("damaged", ("1.2.3.3.1",))


@pytest.mark.parametrize("reader", ["file", "transcoded"])
def test_what_the_disk_turns_under_a_file_that_it_calls_unchanged_is_found_when_it_is_read_anew(
    client: Client, root: Path, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.studies.sound._seal", lambda path: (1, path.stat().st_size, 2, 3))
    [content] = store(client)
    path, accept = READERS[reader]
    assert client.get(f"{PATH}/1.2.3.3.1{path}", headers={"Accept": accept}).status_code == 200
    rot(file_of(root, content))
    monkeypatch.setattr("server.studies.sound.is_in_memory", lambda path, size: False)
    now = time.monotonic()
    monkeypatch.setattr("server.studies.sound.time", SimpleNamespace(monotonic=lambda: now + 2))
    answer = client.get(f"{PATH}/1.2.3.3.1{path}", headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (500, "damaged")


def test_one_damaged_instance_takes_nothing_from_the_others(client: Client, root: Path) -> None:
    _, second, _ = store(client, 3)
    rot(file_of(root, second))
    for number, status in ((1, 200), (2, 500), (3, 200)):
        assert client.get(f"{PATH}/1.2.3.3.{number}/frames/1").status_code == status
    assert len(client.get("/dicomweb/instances").json()) == 3
    assert len(client.get(f"/dicomweb/studies/{STUDY}/metadata").json()) == 3


@pytest.mark.parametrize("fault", ["damaged", "missing"])
def test_with_a_replica_the_reader_gets_the_right_bytes(
    client_with: Callable[..., Client], root: Path, tmp_path: Path, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    client = client_with(archive={"replica": str(tmp_path / "replica")})
    [content] = store(client)
    path = file_of(root, content)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "replica").rglob(path.name)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    if fault == "damaged":
        rot(path)
    else:
        path.unlink()
    answer = client.get(f"{PATH}/1.2.3.3.1", headers={"Accept": 'application/dicom; transfer-syntax="*"'})
    assert (answer.status_code, answer.content) == (200, content)
    assert path.read_bytes() == content
    assert verify(root, capsys) == (0, [])


def test_verify_names_every_fault_and_no_other(client: Client, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = store(client, 6)
    assert verify(root, capsys) == (0, [])
    rot(file_of(root, files[1]))
    file_of(root, files[3]).unlink()
    client.request("DELETE", f"{PATH}/1.2.3.3.5")
    rot(file_of(root, files[4]))
    stranger = part10(SOPInstanceUID="1.2.3.3.99")
    with closing(open_parts(settings_for(root))) as parts:
        incoming = parts.archive.receive()
        incoming.write(stranger)
        parts.archive.keep([incoming])
        incoming.discard()
    status, told = verify(root, capsys)
    assert status == 1
    assert sorted(told) == [
        ["damaged", "1.2.3.3.2"],
        ["damaged", "1.2.3.3.5"],
        ["missing", "1.2.3.3.4"],
        ["uncatalogued", "1.2.3.3.99"],
    ]


def test_verify_mends_from_the_replica_and_not_from_a_damaged_one(
    client: Client, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = store(client, 3)
    replica = tmp_path / "replica"
    replicate(root, replica)
    rot(file_of(root, files[0]))
    file_of(root, files[1]).unlink()
    rot(file_of(root, files[2]))
    rot(file_of(replica, files[2]))
    status, told = verify(root, capsys, "--replica", str(replica))
    assert (status, sorted(told)) == (
        1,
        [["damaged", "1.2.3.3.3"], ["repaired", "1.2.3.3.1"], ["repaired", "1.2.3.3.2"]],
    )
    assert verify(root, capsys, "--replica", str(replica)) == (1, [["damaged", "1.2.3.3.3"]])
    assert file_of(root, files[0])


def test_verify_goes_on_where_it_was_cut_off(
    client: Client, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted(store(client, 9), key=lambda content: file_of(root, content).name)
    rot(file_of(root, files[0]))
    rot(file_of(root, files[8]))
    monkeypatch.setattr("server.commands.verifying.bar", _cut_off_after(5))
    status, told = verify(root, capsys)
    assert (status, len(told)) == (130, 1)
    assert (root / "verify.json").exists()
    monkeypatch.undo()
    status, told = verify(root, capsys)
    assert (status, len(told)) == (1, 1), "the first was told before, and still counts"
    assert not (root / "verify.json").exists()


def _cut_off_after(files: int) -> Callable[[str, int], object]:
    class Bar:
        done = 0

        def __enter__(self) -> Callable[[int], None]:
            return self.advance

        def __exit__(self, *_: object) -> None:
            pass

        def advance(self, number: int) -> None:
            self.done += number
            if self.done >= files:
                raise KeyboardInterrupt

    return lambda doing, total: Bar()


def test_a_broken_database_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running(settings_for(root)) as client:
        store(client, 9)
    content = bytearray((root / "catalogue.sqlite").read_bytes())
    content[-4096:] = bytes(range(256)) * 16
    (root / "catalogue.sqlite").write_bytes(content)
    assert verify(root, capsys)[0] == 1


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["import", __file__], ["verify"], ["reindex"]])
def test_files_whose_disk_is_not_mounted_are_missed_and_nothing_is_begun_in_their_place(
    root: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    with running(settings_for(root)) as client:
        store(client)
    (root / "archive").rename(root / "elsewhere")
    (root / "archive").mkdir()
    assert main([*command, "--root", str(root)]) == 1
    assert "mount" in capsys.readouterr().err
    assert list((root / "archive").iterdir()) == []
    (root / "archive").rmdir()
    (root / "elsewhere").rename(root / "archive")
    assert verify(root, capsys) == (0, [])
