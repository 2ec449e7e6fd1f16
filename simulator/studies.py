"""Studies: an identity, a phantom at one moment of its illness, and a modality that writes it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from simulator.encoding import SeriesEncoder
from simulator.identities import Person, clinician, person
from simulator.iods.exam import Exam, Scale, Series, generator
from simulator.iods.index import MODALITIES
from simulator.phantoms.anatomy import Body, Lesion
from simulator.phantoms.index import PHANTOMS
from simulator.phantoms.tissues import PROPERTIES

TODAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Story:
    """Why a study was made: whose it is, what they have, how far it has come, and how they are imaged.

    `days` count from the illness's beginning and `days_ago` back from today; studies of one `patient` share
    the identity and the body. `thickness_mm` is the protocol's slice, 0 for plain films.
    """

    summary: str
    patient: str
    ages: tuple[int, int]
    phantom: str
    days: int
    days_ago: int
    modality: str
    description: str
    thickness_mm: float = 0


STUDIES: dict[str, Story] = {
    "knee-cr": Story("Knee, two views, three months after a plate", "knee", (34, 61), "knee", 95, 1, "CR", "XR Knee"),
    "knee-cr-prior": Story(
        "the same knee the day after the operation", "knee", (34, 61), "knee", 1, 95, "CR", "XR Knee"
    ),
    "chest-ct": Story(
        "Chest CT with a nodule that has grown", "chest", (58, 77), "chest", 140, 3, "CT", "CT Thorax with contrast", 2
    ),
    "chest-ct-prior": Story(
        "the same chest 140 days before", "chest", (58, 77), "chest", 0, 143, "CT", "CT Thorax with contrast", 3
    ),
    "brain-mr": Story(
        "Brain MR: T1, T2 and FLAIR with one lesion", "brain", (29, 56), "head", 0, 2, "MR", "MRI Head", 5
    ),
}


@dataclass(frozen=True)
class Instance:
    """One encoded instance: `data` is a PS3.10 file, `file_name` its place below the study's folder."""

    study_uid: str
    series_uid: str
    instance_uid: str
    data: bytes
    file_name: str


@dataclass(frozen=True)
class Study:
    """A study that is made as it is read: nothing is painted before `instances` is iterated."""

    name: str
    study_uid: str
    person: Person
    start: datetime
    series: tuple[Series, ...]
    lesions: tuple[Lesion, ...]

    @property
    def size(self) -> int:
        """How many instances the study has."""
        return sum(series.size for series in self.series)

    def instances(self) -> Iterator[Instance]:
        """Yield every instance in the order of acquisition; the same bytes each time."""
        for series in self.series:
            encoder = SeriesEncoder(series.shared)
            folder = f"{series.number:03d}-{_folder_name(series.description)}"
            for number, image in enumerate(series.images(), start=1):
                yield Instance(
                    self.study_uid,
                    series.uid,
                    str(image.own.SOPInstanceUID),
                    encoder.encode(image.own, image.pixels),
                    f"{folder}/{number:04d}.dcm",
                )

    def truth(self) -> dict[str, Any]:
        """Return what is known to be in the study, one entry for each series a lesion shows in."""
        return {
            "study": self.name,
            "study_uid": self.study_uid,
            "lesions": [_lesion(lesion, series) for series in self.series for lesion in self.lesions],
        }


def catalogue() -> dict[str, str]:
    """Return the name of every study that can be made and what it shows."""
    return {name: story.summary for name, story in STUDIES.items()}


def make_study(name: str, seed: int, *, scale: Scale = "full", slices: int = 0, today: date = TODAY) -> Study:
    """Return a study of the catalogue; `slices` 0 leaves the number of CT and MR slices to the protocol.

    Raises KeyError for a name the catalogue does not have.
    """
    story = STUDIES[name]
    chance = random.Random(f"{seed}/{name}/{scale}/{slices}/{today}")  # noqa: S311 - synthetic data, no secret
    patient = _patient(story, seed)
    body = _body(story, seed, patient)
    exam = _exam(name, story, patient, chance, seed, today)
    exam = replace(exam, scale=scale, slices=slices, description=_description(story, body))
    series = MODALITIES[story.modality](exam, body)
    return Study(name, exam.uid(), patient, exam.start, series, body.lesions)


def _patient(story: Story, seed: int) -> Person:
    # Born on the same day whatever day it is today: the same patient, older.
    chance = random.Random(f"{seed}/patient/{story.patient}")  # noqa: S311
    return person(chance, ages=story.ages, on=TODAY)


def _body(story: Story, seed: int, patient: Person) -> Body:
    size = patient.height_m / 1.72
    return PHANTOMS[story.phantom](generator(seed, "body", story.patient), size, story.days)


def _exam(name: str, story: Story, patient: Person, chance: random.Random, seed: int, today: date) -> Exam:
    day = today - timedelta(days=story.days_ago)
    start = datetime.combine(day, time(chance.randint(8, 16), chance.randint(0, 59), chance.randint(0, 59)))
    return Exam(
        seed=seed,
        name=name,
        person=patient,
        start=start,
        accession_number=f"{patient.hospital.code}{day:%y}{chance.randrange(10_000_000):07d}",
        study_id=str(chance.randrange(10_000, 100_000)),
        description=story.description,
        referrer=clinician(chance),
        thickness_mm=story.thickness_mm,
        scale="full",
    )


def _description(story: Story, body: Body) -> str:
    side = {"R": " Rt", "L": " Lt"}.get(body.laterality, "")
    return story.description + side


def _folder_name(description: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in description.lower()).split()
    return "-".join(words)


def _lesion(lesion: Lesion, series: Series) -> dict[str, Any]:
    return {
        "lesion_id": lesion.name,
        "series_uid": series.uid,
        "center_mm": [round(float(value), 3) for value in lesion.centre_mm],
        "diameter_mm": round(lesion.diameter_mm, 3),
        "hu": PROPERTIES[lesion.tissue].hu,
    }
