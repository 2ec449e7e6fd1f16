"""The command does what it says, and says in one line what it will not do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.studies import STUDIES
from simulator.workload import files
from tests.unit.simulator.store_server import StoreServer, all_stored, store_response

QUICK = ["--seed", "3", "--scale", "small", "--study", "chest-ct", "--slices", "3"]


def test_make_writes_series_folders_and_the_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["make", "--out", str(tmp_path), *QUICK, "--study", "knee-cr"]) == 0
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["chest-ct", "knee-cr"]
    found = [path.name for path in files.find(tmp_path / "chest-ct")]
    assert found == ["0001.dcm", "0002.dcm", "0003.dcm"]
    truth = json.loads((tmp_path / "chest-ct" / "truth.json").read_text(encoding="utf-8"))
    assert set(truth["lesions"][0]) >= {"lesion_id", "series_uid", "center_mm", "diameter_mm", "hu"}
    assert "3 instances" in capsys.readouterr().out


def test_send_makes_and_sends(store_server: StoreServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", "--to", store_server.url, *QUICK, "--instances-per-request", "2"]) == 0
    assert [len(store_server.parts(index)) for index in range(2)] == [2, 1]
    assert capsys.readouterr().out.startswith("3 stored, 0 already there, 0 refused, 0 not acknowledged")


def test_send_from_a_folder_sends_the_files_as_they_are(store_server: StoreServer, tmp_path: Path) -> None:
    main(["make", "--out", str(tmp_path), *QUICK])
    assert main(["send", "--to", store_server.url, "--from", str(tmp_path)]) == 0
    assert store_server.parts(0) == [path.read_bytes() for path in files.find(tmp_path)]


def test_a_refusal_is_reported_and_fails(store_server: StoreServer, capsys: pytest.CaptureFixture[str]) -> None:
    store_server.otherwise = lambda uids: (409, {}, store_response([], dict.fromkeys(uids, 0x0124)))
    assert main(["send", "--to", store_server.url, *QUICK]) == 1
    assert "refused 3: not allowed (0x0124), first 2.25." in capsys.readouterr().out


def test_a_folder_with_something_else_in_it_fails_in_one_line(
    store_server: StoreServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "holiday.dcm").write_bytes(b"not DICOM at all" * 20)
    assert main(["send", "--to", store_server.url, "--from", str(tmp_path)]) == 1
    assert "holiday.dcm is not a DICOM file" in capsys.readouterr().err
    (tmp_path / "holiday.dcm").unlink()
    assert main(["send", "--to", store_server.url, "--from", str(tmp_path)]) == 1
    assert "holds no .dcm files" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_fails_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["make", "--out", str(tmp_path / "file"), *QUICK]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("lightbox-sim: ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["make", "--out", "x", "--seed", "-1"], "expected one argument|whole number"),
        (["make", "--out", "x", "--seed", "seven"], "'seven' is no whole number"),
        (["make", "--out", "x"], "--seed"),
        (["make", "--out", "x", "--seed", "1", "--study", "toe"], "toe"),
        (["make", "--out", "x", "--seed", "1", "--syntax", "tiff"], "tiff"),
        (["make", "--out", "x", "--seed", "1", "--slices", "1"], "'1' is no whole number from 2"),
        (["make", "--out", "x", "--seed", "1", "--today", "yesterday"], "no date like"),
        (["make", "--out", "x", "--seed", "1", "--today", "0001-01-01"], "not between"),
        (["send", "--to", "http://127.0.0.1/"], "needs either --seed N"),
        (["send", "--to", "http://127.0.0.1/", "--from", "no such folder"], "no such folder is no folder"),
        (["send", "--to", "http://127.0.0.1/", "--from", ".", "--seed", "1"], "needs either --seed N"),
        (["send", "--to", "ftp://127.0.0.1/", "--seed", "1"], "is no URL"),
        (["send", "--to", "http://pacs.example/", "--seed", "1"], "pacs.example is not this machine"),
        (["send", "--to", "http://10.1.2.3/", "--seed", "1"], "add --allow-remote"),
        ([], "required"),
    ],
)
def test_wrong_arguments_are_told_in_one_line(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert any(part in said for part in complaint.split("|"))


def test_a_server_that_turns_requests_away_is_told_with_how_far_it_came(
    store_server: StoreServer, capsys: pytest.CaptureFixture[str]
) -> None:
    store_server.otherwise = lambda uids: all_stored(uids) if len(store_server.bodies) == 1 else (403, {}, b"no")
    assert main(["send", "--to", store_server.url, *QUICK, "--instances-per-request", "2"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("2 stored, 0 already there, 0 refused, 1 not acknowledged")
    assert said.err.splitlines()[-1].endswith("answered 403: no")


def test_loopback_has_several_names(store_server: StoreServer) -> None:
    port = store_server.url.split(":")[2]
    assert main(["send", "--to", f"http://localhost:{port}", *QUICK]) == 0


@pytest.mark.parametrize("command", [[], ["make"], ["send"]])
def test_help_names_every_study(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert all(name in said and story.summary in said for name, story in STUDIES.items())


def test_the_package_runs_as_a_module() -> None:
    run = subprocess.run([sys.executable, "-m", "simulator", "make"], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.startswith("lightbox-sim make: ")
