"""A disk that is full, read-only or failing, or no descriptors left: refused with what to do, nothing half stored."""

import errno
import io
import mmap
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from server.app import open_parts
from server.archive.store import Archive
from server.catalogue import damage
from server.errors import ArchiveFull
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
    "reading it": (mmap, "mmap", "/inbox/"),
    "locking": (Path, "open", "/archive/gate"),
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
    is_refused_and_works_again(client, root, monkeypatch, act, code)


def is_refused_and_works_again(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch, act: str, code: int
) -> None:
    before = part10()
    client.stow(before)
    owner, name, where = ACTS[act]
    content = part10(SOPInstanceUID="1.2.3", Rows=256, Columns=257)  # a small one is not read from the disk
    with monkeypatch.context() as broken:
        broken.setattr(owner, name, failing(getattr(owner, name), code, where))
        answer = client.stow(content)
        assert answer.status_code == 507, answer.text
        assert "nothing of this was kept" in answer.json()["title"]
        assert answer.json()["facts"]["cause"] == errno.errorcode[code]
        assert len(client.get("/dicomweb/instances").json()) == 1, "and reading goes on"
        assert client.get("/dicomweb/instances?SOPInstanceUID=1.2.3").status_code == 204
    assert list((root / "archive" / "inbox").iterdir()) == []
    assert len(list((root / "archive" / "objects").rglob("*.dcm"))) == 1, "nor is a file left of what was refused"
    failed = code == errno.EIO and act not in {"making the file", "reading it", "locking"}
    assert client.get("/readyz").status_code == (507 if failed else 200), "a disk that lost what it had stays suspect"
    assert client.stow(content).status_code == 200
    assert len(client.get("/dicomweb/instances").json()) == 2


def test_a_server_that_did_not_wait_for_the_disk_would_fail_these_tests(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Archive, "settle", lambda _archive, _arrived: None)
    with pytest.raises(AssertionError):
        is_refused_and_works_again(client, root, monkeypatch, "syncing the file", errno.EIO)


def test_what_one_process_learns_of_the_disk_the_others_know(client: Client, root: Path) -> None:
    with closing(open_parts(settings_for(root))) as other:
        incoming = other.archive.receive()
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(os, "fsync", failing(os.fsync, errno.EIO, "/inbox/"))
            with pytest.raises(ArchiveFull):
                other.archive.settle([incoming])
        incoming.discard()
        assert client.get("/readyz").status_code == 507
    assert client.get("/readyz").status_code == 200


class Tmpfs:
    """A file system of its own in memory."""

    def __init__(self, folder: Path, size: int, _monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)

    def grow(self, size: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self.folder)], check=True)

    def close(self) -> None:
        subprocess.run(["umount", str(self.folder)], check=True)


class Counted:
    """A folder whose files may have so many bytes together, by the calls with which the server writes them."""

    def __init__(self, folder: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._size = size
        monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_bavail=self.free(), f_frsize=1))
        opened = Path.open

        def open_counted(path: Path, mode: str = "r", **options: Any) -> Any:
            return _CountedFile(path, self) if mode == "xb" else opened(path, mode, **options)

        monkeypatch.setattr(Path, "open", open_counted)

    def free(self) -> int:
        return max(0, self._size - sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file()))

    def grow(self, size: int) -> None:
        self._size = size

    def close(self) -> None:
        """There is nothing to let go of."""


class _CountedFile(io.FileIO):
    def __init__(self, path: Path, disk: Counted) -> None:
        super().__init__(path, "xb")
        self._disk = disk

    def write(self, piece: Any) -> int:
        if len(piece) > self._disk.free():
            raise OSError(errno.ENOSPC, "no space left on device")
        return super().write(piece)


def _can_mount() -> bool:
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0


DISKS = [Counted, Tmpfs] if _can_mount() else [Counted]
"""Without the right to mount, the calls alone are counted."""


@pytest.fixture(params=DISKS, ids=lambda kind: kind.__name__)
def small_disk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tmpfs | Counted]:
    """A disk of 12 MiB."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    with closing(request.param(mounted, 12 * 2**20, monkeypatch)) as disk:
        yield disk


@pytest.mark.parametrize("reserve", [0, 4 * 2**20])
def test_a_full_disk_refuses_what_does_not_fit_and_takes_it_once_there_is_room(
    small_disk: Tmpfs | Counted, reserve: int
) -> None:
    root = small_disk.folder / "root"
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
        small_disk.grow(64 * 2**20)
        assert client.stow(content).status_code == 200
        assert len(client.get("/dicomweb/instances").json()) == len(kept) + 1
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/frames/1", "/rendered", ""])
def test_without_descriptors_a_reader_waits_and_no_file_is_called_damaged(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    client.stow(part10(StudyInstanceUID="1.2.1", SeriesInstanceUID="1.2.2", SOPInstanceUID="1.2.3"))
    address = f"/dicomweb/studies/1.2.1/series/1.2.2/instances/1.2.3{path}"
    for module in (Path, os):
        monkeypatch.setattr(module, "open", failing(module.open, errno.EMFILE, "/objects/"))
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


def test_it_is_found_too_when_the_clock_was_put_back_since(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = time.time_ns() + 86_400 * 10**9
    with monkeypatch.context() as clock, running(settings_for(root)) as client:
        clock.setattr(time, "time_ns", lambda: tomorrow)
        client.stow(part10(SOPInstanceUID="1.2.4"))
    with closing(open_parts(settings_for(root))) as parts:
        incoming = parts.archive.receive()
        incoming.write(part10(SOPInstanceUID="1.2.3"))
        parts.archive.keep([incoming])
    with running(settings_for(root)) as client:
        found = {one["00080018"]["Value"][0] for one in client.get("/dicomweb/instances").json()}
    assert found == {"1.2.3", "1.2.4"}
