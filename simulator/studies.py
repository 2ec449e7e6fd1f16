"""Studies: an identity, a phantom at one moment of its illness, and a modality that writes it."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from simulator import truth
from simulator.codecs import SYNTAXES
from simulator.encoding import SeriesEncoder
from simulator.identities import HOSPITALS, Person, clinician, person
from simulator.iods.exam import Exam, Scale, Series, generator
from simulator.iods.index import DOCUMENTS, MODALITIES
from simulator.phantoms.anatomy import Body, Lesion
from simulator.phantoms.index import PHANTOMS
from simulator.stories import STUDIES, Story

__all__ = ["EXPLICIT", "STUDIES", "TODAY", "Instance", "Study", "catalogue", "make_study"]

TODAY = date(2026, 3, 2)
EXPLICIT: Mapping[str, float] = {"explicit": 1}
_AVERAGE_HEIGHT_M = 1.72
# Two people with the same local number at two trusts: only the issuer tells them apart.
_NAMESAKES = {"knee": HOSPITALS[0], "brain": HOSPITALS[2]}


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
    exam: Exam
    body: Body
    series: tuple[Series, ...]
    syntaxes: Mapping[str, float] = field(default_factory=lambda: EXPLICIT)

    @property
    def study_uid(self) -> str:
        """The Study Instance UID."""
        return self.exam.uid()

    @property
    def person(self) -> Person:
        """Whose study it is."""
        return self.exam.person

    @property
    def start(self) -> datetime:
        """When the patient was called in."""
        return self.exam.start

    @property
    def lesions(self) -> tuple[Lesion, ...]:
        """Every lesion of the body."""
        return self.body.lesions

    @property
    def size(self) -> int:
        """How many instances the study has."""
        return sum(series.size for series in self.series)

    def instances(self) -> Iterator[Instance]:
        """Yield every instance in the order of acquisition; the same bytes each time."""
        for series in self.series:
            encoder = SeriesEncoder(series.shared, SYNTAXES[self.syntax_of(series)])
            folder = f"{series.number:03d}-{_folder_name(series.description)}"
            for number, image in enumerate(series.images(), start=1):
                yield Instance(
                    self.study_uid,
                    series.uid,
                    str(image.own["SOPInstanceUID"]),
                    encoder.encode(image.own, image.pixels),
                    f"{folder}/{number:04d}.dcm",
                )

    def syntax_of(self, series: Series) -> str:
        """Return the name of the transfer syntax that a series is written in; documents are never compressed."""
        if "Rows" not in series.shared:
            return "explicit"
        chance = random.Random(f"{series.uid}/syntax")  # noqa: S311 - synthetic data, no secret
        return chance.choices(list(self.syntaxes), weights=list(self.syntaxes.values()))[0]

    def truth(self) -> dict[str, Any]:
        """Return what is known to be in the study, one entry for each series a lesion shows in."""
        series = [(one, self.syntax_of(one)) for one in self.series]
        return truth.of(self.name, self.exam, self.body, series)


def catalogue() -> dict[str, str]:
    """Return the name of every study that can be made and what it shows."""
    return {name: story.summary for name, story in STUDIES.items()}


def make_study(
    name: str,
    seed: int,
    *,
    scale: Scale = "full",
    slices: int = 0,
    today: date = TODAY,
    syntaxes: Mapping[str, float] = EXPLICIT,
    documents: Sequence[str] = (),
    has_barcode: bool = False,
    copy: int = 0,
    bodies: int = 0,
) -> Study:
    """Return a study of the catalogue; `slices` 0 leaves the number of CT and MR slices to the protocol.

    `syntaxes` weighs the names of transfer syntaxes, one of which each series is written in; `documents` are added;
    `copy` 1, 2, ... is the same story of other people; `bodies` above 0 has all copies share that many bodies, which
    a crowd of patients needs for speed. Raises KeyError for a name the catalogue does not have.
    """
    story = STUDIES[name]
    label = f"{name}-{copy:04d}" if copy else name
    chance = random.Random(f"{seed}/{label}/{scale}/{slices}/{today}")  # noqa: S311 - synthetic data, no secret
    patient = _patient(story, seed, copy)
    if bodies:
        size = round(0.94 + 0.12 * (copy % bodies) / bodies, 3)
        patient = replace(patient, height_m=round(size * _AVERAGE_HEIGHT_M, 2))
        body = _pooled_body(story.phantom, story.patient, seed, copy % bodies, size, story.days)
    else:
        body = _body(story, seed, copy, patient)
    exam = replace(
        _exam(label, story, patient, chance, seed, today),
        scale=scale,
        slices=slices,
        description=_description(story, body),
        protocol=story.protocol,
        has_barcode=has_barcode,
        is_pooled=bool(bodies),
    )
    series = MODALITIES[story.modality](exam, body)
    series += tuple(DOCUMENTS[document](exam, body, series) for document in documents)
    return Study(label, exam, body, series, syntaxes)


def _patient(story: Story, seed: int, copy: int) -> Person:
    # Born on the same day whatever day it is today: the same patient, older.
    chance = random.Random(f"{seed}/patient/{story.patient}/{copy}")  # noqa: S311
    found = person(chance, ages=story.ages, on=TODAY)
    if story.patient not in _NAMESAKES:
        return found
    shared = random.Random(f"{seed}/namesakes/{copy}")  # noqa: S311
    number = person(shared, ages=(40, 50), on=TODAY).hospital_number
    return replace(found, hospital_number=number, hospital=_NAMESAKES[story.patient])


def _body(story: Story, seed: int, copy: int, patient: Person) -> Body:
    size = patient.height_m / _AVERAGE_HEIGHT_M
    path = ("body", story.patient, copy) if copy else ("body", story.patient)
    return PHANTOMS[story.phantom](generator(seed, *path), size, story.days)


@lru_cache(maxsize=4)
def _pooled_body(phantom: str, patient: str, seed: int, number: int, size: float, days: int) -> Body:
    return PHANTOMS[phantom](generator(seed, "pool", patient, number), size, days)


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
    side = {"R": " Rt", "L": " Lt"}.get(body.laterality, "") if story.phantom != "hip" else ""
    return story.description + side


def _folder_name(description: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in description.lower()).split()
    return "-".join(words)
