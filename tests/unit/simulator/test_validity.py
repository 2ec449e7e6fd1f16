"""Every series the simulator can make is a correct object to an independent validator."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from simulator.codecs import SYNTAXES
from simulator.iods.index import DOCUMENTS
from simulator.studies import STUDIES, Study, make_study
from simulator.workload import files
from tests.unit.simulator.conftest import Made

# dcentvfy files the accession number under the series for images and under the study for reports, and then compares
# its own two answers; the values are the same.
OF_THE_VALIDATOR = "Different information entities for attribute - Element=<AccessionNumber>"
STUDY_DATE = b"\x08\x00\x20\x00DA\x08\x00"


def complaints(command: str, *arguments: str | Path) -> list[str]:
    binary = Path(sys.executable).with_name(command)
    run = subprocess.run([binary, *arguments], capture_output=True, text=True, check=False)
    lines = (run.stdout + run.stderr).splitlines()
    assert command == "dcentvfy" or lines, "the validator names the IOD it has recognised"
    return [line for line in lines if re.match(r"(Error|Warning)", line) and OF_THE_VALIDATOR not in line]


@pytest.mark.parametrize("name", STUDIES)
def test_dciodvfy_finds_no_error_and_no_warning(name: str, made: Made, tmp_path: Path) -> None:
    first_of_each = {one.series_uid: one for one in reversed(made(name))}
    assert len(first_of_each) == len(make_study(name, 7, scale="small").series)
    for one in first_of_each.values():
        path = tmp_path / "instance.dcm"
        path.write_bytes(one.data)
        found = complaints("dciodvfy", "-new", path)
        print(f"{one.file_name}: {len(found)} errors and warnings")  # noqa: T201 - shown when it fails
        assert found == []


@pytest.mark.parametrize("name", ["chest-ct", "wrist-cr", "brain-mr-enhanced"])
def test_documents_are_as_correct_and_agree_with_the_images(name: str, tmp_path: Path) -> None:
    study = make_study(name, 7, scale="small", slices=3, documents=list(DOCUMENTS))
    files.write(study, tmp_path, lambda instances, size: None)
    paths = files.find(tmp_path)
    assert {series.modality for series in study.series} >= {"SR", "KO", "PR", "DOC"}
    assert [line for path in paths for line in complaints("dciodvfy", "-new", path)] == []
    assert complaints("dcentvfy", *paths) == []


@pytest.fixture(scope="module")
def thin() -> Callable[[str], Study]:
    """Two slices of a study of the catalogue, painted once for all the syntaxes."""
    return cache(lambda name: make_study(name, 7, scale="small", slices=2))


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("name", ["chest-ct", "liver-us", "brain-mr-enhanced", "wrist-cr"])
def test_every_syntax_is_correct_and_lossless(
    name: str, syntax: str, thin: Callable[[str], Study], tmp_path: Path
) -> None:
    plain = thin(name)
    paths = [tmp_path / f"{number}.dcm" for number in range(plain.size)]
    coded = list(replace(plain, syntaxes={syntax: 1}).instances())
    for path, one, other in zip(paths, coded, plain.instances(), strict=True):
        path.write_bytes(one.data)
        read = dcmread(BytesIO(one.data))
        assert read.file_meta.TransferSyntaxUID == SYNTAXES[syntax].uid
        np.testing.assert_array_equal(read.pixel_array, dcmread(BytesIO(other.data)).pixel_array)
    # The last of each series: its neighbours differ in numbers alone.
    last = {one.series_uid: path for path, one in zip(paths, coded, strict=True)}
    assert [line for path in last.values() for line in complaints("dciodvfy", "-new", path)] == []


@pytest.mark.parametrize("seed", range(3))
def test_other_people_are_as_correct(seed: int, tmp_path: Path) -> None:
    study = make_study("chest-ct", seed, scale="small", slices=2)
    path = tmp_path / "instance.dcm"
    path.write_bytes(next(study.instances()).data)
    assert complaints("dciodvfy", "-new", path) == []


@pytest.mark.parametrize("patient", sorted({story.patient for story in STUDIES.values()}))
def test_dcentvfy_finds_all_of_a_patients_studies_consistent(patient: str, made: Made, tmp_path: Path) -> None:
    paths = []
    for name, story in STUDIES.items():
        if story.patient == patient:
            for number, one in enumerate(made(name)):
                paths.append(tmp_path / f"{name}-{number}.dcm")
                paths[-1].write_bytes(one.data)
    assert complaints("dcentvfy", *paths) == []


def test_the_validators_do_complain(made: Made, tmp_path: Path) -> None:
    """A check that cannot fail is no check: spoil an instance, and a pair of them."""
    first, second = made("chest-ct")[:2]
    unknown_type, another_day, good = (tmp_path / f"{name}.dcm" for name in ("type", "day", "good"))
    unknown_type.write_bytes(first.data.replace(b"PRIMARY", b"PRIMITY"))
    assert any(line.startswith("Error") for line in complaints("dciodvfy", "-new", unknown_type))
    good.write_bytes(first.data)
    another_day.write_bytes(second.data.replace(STUDY_DATE + b"20260227", STUDY_DATE + b"19990101"))
    assert any("StudyDate" in line for line in complaints("dcentvfy", good, another_day))


def test_files_written_are_the_bytes_made(made: Made, tmp_path: Path) -> None:
    study = make_study("knee-cr", 7, scale="small")
    files.write(study, tmp_path, lambda instances, size: None)
    written = [path.read_bytes() for path in files.find(tmp_path)]
    assert written == [one.data for one in made("knee-cr")]
