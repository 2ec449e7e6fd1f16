"""Other bytes under a known SOP Instance UID: refused always, and set aside where that is set."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from server.cli import main
from tests.factories import part10
from tests.http.conftest import Client, audit_records

UIDS = {"SOPInstanceUID": "1.2.3", "StudyInstanceUID": "1.2.1", "SeriesInstanceUID": "1.2.2"}


@pytest.mark.parametrize("together", [True, False])
def test_what_contradicts_is_kept_aside_with_its_reason(
    client_with: Callable[..., Client], root: Path, together: bool
) -> None:
    client = client_with(archive={"quarantine_conflicts": True})
    first, other = part10(**UIDS), part10(**UIDS, PatientID="another")
    if together:
        answer = client.stow(first, other)
        assert answer.status_code == 202
    else:
        client.stow(first)
        answer = client.stow(other)
        assert answer.status_code == 409
    [failure] = answer.json()["00081198"]["Value"]
    assert failure["00081197"]["Value"] == [0x0111]
    assert failure["00000902"]["Value"][0].startswith("In quarantine")
    digest = hashlib.sha256(other).hexdigest()
    assert (root / "quarantine" / f"{digest}.dcm").read_bytes() == other
    told = orjson.loads((root / "quarantine" / f"{digest}.json").read_bytes())
    assert {name: told[name] for name in UIDS} == UIDS
    assert told["person_id"] == "local"
    assert "other bytes" in told["reason"]
    assert len(list((root / "quarantine").iterdir())) == 2
    assert list((root / "archive" / "inbox").iterdir()) == []
    path = "/dicomweb/studies/1.2.1/series/1.2.2/instances/1.2.3"
    assert client.get(path, headers={"Accept": "application/dicom"}).content == first


def test_the_same_bytes_again_contradict_nothing(client_with: Callable[..., Client], root: Path) -> None:
    client = client_with(archive={"quarantine_conflicts": True})
    client.stow(part10(**UIDS))
    assert client.stow(part10(**UIDS)).status_code == 200
    assert not (root / "quarantine").exists()


def test_by_default_they_are_refused_and_gone(client: Client, root: Path) -> None:
    client.stow(part10(**UIDS))
    assert client.stow(part10(**UIDS, PatientID="another")).status_code == 409
    assert not (root / "quarantine").exists()


def test_what_is_held_is_listed_and_released_once_nothing_contradicts_it(
    client_with: Callable[..., Client], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = client_with(archive={"quarantine_conflicts": True})
    first, other = part10(**UIDS), part10(**UIDS, PatientID="another")
    client.stow(first)
    client.stow(other)
    digest = hashlib.sha256(other).hexdigest()
    assert main(["quarantine", "list", "--root", str(root)]) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert line.split("\t")[0] == digest
    assert line.split("\t")[2:4] == ["local (LOCAL)", "1.2.3"]
    assert "another" not in line, "and no patient is named"
    assert main(["quarantine", "--root", str(root), "list"]) == 0
    assert capsys.readouterr().out == f"{line}\n"
    assert main(["quarantine", "release", "--root", str(root), digest[:8]]) == 1
    assert "delete the instance first" in capsys.readouterr().err
    client.request("DELETE", "/dicomweb/studies/1.2.1")
    assert main(["quarantine", "release", digest[:8], "--root", str(root)]) == 0
    path = "/dicomweb/studies/1.2.1/series/1.2.2/instances/1.2.3"
    assert client.get(path, headers={"Accept": "application/dicom"}).content == other
    assert list((root / "quarantine").iterdir()) == []
    assert "released" in str(audit_records(root)[-2:])


def test_what_was_damaged_while_it_was_held_is_not_released_and_what_is_told_of_it_may_be_lost(
    client_with: Callable[..., Client], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = client_with(archive={"quarantine_conflicts": True})
    client.stow(part10(**UIDS))
    client.stow(part10(**UIDS, PatientID="another"))
    client.request("DELETE", "/dicomweb/studies/1.2.1")
    [held] = (root / "quarantine").glob("*.dcm")
    content = held.read_bytes()
    held.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
    held.with_suffix(".json").write_text("{")
    assert main(["quarantine", "list", "--root", str(root)]) == 0
    assert capsys.readouterr().out.split("\t")[2:] == ["unknown (unknown)", "unknown", "unknown\n"]
    assert main(["quarantine", "release", held.stem, "--root", str(root)]) == 1
    assert "not the bytes that were received" in capsys.readouterr().err
    assert client.get("/dicomweb/instances").status_code == 204
    held.write_bytes(content)
    assert main(["quarantine", "release", held.stem, "--root", str(root)]) == 0


def test_what_is_held_is_discarded_by_a_digest_that_names_it_alone(
    client_with: Callable[..., Client], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = client_with(archive={"quarantine_conflicts": True})
    client.stow(part10(**UIDS))
    client.stow(part10(**UIDS, PatientID="another"))
    client.stow(part10(**UIDS, PatientID="a third"))
    held = sorted(path.stem for path in (root / "quarantine").glob("*.dcm"))
    for name in ("", held[0][:7], "00000000"):
        assert main(["quarantine", "discard", name, "--root", str(root)]) == 1
    assert main(["quarantine", "discard", held[0], "--root", str(root)]) == 0
    assert [path.stem for path in (root / "quarantine").glob("*.dcm")] == held[1:]
    assert "discarded" in str(audit_records(root)[-1])
