"""Studies are the same bytes each time, share nothing with another seed's, and know what is in them."""

import hashlib
import json
import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from simulator.identities import check_digit
from simulator.iods.index import DOCUMENTS, MODALITIES
from simulator.phantoms.index import PHANTOMS
from simulator.studies import STUDIES, Instance, catalogue, make_study
from tests.unit.simulator.conftest import Made


def header(instance: Instance) -> Dataset:
    return dcmread(BytesIO(instance.data))


def uids_of(name: str, seed: int) -> set[str]:
    """Every UID of a study, which nothing has to be painted for."""
    study = make_study(name, seed, scale="small", slices=2, documents=list(DOCUMENTS))
    found = {study.study_uid}
    for series in study.series:
        found |= {series.uid, str(series.shared.get("FrameOfReferenceUID", series.uid))}
        found |= {study.exam.instance_uid(series.number, number) for number in range(1, series.size + 1)}
    return found


def test_every_phantom_and_every_modality_is_used_by_a_study() -> None:
    assert {story.phantom for story in STUDIES.values()} == set(PHANTOMS)
    assert {story.modality for story in STUDIES.values()} == set(MODALITIES)
    assert list(catalogue()) == list(STUDIES)


@pytest.mark.parametrize("name", STUDIES)
def test_same_seed_same_bytes(name: str, made: Made) -> None:
    again = make_study(name, 7, scale="small").instances()
    for one, other in zip(made(name), again, strict=True):
        assert one == other


