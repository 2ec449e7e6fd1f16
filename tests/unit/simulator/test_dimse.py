"""C-STORE to a real SCP: stored, refused, verified with C-FIND; the same spool, the same promises."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.filebase import DicomBytesIO

from simulator.cli import main
from simulator.studies import make_study
from simulator.workload import dimse
from simulator.workload.archive import Unreachable
from tests.unit.simulator.conftest import Made
from tests.unit.simulator.node import Node, running

QUICK = ["--seed", "3", "--scale", "small", "--study", "brain-mr", "--slices", "3"]


@pytest.fixture
def node() -> Iterator[Node]:
    with running() as made:
        yield made


def test_send_stores_and_verifies(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", "--to", node.address, *QUICK, "--connections", "2", "--verify", "uids"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("9 stored, 0 already there, 0 refused, 0 not acknowledged")
    assert "verified by UID: 9; missing 0, other bytes 0" in said
    assert len({one.SOPInstanceUID for one in node.kept}) == 9


def test_what_is_stored_is_what_was_made(node: Node, made: Made) -> None:
    archive = dimse.DimseArchive(dimse.node(node.address))
    archive.store(made("brain-mr")[:1])
    archive.close()
    original = dcmread(DicomBytesIO(made("brain-mr")[0].data))
    assert node.kept[0].to_json_dict() == original.to_json_dict()


def test_a_refusal_and_a_warning(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    node.statuses = [0xC000, 0xB000, 0x0111]
    assert main(["send", "--to", node.address, *QUICK]) == 1
    said = capsys.readouterr().out
    assert said.startswith("7 stored, 0 already there, 2 refused")
    assert "cannot be understood (0xC000)" in said
    assert "another instance with this UID is there (0x0111)" in said


def test_what_is_told_stored_and_is_not_there_is_found_out(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    node.forgets = {next(make_study("brain-mr", 3, scale="small", slices=3).instances()).instance_uid}
    assert main(["send", "--to", node.address, *QUICK, "--verify", "uids"]) == 1
    assert "verified by UID: 8; missing 1" in capsys.readouterr().out


def test_an_association_that_is_aborted_is_made_again(node: Node, made: Made) -> None:
    node.aborts = 1
    archive = dimse.DimseArchive(dimse.node(node.address))
    with pytest.raises(Unreachable):
        archive.store(made("brain-mr")[:2])
    assert len(archive.store(made("brain-mr")[:2]).stored) == 2
    archive.close()


def test_nobody_there_and_a_wrong_title(node: Node, made: Made) -> None:
    wrong = f"dicom://WRONG@127.0.0.1:{node.port}"
    for address, why in (("dicom://ARCHIVE@127.0.0.1:1", "refused"), (wrong, "accepted no association")):
        archive = dimse.DimseArchive(dimse.node(address))
        with pytest.raises(Unreachable, match=why):
            archive.store(made("brain-mr")[:1])
        archive.close()


def test_a_device_forwards_by_c_store_and_verifies_by_c_find(
    node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = tmp_path / "list.csv"
    items.write_text("step_id,modality\nD1,MR\n")
    words = ["--worklist", str(items), "--to", node.address, "--spool", str(tmp_path / "spool"), "--profile", "mr"]
    assert main(["modality", *words, "--scale", "small", "--slices", "3", "--speed", "1e7"]) == 0
    assert "9 verified and freed" in capsys.readouterr().out
    assert len({one.SOPInstanceUID for one in node.kept}) == 9


@pytest.mark.parametrize("address", ["dicom://127.0.0.1:104", "dicom://A_TITLE_THAT_IS_TOO_LONG@127.0.0.1", "http://x"])
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(ValueError, match="no address like dicom://"):
        dimse.node(address)


def test_an_address_without_a_port_means_104() -> None:
    assert dimse.node("dicom://ARCHIVE@host.example") == dimse.Node("ARCHIVE", "host.example", 104)


def test_without_pynetdicom_the_way_to_get_it_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pynetdicom", None)
    assert main(["send", "--to", "dicom://ARCHIVE@127.0.0.1:1", *QUICK]) == 1
    assert capsys.readouterr().err == "lightbox-sim: DIMSE needs pynetdicom: pip install 'lightbox[dimse]'\n"


@pytest.mark.parametrize("words", [["--watch"], ["--verify", "bytes"]])
def test_what_dimse_cannot_do_is_told(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["send", "--to", "dicom://ARCHIVE@127.0.0.1:1", *QUICK, *words])
    assert "need a DICOMweb address" in capsys.readouterr().err
