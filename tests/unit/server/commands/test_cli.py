"""The command line as it is typed: what it prints, and its exit status."""

import errno
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from server.archive.store import Archive, Incoming, Kept, refusal
from server.cli import main
from server.commands import importing
from tests.factories import image, part10


@pytest.fixture
def root(tmp_path: Path) -> str:
    return str(tmp_path / "root")


def _said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


def test_import_tells_what_was_stored_and_what_was_there(
    tmp_path: Path, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cd" / "deep"
    folder.mkdir(parents=True)
    for number in range(3):
        (folder / f"{number}.dcm").write_bytes(part10())
    (folder / "README.txt").write_text("no image")
    assert main(["import", "--root", root, str(tmp_path / "cd")]) == 0
    assert "stored 3, already there 0, refused 0 (passed over 1 files that are not DICOM)" in _said(capsys)
    assert main(["import", "--root", root, str(folder / "0.dcm"), str(folder)]) == 0
    assert "stored 0, already there 4, refused 0" in _said(capsys)


def test_import_names_every_refused_file_and_the_reason(
    tmp_path: Path, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, broken, text = tmp_path / "whole.dcm", tmp_path / "broken.dcm", tmp_path / "notes.txt"
    dataset = image()
    whole.write_bytes(part10(dataset))
    broken.write_bytes(part10()[:-3])
    text.write_text("x" * 200)
    assert main(["import", "--root", root, str(whole), str(broken), str(text)]) == 1
    said = _said(capsys)
    assert "stored 1, already there 0, refused 2" in said
    assert "broken.dcm: The data set is cut short" in said
    assert "notes.txt: This is not a DICOM Part 10 file" in said
    dataset.PatientID = "another"
    whole.write_bytes(part10(dataset))
    assert main(["import", "--root", root, str(whole)]) == 1
    assert "already kept" in _said(capsys)


def test_import_that_is_cut_off_says_how_far_it_came(
    tmp_path: Path, root: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cd"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.dcm").write_bytes(part10())
    monkeypatch.setattr(importing, "_TOGETHER", 1)
    working, calls = Archive.keep, iter(range(9))

    def keep(archive: Archive, arrived: Sequence[Incoming]) -> list[Kept]:
        if next(calls) == 2:
            raise refusal(OSError(errno.ENOSPC, ""))
        return working(archive, arrived)

    with monkeypatch.context() as disk:
        disk.setattr(Archive, "keep", keep)
        assert main(["import", "--root", root, str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out == "stored 2, already there 0, refused 0\n"
    cut_off, why = said.err.splitlines()
    assert cut_off == "cut off: what is stored stays; import the same again to go on"
    assert why.endswith("(ENOSPC)")
    assert main(["import", "--root", root, str(folder / "0.dcm"), str(folder / "2.dcm")]) == 0
    assert "stored 1, already there 1" in _said(capsys)


def test_import_of_nothing_that_is_there_says_so(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "--root", root, "/nowhere/at/all"]) == 1
    assert "there is no /nowhere/at/all" in _said(capsys)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_the_server_refuses_to_listen_anywhere_but_on_loopback(
    root: str, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    assert main(["serve", "--root", root, "--host", host, "--port", "0"]) == 1
    assert f"refusing to listen on {host}" in _said(capsys)
    assert not Path(root).exists(), "and leaves nothing behind"


def test_a_bad_setting_is_named_and_nothing_starts(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--root", root, "--port", "seventy"]) == 2
    assert "setting web.port" in _said(capsys)


def test_settings_tell_each_value_and_its_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "lightbox.toml"
    config.write_text('[access]\norganisation = "RGN"\n')
    monkeypatch.setenv("LIGHTBOX_WEB__THREADS", "5")
    assert main(["settings", "--config", str(config), "--port", "9"]) == 0
    lines = _said(capsys).splitlines()
    assert any(line.startswith("port = 9 ") and "--port" in line for line in lines)
    assert any(line.startswith("threads = 5 ") and "LIGHTBOX_WEB__THREADS" in line for line in lines)
    assert any(line.startswith('organisation = "RGN"') and "lightbox.toml" in line for line in lines)
    assert any(line.startswith("most_people = 100") and "default" in line for line in lines)


def test_a_catalogue_of_a_later_release_is_left_alone(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(root)
    folder.mkdir()
    database = sqlite3.connect(folder / "catalogue.sqlite")
    database.execute("CREATE TABLE schema_version (part TEXT PRIMARY KEY, version INTEGER NOT NULL)")
    database.execute("INSERT INTO schema_version VALUES ('catalogue', 9999)")
    database.commit()
    database.close()
    assert main(["import", "--root", root, __file__]) == 1
    assert "9999" in _said(capsys)


@pytest.mark.parametrize("arguments", [[], ["dance"], ["import"], ["serve", "--no-such-flag", "1"], ["demo"]])
def test_a_command_that_is_wrongly_asked_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("spoilt", ["root", "catalogue.sqlite"])
def test_a_root_that_cannot_be_used_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoilt: str
) -> None:
    folder = tmp_path / "root"
    if spoilt != "root":
        folder.mkdir()
    (tmp_path / spoilt if spoilt == "root" else folder / spoilt).write_text("no folder, and no database either" * 40)
    assert main(["import", "--root", str(folder), __file__]) == 1
    said = _said(capsys)
    assert said.count("\n") == 1
    assert said.startswith(f"lightbox: {'cannot use ' if spoilt == 'root' else ''}{folder}")


@pytest.mark.parametrize(
    "command",
    [["verify"], ["reindex"], ["quarantine", "list"], ["replica", "status", "--replica", "r"], ["link", "1.2"]],
)
def test_a_mistyped_root_is_not_made_and_found_in_good_order(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "mistyped"
    assert main([*command, "--root", str(root)]) == 1
    assert "there is no archive under" in capsys.readouterr().err
    assert not root.exists()


def test_help_of_a_command_tells_of_what_concerns_it(capsys: pytest.CaptureFixture[str]) -> None:
    def told(command: str) -> str:
        with pytest.raises(SystemExit):
            main([command, "--help"])
        return capsys.readouterr().out

    assert "--port" in told("serve")
    backup = told("backup")
    assert "--to DIR" in backup
    assert "--port" not in backup


@pytest.mark.parametrize("command", ["quarantine", "replica"])
def test_a_command_that_says_too_little_is_told_what_it_lacks(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command])
    assert ended.value.code == 2
    lacks = {"quarantine": "list | release | discard", "replica": "status | sync | verify | renew"}[command]
    assert f"the following arguments are required: {lacks}\n" in capsys.readouterr().err


def test_a_root_that_is_a_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["import", "--root", str(tmp_path / "file"), str(tmp_path)]) == 1
    assert _said(capsys) == f"lightbox: cannot use {tmp_path}/file: it is not a folder\n"


@pytest.mark.parametrize("command", [["backup", "--to"], ["export", "--to"], ["drill", "--into"]])
@pytest.mark.parametrize("place", ["root", "root/archive/new", "replica/new"])
def test_nothing_is_written_into_the_root_or_the_replica(
    command: list[str], place: str, tmp_path: Path, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    replica = str(tmp_path / "replica")
    assert main(["replica", "sync", "--root", root, "--replica", replica]) == 1
    Archive(Path(root) / "archive").close()
    assert main(["replica", "sync", "--root", root, "--replica", replica]) == 0
    before = {path: path.stat().st_ino for path in Path(tmp_path).rglob("*.sqlite")}
    assert main([*command, str(tmp_path / place), "--root", root, "--replica", replica]) == 1
    assert "choose a folder elsewhere" in capsys.readouterr().err
    assert {path: path.stat().st_ino for path in Path(tmp_path).rglob("*.sqlite")} == before
    assert not Path(tmp_path / place).exists() or place == "root"


@pytest.mark.parametrize("replica", ["root", "root/replica", "."])
def test_root_and_replica_must_not_lie_in_each_other(
    replica: str, tmp_path: Path, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--root", root, "--replica", str(tmp_path / replica)]) == 2
    assert "must not lie in each other" in capsys.readouterr().err
    assert not Path(root).exists()


def test_a_folder_that_cannot_be_made_is_named_and_not_the_root(
    tmp_path: Path, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Archive(Path(root) / "archive").close()
    assert main(["export", "--root", root, "--to", "/proc/no/such"]) == 1
    assert _said(capsys) == "lightbox: cannot use /proc/no: No such file or directory\n"


@pytest.mark.parametrize("rate", ["-5", "1.5", "fast"])
def test_a_rate_that_is_none_is_refused(rate: str, root: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["verify", "--root", root, "--throttle-mib", rate])
    assert ended.value.code == 2
    assert "no whole number of MiB" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "cure"), [("catalogue", "lightbox reindex"), ("records", "from a backup")])
def test_a_damaged_database_is_named_with_what_to_do(
    tmp_path: Path, root: str, capsys: pytest.CaptureFixture[str], name: str, cure: str
) -> None:
    (tmp_path / "1.dcm").write_bytes(part10())
    assert main(["import", "--root", root, str(tmp_path / "1.dcm")]) == 0
    database = Path(root) / f"{name}.sqlite"
    database.write_bytes(database.read_bytes()[:20_000] + bytes(range(256)) * 200)
    capsys.readouterr()
    assert main(["verify", "--root", root]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"lightbox: {database} is damaged: ")
    assert cure in line