def test_same_seed_same_bytes_in_another_process(made: Made) -> None:
    script = (
        "import hashlib; from simulator.studies import make_study;"
        "instances = make_study('brain-mr', 7, scale='small').instances();"
        "print(hashlib.sha256(b''.join(one.data for one in instances)).hexdigest())"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    here = hashlib.sha256(b"".join(one.data for one in made("brain-mr"))).hexdigest()
    assert run.stdout.strip() == here


@pytest.mark.parametrize("name", STUDIES)
def test_another_seed_shares_no_uid(name: str) -> None:
    first, second = uids_of(name, 1), uids_of(name, 2)
    assert len(first) > 3
    assert not first & second


def test_studies_of_one_seed_share_no_uid() -> None:
    found = [uids_of(name, 1) for name in STUDIES]
    assert len(set().union(*found)) == sum(len(each) for each in found)


@pytest.mark.parametrize("name", STUDIES)
def test_the_instance_says_what_its_bytes_say(name: str, made: Made) -> None:
    study = make_study(name, 7, scale="small")
    assert len(made(name)) == study.size
    assert len({one.file_name for one in made(name)}) == study.size
    uids = {study.exam.instance_uid(each.number, n + 1) for each in study.series for n in range(each.size)}
    assert len(uids) == study.size
    for one in made(name):
        dataset = header(one)
        assert dataset.SOPInstanceUID == dataset.file_meta.MediaStorageSOPInstanceUID == one.instance_uid
        assert dataset.SeriesInstanceUID == one.series_uid
        assert dataset.StudyInstanceUID == one.study_uid == study.study_uid
        assert one.instance_uid in uids
        if "PixelData" in dataset:
            frames = int(dataset.get("NumberOfFrames", 1))
            assert dataset.pixel_array.shape[-2:] == (dataset.Rows, dataset.Columns)
            assert dataset.pixel_array.size == frames * dataset.Rows * dataset.Columns
            assert dataset.pixel_array.max() < 2**dataset.BitsStored


@pytest.mark.parametrize("name", STUDIES)
def test_the_patient_is_complete(name: str, made: Made) -> None:
    dataset = header(made(name)[0])
    assert check_digit(dataset.PatientID[:9]) == int(dataset.PatientID[9])
    assert dataset.IssuerOfPatientID == "NHS"
    assert dataset.OtherPatientIDsSequence[0].IssuerOfPatientID
    assert len(dataset.AccessionNumber) <= 16
    assert dataset.PatientName == make_study(name, 7).person.name


def test_a_prior_is_the_same_person_earlier(made: Made) -> None:
    for name in ("knee-cr", "chest-ct"):
        now, before = header(made(name)[0]), header(made(f"{name}-prior")[0])
        assert (now.PatientID, now.PatientName, now.PatientBirthDate) == (
            before.PatientID,
            before.PatientName,
            before.PatientBirthDate,
        )
        assert now.StudyDate > before.StudyDate
        assert now.get("Laterality") == before.get("Laterality")
        assert now.AccessionNumber != before.AccessionNumber


def test_a_study_made_differently_is_another_study_of_the_same_person() -> None:
    def uids(**wish: Any) -> set[str]:
        made = list(make_study("chest-ct", 7, **wish).instances())
        people.add(header(made[0]).PatientID + header(made[0]).PatientBirthDate)
        return {uid for one in made for uid in (one.study_uid, one.series_uid, one.instance_uid)}

    people: set[str] = set()
    two = uids(scale="small", slices=2)
    others = [uids(slices=2), uids(scale="small", slices=3), uids(scale="small", slices=2, today=date(2027, 1, 1))]
    assert all(not two & other for other in others)
    assert len(people) == 1


def test_dates_follow_the_day_asked_for() -> None:
    study = make_study("chest-ct", 7, scale="small", slices=2, today=date(2020, 1, 10))
    assert header(next(study.instances())).StudyDate == "20200107"


def test_the_number_of_slices_asked_for() -> None:
    for name in ("chest-ct", "brain-mr"):
        for series in make_study(name, 7, slices=11).series:
            assert series.size == 11


@pytest.mark.parametrize("name", ["chest-ct", "chest-ct-prior", "brain-mr"])
def test_truth_has_each_lesion_once_for_each_series(name: str) -> None:
    study = make_study(name, 7)
    lesions = study.truth()["lesions"]
    assert [lesion["series_uid"] for lesion in lesions] == [series.uid for series in study.series]
    assert all(lesion["diameter_mm"] > 5 for lesion in lesions)


def test_the_tutorial_tells_the_truth() -> None:
    page = (Path(__file__).parents[3] / "docs" / "tutorials" / "a-hospital-of-your-own.md").read_text()
    told = json.loads(page.partition("```json")[2].partition("```")[0])
    known = make_study("chest-ct-full", 7).truth()["lesions"]
    assert any(told.items() <= lesion.items() for lesion in known)


def _one_stack(series: list[Dataset]) -> list[Dataset]:
    """The slices of one contrast; none for localizers and documents."""
    if "ImagePositionPatient" not in series[0] or series[0].ImageType[2] == "LOCALIZER":
        return []
    return [one for one in series if one.get("SequenceName") == series[0].get("SequenceName")]


@pytest.mark.parametrize("name", [name for name, story in STUDIES.items() if story.modality in ("CT", "MR")])
def test_slices_are_evenly_spaced_along_the_normal(name: str, made: Made) -> None:
    series: dict[str, list[Dataset]] = {}
    for one in made(name):
        series.setdefault(one.series_uid, []).append(header(one))
    for stack in series.values():
        slices = _one_stack(stack)
        if not slices:
            continue
        row, column = np.reshape(slices[0].ImageOrientationPatient, (2, 3)).astype(float)
        normal = np.cross(row, column)
        places = np.array([np.array(one.ImagePositionPatient, dtype=float) @ normal for one in slices])
        steps = np.diff(places)
        assert np.ptp(steps) < 1e-2
        assert abs(steps[0]) >= float(slices[0].SliceThickness) - 1e-3
        assert {one.FrameOfReferenceUID for one in slices} == {slices[0].FrameOfReferenceUID}
        assert [one.InstanceNumber for one in stack] == list(range(1, len(stack) + 1))
        assert all(float(one.SliceLocation) == float(one.ImagePositionPatient[2]) for one in slices)
