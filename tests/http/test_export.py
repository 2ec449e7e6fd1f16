"""Leaving with everything: files that anybody can read and check, and the same answers wherever they are taken in."""

import ast
import errno
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from server.archive.occupied import Occupancy
from server.catalogue.leaving import Leaving
from server.cli import main
from server.studies.export import Export
from tests.factories import part10
from tests.http.answers import answers
from tests.http.conftest import running, settings_for
from tests.http.test_damage import file_of, rot
from tests.http.test_reindex import instance, live_a_little


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "export"


def export(root: Path, out: Path, *flags: str) -> int:
    return main(["export", "--root", str(root), "--to", str(out), *flags])


def lines(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_an_export_taken_into_an_empty_root_gives_the_same_answers(root: Path, out: Path, tmp_path: Path) -> None:
    with running(settings_for(root)) as client:
        live_a_little(client)
        before = answers(client)
    assert export(root, out) == 0
    assert main(["import", "--root", str(tmp_path / "new"), str(out)]) == 0
    with running(settings_for(tmp_path / "new")) as client:
        assert answers(client) == before


@pytest.mark.parametrize(
    ("flags", "instances"),
    [
        ((), 5),
        (("--patient", "OTHER"), 1),
        (("--study", "1.2.3.1"), 2),
        (("--of", "LOCAL"), 5),
    ],
)
def test_a_part_leaves_with_its_records_and_no_others(
    root: Path, out: Path, flags: tuple[str, ...], instances: int
) -> None:
    with running(settings_for(root)) as client:
        client.stow(instance(1), instance(2))
        client.stow(instance(1, "1.2.9", "1.2.9.1"), instance(2, "1.2.9", "1.2.9.1"))
        client.stow(instance(1, "1.2.8", "1.2.8.1", PatientID="OTHER"))
    assert export(root, out, *flags) == 0
    manifest = lines(out / "manifest.jsonl")
    assert len(manifest) == len(list((out / "studies").rglob("*.dcm"))) == instances
    studies = {str(line["StudyInstanceUID"]) for line in manifest}
    if flags:
        for name in ("audit_records", "sessions"):
            assert all(studies & {*line["study_uids"]} for line in lines(out / "records" / f"{name}.jsonl"))
        told = [file["study_uid"] for line in lines(out / "records" / "ledger.jsonl") for file in line["files"]]
        assert {*told} == studies


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (("--patient", "NOBODY"), "--patient"),
        (("--study", "1.2.99"), "--study"),
        (("--of", "ELSE"), "--of"),
        (("--study", "1.2.3.1", "--patient", "OTHER"), "--patient and --study"),
    ],
)
def test_an_export_of_nothing_says_so_and_writes_nothing(
    root: Path, out: Path, flags: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(settings_for(root)) as client:
        client.stow(instance(1))
    capsys.readouterr()
    assert export(root, out, *flags) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "",
        f"lightbox: this archive has no instances of that {named}: nothing was written\n",
    )
    assert not out.exists()


def test_an_archive_without_instances_leaves_with_its_records(root: Path, out: Path) -> None:
    with running(settings_for(root)):
        pass
    assert export(root, out) == 0
    assert lines(out / "manifest.jsonl") == []
    assert main(["export", "--verify", str(out)]) == 0


def test_an_export_is_checked_by_its_own_file_and_by_the_command(
    root: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = [instance(number) for number in (1, 2, 3, 4)]
    with running(settings_for(root)) as client:
        client.stow(*contents)
    assert export(root, out) == 0
    assert main(["export", "--verify", str(out)]) == 0
    paths = [out / str(line["path"]) for line in lines(out / "manifest.jsonl")]
    rot(paths[0])
    paths[1].unlink()
    (out / "studies" / "stray.dcm").write_bytes(part10())
    capsys.readouterr()
    assert main(["export", "--verify", str(out)]) == 1
    said = capsys.readouterr().out
    assert said.splitlines() == ["damaged\t1.2.3.2.1", "missing\t1.2.3.2.2", "not in the manifest\tstray.dcm"]
    alone = subprocess.run([sys.executable, "verify.py"], cwd=out, capture_output=True, text=True, check=False)
    assert (alone.returncode, alone.stdout) == (1, said)
    assert "import server" not in (out / "verify.py").read_text()
    sums = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=out, capture_output=True, check=False)
    assert sums.returncode == 1


