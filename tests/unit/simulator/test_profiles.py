"""Profiles say which studies are made, and what is wrong with one is told by its key."""

from pathlib import Path

import pytest

from simulator.cli import main
from simulator.profiles import profile
from simulator.workload import files


@pytest.mark.parametrize("name", profile.titles())
def test_every_profile_can_be_read_and_made(name: str) -> None:
    studies = list(profile.read(name).studies(7))
    assert studies
    assert len({study.study_uid for study in studies}) == len(studies)
    assert len({study.name for study in studies}) == len(studies)


def test_everything_shows_what_was_promised() -> None:
    studies = {study.name: study for study in profile.read("everything").studies(7)}
    full = studies["chest-ct-full"]
    thick, thin = full.series[1:3]
    assert thick.shared.ConvolutionKernel == thin.shared.ConvolutionKernel
    assert thick.shared.Exposure == thin.shared.Exposure
    assert float(thick.shared.SliceThickness) == 5 * float(thin.shared.SliceThickness)
    assert studies["chest-ct-prior"].start < full.start
    assert studies["chest-dx"].person == full.person == studies["chest-ct-prior"].person
    assert studies["wrist-cr"].series[0].shared.PhotometricInterpretation == "MONOCHROME1"
    assert {len(studies[name].series) for name in ("knee-cr", "knee-cr-prior")} == {2}
    modalities = {series.modality for study in studies.values() for series in study.series}
    assert modalities == {"CT", "MR", "CR", "DX", "US", "SR", "KO", "PR", "DOC"}


def test_two_hospitals_share_a_local_number() -> None:
    knee, brain = (
        next(iter(profile.Profile("", (profile.Entry(name),)).studies(7))) for name in ("knee-cr", "brain-mr")
    )
    assert knee.person.hospital_number == brain.person.hospital_number
    assert knee.person.hospital.issuer != brain.person.hospital.issuer
    assert knee.person.nhs_number != brain.person.nhs_number


def test_copies_are_other_people_with_pooled_bodies() -> None:
    entry = profile.Entry("chest-ct", "small", 2, copies=6, bodies=2)
    studies = list(profile.Profile("", (entry,)).studies(7))
    assert len({study.person.nhs_number for study in studies}) == 6
    assert len({id(study.body) for study in studies}) == 2
    pixels = {one.data[-40_000:] for study in studies for one in study.instances()}
    assert len(pixels) == 12, "no two images are alike"


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    text = 'title = "mine"\n[[study]]\nname = "brain-mr"\nscale = "small"\nslices = 2\nsyntaxes = { rle = 1 }\n'
    (tmp_path / "mine.toml").write_text(text)
    arguments = ["make", "--out", str(tmp_path / "out"), "--seed", "1", "--profile", str(tmp_path / "mine.toml")]
    assert main(arguments) == 0
    assert len(files.find(tmp_path / "out")) == 6


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title = 1", "title"),
        ("title = ", "no TOML"),
        ('title = "x"\nstudy = 3', "study"),
        ('title = "x"\n[[study]]\nname = "toe"', "toe"),
        ('title = "x"\n[[study]]\nname = "knee-cr"\ncolour = 1', "colour"),
        ('title = "x"\n[[study]]\nname = "knee-cr"\nscale = "huge"', "huge"),
        ('title = "x"\n[[study]]\nname = "knee-cr"\nslices = true', "slices"),
        ('title = "x"\n[[study]]\nname = "knee-cr"\ncopies = 0', "copies"),
        ('title = "x"\n[[study]]\nname = "knee-cr"\ndocuments = ["fax"]', "documents"),
        ('title = "x"\n[[study]]\nname = "knee-cr"\nsyntaxes = { jpeg = 1 }', "syntaxes"),
    ],
)
def test_what_a_profile_cannot_say_is_told(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=complaint) as raised:
        profile.read(str(path))
    assert "mine.toml" in str(raised.value)
    with pytest.raises(ValueError, match="neither a profile"):
        profile.read(str(tmp_path / "none.toml"))
