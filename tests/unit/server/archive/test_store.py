"""Keeping bytes: the order that a power cut cannot break, and what happens when the disk fails."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.archive.store import Archive
from server.errors import ArchiveFull


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive(tmp_path / "archive")
    yield archive
    archive.close()


def inbox(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "archive" / "inbox").iterdir())


def test_a_file_is_synced_then_renamed_then_its_folder_synced(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    incoming = archive.receive()
    incoming.write(b"one")
    path = archive.path(incoming.digest)
    path.parent.mkdir()
    acts: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def synced(descriptor: int) -> None:
        acts.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        fsync(descriptor)

    def renamed(source: Path, target: Path) -> Path:
        acts.append("rename")
        return rename(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    name = incoming.path.name
    archive.keep([incoming])
    incoming.discard()
    # the folder was there, but nobody has said that its own entry is on the disk
    assert acts == [f"sync {name}", "sync objects", "rename", f"sync {path.parent.name}"]
    assert path.read_bytes() == b"one"

    acts.clear()
    again = archive.receive()
    again.write(b"one")
    name = again.path.name
    archive.keep([again])
    again.discard()
    assert acts == [f"sync {name}", "rename", f"sync {path.parent.name}"], "and once is enough"


def test_every_folder_down_to_a_new_archive_is_made_lasting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def remember(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", remember)
    Archive(tmp_path / "new" / "root" / "archive").close()
    assert {tmp_path, tmp_path / "new", tmp_path / "new" / "root", tmp_path / "new" / "root" / "archive"} <= {*synced}


def test_a_new_folder_is_made_lasting_too(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def remember(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", remember)
    incoming = archive.receive()
    incoming.write(b"one")
    archive.keep([incoming])
    incoming.discard()
    assert synced[1:] == ["objects", archive.path(incoming.digest).parent.name]


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("failing", ["file", "folder"])
def test_a_failed_sync_keeps_nothing_and_after_eio_the_archive_is_broken(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, failing: str, code: int
) -> None:
    incoming = archive.receive()
    incoming.write(b"one")
    archive.path(incoming.digest).parent.mkdir()

    def fail(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").is_dir() == (failing == "folder"):
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ArchiveFull):
        archive.keep([incoming])
    incoming.discard()
    assert archive.working == (code != errno.EIO)


def test_what_is_discarded_is_gone_and_what_was_kept_stays(archive: Archive, tmp_path: Path) -> None:
    kept, dropped = archive.receive(), archive.receive()
    kept.write(b"kept")
    dropped.write(b"dropped")
    archive.keep([kept])
    for incoming in (kept, dropped):
        incoming.discard()
        incoming.discard()
    assert inbox(tmp_path) == []
    assert archive.path(kept.digest).read_bytes() == b"kept"


def test_a_sweep_takes_away_what_ended_processes_left_and_nothing_of_others(archive: Archive, tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:  # one that dies in the middle of receiving
        Archive(tmp_path / "archive").receive().write(b"half")
        os._exit(0)
    os.waitpid(pid, 0)
    other = Archive(tmp_path / "archive")
    alive = [archive.receive(), other.receive()]
    (tmp_path / "archive" / "inbox" / "1-of-an-older-release.part").touch()
    assert len(inbox(tmp_path)) == 4
    assert [archive.sweep(), other.sweep()] == [2, 0]
    assert {*inbox(tmp_path)} == {incoming.path for incoming in alive}
    other.close()
    archive.receive().discard()
    assert archive.sweep() == 1, "who closed receives no more"
    assert len(list((tmp_path / "archive" / "receiving").iterdir())) == 1
    for incoming in alive:
        incoming.discard()


def test_no_path_is_made_from_anything_but_the_digest(archive: Archive) -> None:
    incoming = archive.receive()
    incoming.write(b"../../etc/passwd")
    incoming.discard()
    assert archive.path(incoming.digest).name == f"{incoming.digest}.dcm"
    assert len(incoming.digest) == 64


def test_removing_waits_until_nobody_keeps_and_keeping_until_nobody_removes(tmp_path: Path) -> None:
    archive, other = Archive(tmp_path), Archive(tmp_path)
    with archive.keeping(), other.keeping(), other.removing(wait_seconds=0) as alone:
        assert not alone
    with other.removing(wait_seconds=0) as alone:
        assert alone
        with archive.removing(wait_seconds=0) as together:
            assert not together
    with archive.removing(wait_seconds=0) as alone:
        assert alone


def test_whoever_removes_gets_its_turn_however_many_keep(archive: Archive) -> None:
    ended = threading.Event()

    def keep_on() -> None:
        while not ended.is_set():
            with archive.keeping():
                time.sleep(0.01)

    keepers = [threading.Thread(target=keep_on) for _ in range(4)]
    for keeper in keepers:
        keeper.start()
    try:
        for _ in range(5):
            with archive.removing(wait_seconds=60) as alone:
                assert alone
    finally:
        ended.set()
        for keeper in keepers:
            keeper.join()
