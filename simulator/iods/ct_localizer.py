"""CT localizers, PS3.3 C.8.2.1: the tube stands still over and beside the patient while the couch moves."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from simulator.iods import modules
from simulator.iods.ct_protocols import Protocol
from simulator.iods.exam import Exam, Image, Series
from simulator.phantoms import projection
from simulator.phantoms.anatomy import Body, Field, Point

_NUMBER = 1
_STEP_MM = {"full": 1.0, "small": 4.0}
_INTERCEPT = -1024
_PER_ATTENUATION = 260.0  # console units for each factor e that the beam is weakened by
_VIEWS: tuple[tuple[projection.View, tuple[int, int, int]], ...] = (("AP", (1, 0, 0)), ("LAT", (0, 1, 0)))


def acquire(exam: Exam, body: Body, protocol: Protocol) -> tuple[Series, ...]:
    """Return one series of two images, from the front and from the side."""
    step = _STEP_MM[exam.scale]

    @cache
    def sums() -> projection.Sums:
        return projection.ray_sums(body, step)

    def images() -> Iterator[Image]:
        for number, (view, row) in enumerate(_VIEWS, start=1):
            stored = _stored(sums().views[view], exam.random("localizer", number))
            own = modules.instance(exam, _NUMBER, number, exam.start + timedelta(seconds=5 * number))
            yield Image({**own, **_plane(body, view, row, step, stored.shape)}, stored)

    shared = _shared(exam, body, protocol, step)
    return (Series(str(shared.SeriesInstanceUID), _NUMBER, "CT", "Topogram", 2, shared, images, shows_lesions=False),)


def _stored(weakened: Field, random: np.random.Generator) -> NDArray[np.uint16]:
    noise = 0.01 * np.exp(weakened / 4) * random.standard_normal(weakened.shape, dtype=np.float32)
    return np.rint(_PER_ATTENUATION * (weakened + noise)).clip(0, 4095).astype(np.uint16)


def _plane(
    body: Body, view: projection.View, row: tuple[int, int, int], step: float, shape: tuple[int, ...]
) -> dict[str, str | int | list[str]]:
    corner: Point = (body.low[0], 0.0, body.high[2]) if view == "AP" else (0.0, body.low[1], body.high[2])
    position = [modules.decimal(place) for place in corner]
    return {
        "ImagePositionPatient": position,
        "ImageOrientationPatient": [modules.decimal(value) for value in (*row, 0, 0, -1)],
        "Rows": shape[0],
        "Columns": shape[1],
        "SliceLocation": "0",
        "PixelSpacing": [modules.decimal(step)] * 2,
    }


def _shared(exam: Exam, body: Body, protocol: Protocol, step: float) -> Dataset:
    return modules.join(
        modules.sop_common(exam, CTImageStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, _NUMBER, "CT", "Topogram", protocol.name, exam.start),
        modules.frame_of_reference(exam),
        modules.equipment(exam, "Reference CT", "CT1"),
        modules.image_plane((1, 0, 0), (0, 0, -1), (step, step), body.high[1] - body.low[1]),
        modules.image_pixel(1, 1, bits_stored=12),
        modules.dataset(modules.window((400, 1600, "LOCALIZER"))),
        _ct_image(body, protocol),
    )


def _ct_image(body: Body, protocol: Protocol) -> Dataset:
    """PS3.3 C.8.2.1 CT Image; ImageType value 3 keeps it out of every stack."""
    part = Dataset()
    part.BodyPartExamined = body.body_part
    part.PatientPosition = "HFS"
    part.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    part.RescaleIntercept = modules.decimal(_INTERCEPT)
    part.RescaleSlope = "1"
    part.RescaleType = "US"
    part.KVP = modules.decimal(protocol.kvp)
    part.AcquisitionNumber = 1
    part.XRayTubeCurrent = 35
    part.FilterType = "FLAT"
    return part
