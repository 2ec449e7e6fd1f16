"""What is looked at: a chest CT, more of its copies than the server's memory for frames holds, films, and a long CT."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pydicom
from PIL import Image

from bench.connection import Piece
from bench.requests import DICOM_JSON, Request
from bench.samples import Copies, copies_of, make_chest
from simulator.studies import Instance, make_study

FILM = (3000, 2500)
_INSTANCES_A_REQUEST = 20


@dataclass(frozen=True)
class Amount:
    """How many slices and films there are, how often each is copied, and how many slices the long CT has."""

    slices: int
    copies: int
    films: int
    long: int


@dataclass(frozen=True)
class Subjects:
    """Paths of what is stored: `slices` and `films` of instances, `long` of series of one CT each."""

    slices: Sequence[str]
    films: Sequence[str]
    long: Sequence[str]
    middle: tuple[float, float, float]
    """The middle of the long CT in the patient's coordinates, in mm."""

    pixel: float
    """The millimetres of its pixels."""


class Supply:
    """Makes the subjects, and the requests that store them."""

    def __init__(self, amount: Amount) -> None:
        self._amount = amount
        chest = make_chest(amount.slices)
        self._chest, self._slices = chest, copies_of(chest)
        knee = make_study("knee-cr", 7, scale="small")
        self._film = _enlarged(next(iter(knee.instances())))
        self._films = Copies(self._film, knee.person.nhs_number)
        self._long = [_moved(chest.instances, number) for number in range(amount.long)]
        self._long_copies = [Copies(one, chest.patient_id) for one in self._long]

    @property
    def slice(self) -> bytes:
        """The file of one slice."""
        return self._chest.instances[0].data

    def to_both(self) -> Iterator[Request]:
        """Stores of slices and films."""
        amount = self._amount
        slices = (one.parts(_token(1, copy)) for copy in range(amount.copies) for one in self._slices)
        films = (self._films.parts(_token(2, film)) for film in range(amount.films))
        yield from _stores([*slices])
        yield from _stores([*films])

    def to_ours(self, times: int) -> Iterator[Request]:
        """Stores of the long CT, that many times as another study."""
        for copy in range(times):
            yield from _stores([one.parts(_token(3, copy)) for one in self._long_copies])

    def subjects(self, times: int) -> Subjects:
        """Where all that is found."""
        amount = self._amount
        chest = self._chest.instances
        first = pydicom.dcmread(io.BytesIO(self._long[0].data), stop_before_pixels=True)
        last = pydicom.dcmread(io.BytesIO(self._long[-1].data), stop_before_pixels=True)
        pixel = float(first.PixelSpacing[0])
        x, y, low = (float(one) for one in first.ImagePositionPatient)
        high = float(last.ImagePositionPatient[2])
        return Subjects(
            slices=[_path(one, _token(1, copy)) for copy in range(amount.copies) for one in chest],
            films=[_path(self._film, _token(2, number)) for number in range(amount.films)],
            long=[_path(self._long[0], _token(3, copy)).partition("/instances")[0] for copy in range(times)],
            middle=(x + first.Columns / 2 * pixel, y + first.Rows / 2 * pixel, (low + high) / 2),
            pixel=pixel,
        )


def _token(kind: int, number: int) -> int:
    return kind * 100_000_000 + number


def _path(instance: Instance, token: int) -> str:
    uids = (instance.study_uid, instance.series_uid, instance.instance_uid)
    study, series, one = (f"{uid[:-9]}{token}" for uid in uids)
    return f"/studies/{study}/series/{series}/instances/{one}"


def _stores(instances: Sequence[list[Piece]]) -> Iterator[Request]:
    for start in range(0, len(instances), _INSTANCES_A_REQUEST):
        yield Request("/studies", DICOM_JSON, instances[start : start + _INSTANCES_A_REQUEST])


def _enlarged(instance: Instance) -> Instance:
    """A film of 3000 x 2500 made of a smaller one."""
    dataset = pydicom.dcmread(io.BytesIO(instance.data))
    picture = Image.fromarray(dataset.pixel_array.astype(np.float32))
    large = np.rint(np.asarray(picture.resize((FILM[1], FILM[0]), Image.Resampling.BILINEAR))).astype("<u2")
    dataset.Rows, dataset.Columns = FILM
    dataset.PixelData = large.tobytes()
    return _written(dataset)


def _moved(slices: Sequence[Instance], number: int) -> Instance:
    """A slice of a CT longer than the one there is: its slices again and again, each where it belongs."""
    dataset = pydicom.dcmread(io.BytesIO(slices[number % len(slices)].data))
    first, second = (pydicom.dcmread(io.BytesIO(one.data), stop_before_pixels=True) for one in slices[:2])
    step = np.subtract(second.ImagePositionPatient, first.ImagePositionPatient)
    dataset.ImagePositionPatient = [f"{one:.6g}" for one in first.ImagePositionPatient + number * step]
    dataset.InstanceNumber = number + 1
    for keyword, kind in (("StudyInstanceUID", 1), ("SeriesInstanceUID", 2)):
        setattr(dataset, keyword, f"2.25.4242.{kind}.{10**12}")
    dataset.SOPInstanceUID = f"2.25.4242.3.{number + 1}.{10**12}"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return _written(dataset)


def _written(dataset: pydicom.Dataset) -> Instance:
    file = io.BytesIO()
    dataset.save_as(file)
    uids = (str(dataset.StudyInstanceUID), str(dataset.SeriesInstanceUID), str(dataset.SOPInstanceUID))
    return Instance(*uids, data=file.getvalue(), file_name="")
