"""A root that cannot be written, as on a snapshot or a backup's mount: what reads it works, and leaves it as it is."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from server.cli import main
from tests.http.conftest import Client, running, settings_for
from tests.http.test_damage import file_of, replicate, rot, store, verify
from tests.http.test_export import lines

Forbid = Callable[[Path], None]


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Forbid:
    """Has the system say of a folder and all below it that they cannot be written, as of a mount that is read-only."""
    access = os.access

    def make(folder: Path) -> None:
        monkeypatch.setattr(
            "os.access",
            lambda path, mode: not (mode == os.W_OK and Path(path).is_relative_to(folder)) and access(path, mode),
        )

    return make


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file, and when it was written; the memory that readers of a database share is no content of it."""
    return {
        str(path): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if not path.name.endswith("-shm")
    }


def test_it_is_verified_exported_and_backed_up_and_nothing_in_it_changes(
    root: Path, tmp_path: Path, forbid: Forbid, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(settings_for(root)) as client:
        files = store(client, 2)
    forbid(root)
    before = tree(root)
    assert verify(root, capsys) == (0, [])
    assert main(["export", "--root", str(root), "--to", str(tmp_path / "out")]) == 0
    assert main(["export", "--verify", str(tmp_path / "out")]) == 0
    assert [one["outcome"] for one in lines(tmp_path / "out" / "records" / "audit_records.jsonl")][-2:] == [
        "begun",
        "success",
    ]
    assert main(["backup", "--root", str(root), "--to", str(tmp_path / "copies")]) == 0
    assert "cannot be written" in capsys.readouterr().err
    assert tree(root) == before
    rot(file_of(root, files[0]))
    before = tree(root)
    assert verify(root, capsys) == (1, [["damaged", "1.2.3.3.1"]])
    assert tree(root) == before


@pytest.mark.parametrize("crashed", [False, True])
def test_what_was_acknowledged_last_is_seen_though_it_is_still_in_the_databases_log(
    client: Client, root: Path, tmp_path: Path, forbid: Forbid, capsys: pytest.CaptureFixture[str], crashed: bool
) -> None:
    files = store(client, 3)
    assert (root / "catalogue.sqlite-wal").stat().st_size
    if crashed:  # the copy is what a snapshot is that was taken while the server ran
        root = Path(shutil.copytree(root, tmp_path / "snapshot", ignore=shutil.ignore_patterns("*-shm", "processes")))
    file_of(root, files[2]).unlink()
    forbid(root)
    before = tree(root)
    assert verify(root, capsys) == (1, [["missing", "1.2.3.3.3"]])
    assert tree(root) == before


def test_a_drill_restores_from_a_replica_that_cannot_be_written_for_a_root_that_cannot(
    root: Path, tmp_path: Path, forbid: Forbid, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(settings_for(root)) as client:
        store(client, 2)
    replica = tmp_path / "replica"
    replicate(root, replica)
    forbid(tmp_path)
    before = tree(tmp_path)
    flags = ["--root", str(root), "--replica", str(replica)]
    assert main(["replica", "status", *flags]) == 0
    assert tree(tmp_path) == before
    assert main(["drill", *flags, "--into", str(tmp_path / "restored")]) == 0
    assert "RPO       0.0 s" in capsys.readouterr().out
    assert {path: seen for path, seen in tree(tmp_path).items() if "/restored" not in path} == before
