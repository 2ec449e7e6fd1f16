"""Computed Radiography Image Storage, PS3.3 A.2: a limb from the front and from the side."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import ComputedRadiographyImageStorage

from simulator.iods import modules
from simulator.iods.exam import Exam, Image, Series
from simulator.phantoms import projection
from simulator.phantoms.anatomy import Body

MODALITY = "CR"
_FILMS = {"full": projection.Film(2140, 1760, 0.14), "small": projection.Film(535, 440, 0.56)}
_STEPS_MM = {"full": 0.45, "small": 1.2}
# PS3.3 C.7.6.1.1.1: along a row, then down a column.
_ORIENTATIONS: dict[projection.View, tuple[str, str]] = {"AP": ("L", "F"), "LAT": ("P", "F")}
_VIEW_POSITIONS: dict[projection.View, str] = {"AP": "AP", "LAT": "LL"}
_SIDES = {"R": "Rt", "L": "Lt"}
_KVP = 63
_EXPOSURE_MAS = 4


def acquire(exam: Exam, body: Body) -> tuple[Series, ...]:
    """Return a series for each view: ViewPosition belongs to the series, PS3.3 C.8.1.1."""

    @cache
    def sums() -> projection.Sums:
        return projection.ray_sums(body, _STEPS_MM[exam.scale])

    return _series(exam, body, 1, "AP", sums), _series(exam, body, 2, "LAT", sums)


def _series(exam: Exam, body: Body, number: int, view: projection.View, sums: Callable[[], projection.Sums]) -> Series:
    side = _SIDES.get(body.laterality, "")
    description = f"{body.body_part.title()} {side} {view}".replace("  ", " ")
    film = _FILMS[exam.scale]

    def images() -> Iterator[Image]:
        taken = exam.start + timedelta(minutes=2 * number)
        random = exam.random("noise", number)
        pixels = projection.expose(sums(), view, film, body.laterality, random)
        dark, bright = np.percentile(pixels[pixels > 500], (2, 99.7))
        window = modules.window((float(dark + bright) / 2, float(bright - dark) * 1.15, "NORMAL"))
        yield Image(modules.join(modules.instance(exam, number, 1, taken), window), pixels)

    shared = _shared(exam, body, number, view, description)
    return Series(str(shared.SeriesInstanceUID), number, MODALITY, description, 1, shared, images)


def _shared(exam: Exam, body: Body, number: int, view: projection.View, description: str) -> Dataset:
    film = _FILMS[exam.scale]
    protocol = f"{body.body_part.title()} 2 views"
    start = exam.start + timedelta(minutes=2 * number)
    return modules.join(
        modules.sop_common(exam, ComputedRadiographyImageStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, number, MODALITY, description, protocol, start),
        modules.equipment(exam, "Reference CR", "CR1"),
        modules.image_pixel(film.rows, film.columns, projection.BITS_STORED),
        _cr_series_and_image(body, view, film),
    )


def _cr_series_and_image(body: Body, view: projection.View, film: projection.Film) -> Dataset:
    """PS3.3 C.8.1.1 CR Series and C.8.1.2 CR Image, and laterality and orientation from C.7."""
    part = Dataset()
    part.BodyPartExamined = body.body_part
    part.ViewPosition = _VIEW_POSITIONS[view]
    if body.laterality:
        part.Laterality = body.laterality
    part.PatientOrientation = list(_ORIENTATIONS[view])
    part.ImageType = ["ORIGINAL", "PRIMARY"]
    part.KVP = modules.decimal(_KVP)
    part.PlateID = "P0417"
    part.CassetteSize = "24CMX30CM"
    part.PlateType = "PHOSPHOR"
    part.DistanceSourceToDetector = "1150"
    part.ExposureTime = 16
    part.XRayTubeCurrent = 250
    part.Exposure = _EXPOSURE_MAS
    part.Sensitivity = "200"
    # The simulated rays are parallel: nothing is magnified, so both spacings are the detector's.
    part.ImagerPixelSpacing = [modules.decimal(film.pixel_mm)] * 2
    part.PixelSpacing = [modules.decimal(film.pixel_mm)] * 2
    part.AcquisitionNumber = 1
    part.LossyImageCompression = "00"
    return part