def test_its_own_file_runs_on_a_python_older_than_ours(root: Path, out: Path) -> None:
    with running(settings_for(root)) as client:
        client.stow(instance(1))
    assert export(root, out) == 0
    program = ast.parse((out / "verify.py").read_text(), feature_version=(3, 8))
    assert "annotations" in {
        name.name for node in program.body if isinstance(node, ast.ImportFrom) for name in node.names
    }
    older = "import hashlib, runpy; del hashlib.file_digest; runpy.run_path('verify.py', run_name='__main__')"
    alone = subprocess.run([sys.executable, "-c", older], cwd=out, capture_output=True, text=True, check=False)
    assert (alone.returncode, alone.stderr) == (0, "all files are as they were received\n")


def test_damaged_instances_stay_behind_and_are_named(root: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contents = [instance(number) for number in (1, 2)]
    with running(settings_for(root)) as client:
        client.stow(*contents)
    rot(file_of(root, contents[0]))
    capsys.readouterr()
    assert export(root, out) == 1
    assert capsys.readouterr().out == "damaged\t1.2.3.2.1\n"
    assert main(["export", "--verify", str(out)]) == 0
    assert export(root, out) == 1, "and an export never mixes with what is there"


@pytest.mark.parametrize("path", ["../outside.dcm", "/etc/passwd"])
def test_a_manifest_that_leads_elsewhere_is_refused(
    root: Path, out: Path, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out.mkdir()
    (out.parent / "outside.dcm").write_bytes(part10())
    (out / "manifest.jsonl").write_bytes(orjson.dumps({"path": path}))
    assert main(["import", "--root", str(root), str(out)]) == 1
    assert "outside" in capsys.readouterr().err


def test_an_export_that_was_cut_off_is_known_as_such_and_goes_on_where_it_was(
    root: Path, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(settings_for(root)) as client:
        client.stow(*(instance(number) for number in range(1, 5)))
    copy, copied = Export._copy, []

    def cut_off(self: Export, one: Leaving, to: Path) -> str:
        if len(copied) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) if to.name == "full" else KeyboardInterrupt
        copied.append(to / copy(self, one, to))
        return ""

    with monkeypatch.context() as patched:
        patched.setattr(Export, "_copy", cut_off)
        assert export(root, out) == 130
        copied.clear()
        assert export(root, out.with_name("full")) == 1
    assert "takes no more: No space left on device. What is there stays" in capsys.readouterr().err
    for command in (["export", "--verify"], ["import", "--root", str(out.with_name("other"))]):
        assert main([*command, str(out)]) == 1
        assert "was cut off" in capsys.readouterr().err
    assert not (out / "manifest.jsonl").exists()
    assert not (out / "SHA256SUMS").exists()
    assert export(root, out, "--study", "1.2.3.1") == 1
    assert "of something else" in capsys.readouterr().err
    whole, half = sorted((out / "studies").rglob("*.dcm"))
    half.write_bytes(half.read_bytes()[:-100])
    before = whole.stat().st_ino, whole.stat().st_mtime_ns
    assert export(root, out) == 0
    assert (whole.stat().st_ino, whole.stat().st_mtime_ns) == before
    assert main(["export", "--verify", str(out)]) == 0
    assert len(lines(out / "manifest.jsonl")) == 4
    assert not list(out.glob("*.part"))
    assert not (out / "unfinished.json").exists()


def test_two_exports_do_not_write_into_one_folder(root: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running(settings_for(root)) as client:
        client.stow(instance(1))
    with closing(Occupancy(out, alone=True, name="unfinished.json")):
        assert export(root, out) == 1
    assert f"at work on {out}" in capsys.readouterr().err
    assert export(root, out) == 0


@pytest.mark.parametrize("line", [b'{"path"', b"[]", b'{"file": "x"}', b"\xff"])
def test_a_damaged_manifest_is_told_by_its_line(
    root: Path, out: Path, capsys: pytest.CaptureFixture[str], line: bytes
) -> None:
    with running(settings_for(root)) as client:
        client.stow(instance(1))
    assert export(root, out) == 0
    manifest = out / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes() + line + b"\n")
    capsys.readouterr()
    assert main(["export", "--verify", str(out)]) == 1
    assert capsys.readouterr().out == "unreadable\tline 2 of manifest.jsonl\n"
    assert main(["import", "--root", str(out.with_name("new")), str(out)]) == 1
    assert "line 2 of" in capsys.readouterr().err
