"""A disk that is full, read-only or failing, or no descriptors left: refused with what to do, nothing half stored."""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.app import open_parts
from server.catalogue import damage
from tests.factories import part10
from tests.http.conftest import Client, running, settings_for

CODES = [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE]


def failing(act: Callable[..., Any], code: int, where: str) -> Callable[..., Any]:
    """The same act, which fails for paths and descriptors inside the archive."""

    def fail(*arguments: Any, **options: Any) -> Any:
        first = arguments[0]
        path = Path(f"/proc/self/fd/{first}").readlink() if isinstance(first, int) else Path(first)
        if where in str(path):
            raise OSError(code, os.strerror(code))
        return act(*arguments, **options)

    return fail


ACTS = {
    "making the file": (Path, "open", "/inbox/"),
    "syncing the file": (os, "fsync", "/inbox/"),
    "making the folder": (Path, "mkdir", "/objects/"),
    "renaming": (Path, "rename", "/inbox/"),
    "syncing the folder": (os, "fsync", "/objects/"),
}


@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.get)
@pytest.mark.parametrize("act", ACTS)
def test_a_store_that_the_disk_refuses_keeps_nothing_and_works_again_later(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch, act: str, code: int
) -> None:
    before = part10()
    client.stow(before)
    owner, name, where = ACTS[act]
    content = part10(SOPInstanceUID="1.2.3")
    monkeypatch.setattr(owner, name, failing(getattr(owner, name), code, where))
    answer = client.stow(content)
    assert answer.status_code == 507, answer.text
    assert "nothing of this was kept" in answer.json()["title"]
    assert answer.json()["facts"]["cause"] == errno.errorcode[code]
    assert len(client.get("/dicomweb/instances").json()) == 1, "and reading goes on"
    assert client.get("/dicomweb/instances?SOPInstanceUID=1.2.3").status_code == 204
    monkeypatch.undo()
    assert list((root / "archive" / "inbox").iterdir()) == []
    assert len(list((root / "archive" / "objects").rglob("*.dcm"))) == 1, "nor is a file left of what was refused"
    failed = code == errno.EIO and act != "making the file"
    assert client.get("/readyz").status_code == (507 if failed else 200), "a disk that lost what it had stays suspect"
    assert client.stow(content).status_code == 200
    assert len(client.get("/dicomweb/instances").json()) == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    mounted = tmp_path / "disk"
    mounted.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(mounted)], check=False)
    if made.returncode != 0:
        pytest.skip("nothing can be mounted here")
    yield mounted
    subprocess.run(["umount", str(mounted)], check=True)


@pytest.mark.parametrize("reserve", [0, 4 * 2**20])
def test_a_full_disk_refuses_what_does_not_fit_and_takes_it_once_there_is_room(small_disk: Path, reserve: int) -> None:
    root = small_disk / "root"
    with running(settings_for(root, archive={"reserve": reserve})) as client:
        kept: list[bytes] = []
        for number in range(1, 40):
            content = part10(SOPInstanceUID=f"1.2.3.{number}", Rows=512, Columns=512)
            answer = client.stow(content)
            if answer.status_code != 200:
                break
            kept.append(content)
        assert answer.status_code == 507
        assert "Free space" in answer.json()["title"]
        if reserve:
            found = client.get("/dicomweb/instances").json()
            assert len(found) == len(kept), "with a reserve, searches and their audit go on"
            one = found[0]
            path = f"{one['00081190']['Value'][0]}".removeprefix("http://127.0.0.1:8080")
            assert client.get(path, headers={"Accept": "application/dicom"}).status_code == 200
            assert client.request("DELETE", path).status_code == 200, "and so does deleting"
            kept.pop(0)
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        assert client.stow(content).status_code == 200
        assert len(client.get("/dicomweb/instances").json()) == len(kept) + 1
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/frames/1", "/rendered", ""])
def test_without_descriptors_a_reader_waits_and_no_file_is_called_damaged(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    client.stow(part10(StudyInstanceUID="1.2.1", SeriesInstanceUID="1.2.2", SOPInstanceUID="1.2.3"))
    address = f"/dicomweb/studies/1.2.1/series/1.2.2/instances/1.2.3{path}"
    monkeypatch.setattr(Path, "open", failing(Path.open, errno.EMFILE, "/objects/"))
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert "Retry-After" in answer.headers
    monkeypatch.undo()
    assert client.get(address).status_code == 200
    with closing(open_parts(settings_for(root))) as parts:
        assert damage.flagged(parts.catalogue) == []


def test_what_a_crash_left_without_a_row_is_catalogued_at_the_start(root: Path) -> None:
    left, contradicting = part10(SOPInstanceUID="1.2.3"), part10(SOPInstanceUID="1.2.4", PatientID="other")
    with running(settings_for(root)) as client:
        client.stow(part10(SOPInstanceUID="1.2.4"))
    with closing(open_parts(settings_for(root))) as parts:
        for content in (left, contradicting, b"no DICOM file at all"):
            incoming = parts.archive.receive()
            incoming.write(content)
            parts.archive.keep([incoming])
            incoming.discard()
    with running(settings_for(root)) as client:
        found = {one["00080018"]["Value"][0] for one in client.get("/dicomweb/instances").json()}
        assert found == {"1.2.3", "1.2.4"}
        assert client.stow(left).status_code == 200
