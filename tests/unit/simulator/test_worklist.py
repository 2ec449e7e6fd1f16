"""Worklists are read strictly, and what a modality copies from them ends in its images."""

from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.filebase import DicomBytesIO

from simulator.workload import worklist
from simulator.workload.order import begin, fitting_study, made
from simulator.workload.worklist import Item, from_csv

HEAD = "step_id,modality,accession_number,scheduled,description,patient_id,patient_name,birth_date,sex\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_worklist_of_three(tmp_path: Path) -> None:
    text = HEAD + "S1,CT,A1,20260302090000,CT Thorax,999,WÓJCIK^Jan,19600102,M\nS2,MR,A2,,,,,,\nS1,CT,A1,,,,,,\n"
    first, second = from_csv(written(tmp_path, text))
    assert first == Item("S1", "CT", "A1", "", "20260302090000", "CT Thorax", "999", "WÓJCIK^Jan", "19600102", "M")
    assert second.step_id == "S2"
    assert [item.step_id for item in worklist.read(str(tmp_path / "list.csv"), "MR", {})] == ["S2"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("step_id,modality,colour\nS1,CT,red\n", "no worklist has a column 'colour'"),
        ("step_id,modality\n,CT\n", "line 2: the step_id is missing"),
        ("step_id,modality\nS1,\n", "line 2: neither modality nor study"),
        ("step_id,modality,study_uid\nS1,CT,../../etc\n", "is no UID"),
        ("step_id,modality,scheduled\nS1,CT,20260231\n", "no date like"),
        ("step_id,modality,sex\nS1,CT,X\n", "sex is F, M, O"),
    ],
)
def test_a_worklist_that_cannot_be_worked_with_is_told_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        from_csv(written(tmp_path, text))


def test_the_images_carry_what_the_worklist_says() -> None:
    item = Item("S1", "CT", "ELD1", "1.2.3", "20260415101500", "CT Thorax", "999", "WÓJCIK^Jan", "19600416", "M")
    study = made(begin(item, seed=5, scale="small", slices=3))
    one = next(study.instances())
    dataset = dcmread(DicomBytesIO(one.data))
    assert dataset.StudyInstanceUID == one.study_uid == "1.2.3"
    assert (dataset.PatientID, dataset.PatientName, dataset.PatientSex) == ("999", "WÓJCIK^Jan", "M")
    assert dataset.PatientAge == "065Y"
    assert dataset.AccessionNumber == "ELD1"
    assert dataset.StudyDate == "20260415"
    assert dataset.RequestAttributesSequence[0].ScheduledProcedureStepID == "S1"
    assert "OtherPatientIDsSequence" not in dataset


def test_the_same_item_gives_the_same_bytes_and_another_item_no_uid_in_common() -> None:
    one, other = Item("S1", "CT"), Item("S2", "CT")
    first, again, second = (
        [(i.instance_uid, i.data) for i in made(begin(item, 5, "small", 3)).instances()] for item in (one, one, other)
    )
    assert first == again
    assert not {uid for uid, _ in first} & {uid for uid, _ in second}


@pytest.mark.parametrize(
    ("item", "study"),
    [
        (Item("S", "CR"), "knee-cr"),
        (Item("S", "MR", description="MRI head with contrast"), "brain-mr"),
        (Item("S", "CT", study="chest-ct-prior"), "chest-ct-prior"),
    ],
)
def test_the_study_that_fits(item: Item, study: str) -> None:
    assert fitting_study(item) == study


def test_what_cannot_be_made_is_said() -> None:
    with pytest.raises(ValueError, match="no study is made with modality 'XX'"):
        fitting_study(Item("S", "XX"))
    with pytest.raises(ValueError, match="there is no study 'toe'"):
        fitting_study(Item("S", "CT", study="toe"))
