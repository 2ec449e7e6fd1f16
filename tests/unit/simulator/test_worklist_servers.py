"""Worklists that real servers keep: UPS-RS over HTTP, scheduled steps over C-FIND."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydicom.dataset import Dataset

from simulator.workload.worklist import Item
from simulator.workload.worklist_servers import from_scp, from_ups
from tests.unit.simulator.node import running
from tests.unit.simulator.ups_server import Ups, serve


@pytest.fixture
def ups() -> Iterator[Ups]:
    with serve() as server:
        yield server


def workitem(number: int, modality: str = "CT") -> dict[str, Any]:
    def one(vr: str, value: Any) -> dict[str, Any]:
        return {"vr": vr, "Value": [value]}

    request = {"00080050": one("SH", f"ELD{number}"), "0020000D": one("UI", f"1.2.{number}")}
    return {
        "00080018": one("UI", f"1.2.826.{number}"),
        "00404005": one("DT", "20260302091500.000000+0000"),
        "00741204": one("LO", "CT Thorax"),
        "00404026": one("SQ", {"00080100": one("SH", modality)}),
        "0040A370": one("SQ", request),
        "00100010": one("PN", {"Alphabetic": "BROWN^Ann"}),
        "00100020": one("LO", "9990001234"),
        "00100030": one("DA", "19600102"),
        "00100040": one("CS", "F"),
    }


def test_scheduled_workitems_become_items(ups: Ups) -> None:
    ups.items = [workitem(1), workitem(2, "MR")]
    assert from_ups(ups.root, "CT") == [
        Item(
            "1.2.826.1",
            "CT",
            "ELD1",
            "1.2.1",
            "20260302091500",
            "CT Thorax",
            "9990001234",
            "BROWN^Ann",
            "19600102",
            "F",
        )
    ]
    assert ups.queries[0]["00741000"] == ["SCHEDULED"]


def test_a_long_list_is_read_page_by_page(ups: Ups) -> None:
    ups.items = [workitem(number) for number in range(1, 251)]
    assert len(from_ups(ups.root, "CT")) == 250
    assert [query["offset"] for query in ups.queries] == [["0"], ["100"], ["200"]]


def test_an_empty_list(ups: Ups) -> None:
    assert from_ups(ups.root, "CT") == []


def test_answers_that_are_no_list(ups: Ups) -> None:
    ups.items = ["hello"]
    with pytest.raises(ValueError, match="something else"):
        from_ups(ups.root, "CT")
    ups.status = 500
    with pytest.raises(ValueError, match="500"):
        from_ups(ups.root, "CT")
    ups.status, ups.items = 200, [workitem(1) | {"0020000D": {"vr": "UI", "Value": ["../../etc"]}}]
    with pytest.raises(ValueError, match="is no UID"):
        from_ups(ups.root, "CT")


def scheduled_step(number: int) -> Dataset:
    step = Dataset()
    step.Modality = "MR"
    step.ScheduledProcedureStepStartDate = "20260302"
    step.ScheduledProcedureStepStartTime = "101500.000"
    step.ScheduledProcedureStepDescription = "MRI Head"
    step.ScheduledProcedureStepID = f"SPS{number}"
    match = Dataset()
    match.SpecificCharacterSet = "ISO_IR 192"
    match.AccessionNumber = f"ELD{number}"
    match.PatientName = "WÓJCIK^Jan"
    match.PatientID = "9990001234"
    match.PatientBirthDate = "19600102"
    match.PatientSex = "M"
    match.StudyInstanceUID = f"1.2.{number}"
    match.ScheduledProcedureStepSequence = [step]
    return match


def test_scheduled_procedure_steps_become_items() -> None:
    with running() as node:
        node.worklist = [scheduled_step(1), scheduled_step(2)]
        first, second = from_scp(node.address, "MR")
        assert node.asked[0].ScheduledProcedureStepSequence[0].Modality == "MR"
    assert first == Item(
        "SPS1", "MR", "ELD1", "1.2.1", "20260302101500", "MRI Head", "9990001234", "WÓJCIK^Jan", "19600102", "M"
    )
    assert second.step_id == "SPS2"


def test_nobody_there() -> None:
    with pytest.raises(ValueError, match="refused"):
        from_scp("dicom://ARCHIVE@127.0.0.1:1", "MR")
    with pytest.raises(ValueError, match="gave no list of workitems"):
        from_ups("http://127.0.0.1:1/dicomweb", "MR")
