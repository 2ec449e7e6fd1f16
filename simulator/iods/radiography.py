"""What CR and DX have in common: the views of each part of the body, the films they fit on, and their exposure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.encoding import Own
from simulator.iods import modules
from simulator.iods.exam import Exam, Image
from simulator.phantoms import projection
from simulator.phantoms.anatomy import Body
from simulator.phantoms.tissues import CHEST_BEAM, LIMB_BEAM, Beam

Code = tuple[str, str, str]
SIDES = {"R": "Rt", "L": "Lt"}
_SMALLER = 4
_TARGET_EXPOSURE_INDEX = 400.0
_MONOCHROME1 = "MONOCHROME1"


@dataclass(frozen=True)
class View:
    """One film of a request: what is summed, how the image lies (PS3.3 C.7.6.1.1.1), and what it is called.

    `position` is ViewPosition, empty where CR has no term; `size_mm` the film's height and width; `centre_mm` moves
    its middle down and to the left of the body's; the lead letter lies `marker_down` of the rows, clear of the body.
    """

    name: str
    position: str
    rays: projection.View
    orientation: tuple[str, str]
    code: Code
    size_mm: tuple[float, float]
    open_part: tuple[float, float] = (0.964, 0.82)
    is_flipped: bool = False
    centre_mm: tuple[float, float] = (0.0, 0.0)
    marker_down: float = 0.3


@dataclass(frozen=True)
class Request:
    """The views of one region, the beam that suits it, and the heights that a skyline looks along."""

    region: str
    views: tuple[View, ...]
    beam: Beam
    kvp: int
    mas: int
    latitude: float
    distance_mm: int
    axial_mm: tuple[float, float] | None = None
    photometric: str = "MONOCHROME2"


_FRONT: Code = ("399348003", "SCT", "antero-posterior")
_BACK: Code = ("272479007", "SCT", "postero-anterior")
_SIDE: Code = ("399067008", "SCT", "lateral")
_TANGENT: Code = ("399110001", "SCT", "tangential")
_LIMB_MM = (299.6, 246.4)
_KNEE = (
    View("AP", "AP", "AP", ("L", "F"), _FRONT, _LIMB_MM),
    View("LAT", "LL", "LAT", ("P", "F"), _SIDE, _LIMB_MM),
)
_SKYLINE = View("skyline", "", "AXIAL", ("L", "P"), _TANGENT, (178.0, 237.0), (0.8, 0.86), centre_mm=(-22, 0))
_WRIST = (
    View("PA", "PA", "AP", ("L", "H"), _BACK, (239.4, 177.8), (0.95, 0.72), is_flipped=True, marker_down=0.74),
    View("LAT", "LL", "LAT", ("P", "H"), _SIDE, (239.4, 177.8), (0.95, 0.6), is_flipped=True, marker_down=0.74),
)
_HIP = (
    View("AP", "AP", "AP", ("L", "F"), _FRONT, (354.2, 425.6), (0.98, 0.98)),
    View("LAT", "LL", "LAT", ("P", "F"), _SIDE, (354.2, 299.6), (0.9, 0.9)),
)
_CHEST = (
    View("PA", "PA", "AP", ("L", "F"), _BACK, (354.2, 425.6), (0.76, 0.93)),
    View("LAT", "LL", "LAT", ("P", "F"), _SIDE, (354.2, 354.2), (0.76, 0.93)),
)
REQUESTS: dict[str, Request] = {
    "knee": Request("Knee", _KNEE, LIMB_BEAM, 63, 4, 5.6, 1150),
    "knee-skyline": Request("Knee", (*_KNEE, _SKYLINE), LIMB_BEAM, 63, 4, 5.6, 1150, axial_mm=(1.0, 47.0)),
    "wrist": Request("Wrist", _WRIST, LIMB_BEAM, 55, 3, 3.6, 1100, photometric=_MONOCHROME1),
    "hip": Request("Pelvis", _HIP, Beam(0.0180, 1.35), 75, 28, 6.8, 1150),
    "chest": Request("Chest", _CHEST, CHEST_BEAM, 125, 2, 4.6, 1800),
}


def film_of(exam: Exam, view: View, request: Request, pixel_mm: float, bits_stored: int) -> projection.Film:
    """Return the film for a view; a small examination has pixels four times as wide."""
    pixel = pixel_mm * (_SMALLER if exam.scale == "small" else 1)
    rows, columns = (round(size / pixel) for size in view.size_mm)
    return projection.Film(
        rows,
        columns,
        pixel,
        bits_stored,
        request.latitude,
        open_part=view.open_part,
        centre_mm=view.centre_mm,
        marker_down=view.marker_down,
    )


def sums_of(exam: Exam, body: Body, request: Request) -> Callable[[], projection.Sums]:
    """Return a function that sums the rays when it is first called, and remembers them; of a pooled body for all."""
    step = 1.6 if exam.scale == "small" else 0.45
    if body.high[0] - body.low[0] > 250:
        step *= 2

    @cache
    def sums() -> projection.Sums:
        summed = _pooled_sums if exam.is_pooled else projection.ray_sums
        return summed(body, step, request.beam, request.axial_mm)

    return sums


_pooled_sums = lru_cache(maxsize=4)(projection.ray_sums)


def exposures(
    exam: Exam,
    body: Body,
    view: View,
    film: projection.Film,
    sums: Callable[[], projection.Sums],
    number: int,
    photometric: str,
) -> Callable[[], Iterator[Image]]:
    """Return what makes the one image of a series, with the window that shows bone and flesh."""

    def images() -> Iterator[Image]:
        random = exam.random("noise", number)
        letter = body.laterality or "R"
        aim = _TARGET_EXPOSURE_INDEX * float(random.uniform(0.85, 1.15))
        lit = projection.metered(sums(), view.rays, film, aim)
        pixels = projection.expose(sums(), view.rays, lit, letter, random, is_flipped=view.is_flipped)
        window = _window(pixels, film)
        exposure = _exposure(pixels, lit)
        if photometric == _MONOCHROME1:
            top = 2**film.bits_stored - 1
            pixels = (top - pixels).astype(np.uint16)
            window = (top - window[0], window[1], window[2])
        own: Own = {**modules.instance(exam, number, 1, begun(exam, number)), **modules.window(window), **exposure}
        yield Image(own, pixels)

    return images


def begun(exam: Exam, number: int) -> datetime:
    """Return when a series was exposed: the patient is turned between films."""
    return exam.start + timedelta(minutes=2 * number)


def _exposure(pixels: NDArray[np.uint16], film: projection.Film) -> Own:
    """PS3.3 C.8.11.1 and IEC 62494-1: how much reached the detector, and how far that is from what was aimed at."""
    index = projection.exposure_index(pixels, film)
    return {
        "ExposureIndex": f"{index:.1f}",
        "TargetExposureIndex": f"{_TARGET_EXPOSURE_INDEX:.1f}",
        "DeviationIndex": f"{10 * np.log10(index / _TARGET_EXPOSURE_INDEX):.1f}",
    }


def _window(pixels: NDArray[np.uint16], film: projection.Film) -> tuple[float, float, str]:
    # Neither the collimator's shade nor lead and steel are what the reader wants to see.
    middle = pixels[:, round(0.28 * film.columns) : round(0.72 * film.columns)]
    darkest, brightest = np.percentile(middle[middle > 0.12 * 2**film.bits_stored], (2, 97.5))
    return float(darkest + brightest) / 2, float(brightest - darkest) * 1.3, "NORMAL"


def inverted(request: Request) -> Request:
    """Return the same request for a plate reader that stores air bright."""
    return replace(request, photometric=_MONOCHROME1)
