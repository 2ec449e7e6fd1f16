"""Plain films: rays summed through the label map's attenuation, a detector's noise and response, its collimator."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulator.phantoms import lettering
from simulator.phantoms.anatomy import Body, Field, label_slices
from simulator.phantoms.noise import soften
from simulator.phantoms.tissues import LIMB_BEAM, Beam, Tissue, attenuation

View = Literal["AP", "LAT", "AXIAL"]
BITS_STORED = 12
_DENSE = 8.0  # lead's part of an exponent: nothing comes through
_SCATTER = 0.10
_BLACK = 12
_BODY = 0.3  # factors of e above which a ray has met more than air
_PHOTONS_PER_UGY = 30_000.0  # on a square millimetre, of a diagnostic beam


@dataclass(frozen=True)
class Film:
    """A detector behind the body: its pixels, their pitch in mm, its depth, and the collimator's open part.

    `latitude` is how many factors of e fill the stored range; `photons` how many arrive unweakened on a square of
    0.14 mm; `open_part` of the rows and of the columns is irradiated; the lead letter lies `marker_down` of the rows.
    """

    rows: int
    columns: int
    pixel_mm: float
    bits_stored: int = BITS_STORED
    latitude: float = 5.6
    photons: float = 26000.0
    open_part: tuple[float, float] = (0.964, 0.82)
    centre_mm: tuple[float, float] = (0.0, 0.0)
    marker_down: float = 0.3


@dataclass(frozen=True)
class Sums:
    """Line integrals of attenuation for each view, head or front first, on square samples of `step_mm`."""

    views: dict[View, Field]
    step_mm: float


def ray_sums(body: Body, step_mm: float, beam: Beam = LIMB_BEAM, axial_mm: tuple[float, float] | None = None) -> Sums:
    """Return the line integrals through `body` from front to back (AP) and from side to side (LAT).

    AP runs from the patient's right to left, LAT from front to back, AXIAL from right to left and front to back,
    through the heights `axial_mm` alone. Rays are parallel.
    """
    x, y, z = (
        np.arange(low + step_mm / 2, high, step_mm, dtype=np.float32)
        for low, high in zip(body.low, body.high, strict=True)
    )
    table = attenuation(beam) * np.float32(step_mm)
    table[Tissue.COUCH] = 0  # a film's patient does not lie on the CT's couch
    frontal = np.empty((len(z), len(x)), dtype=np.float32)
    lateral = np.empty((len(z), len(y)), dtype=np.float32)
    axial = np.zeros((len(y), len(x)), dtype=np.float32)
    bottom, top = axial_mm or (1.0, -1.0)
    for row, (height, labels) in enumerate(zip(z[::-1], label_slices(body, x, y, z[::-1]), strict=True)):
        plane = table[labels]
        frontal[row] = plane.sum(axis=0)
        lateral[row] = plane.sum(axis=1)
        if bottom <= height <= top:
            axial += plane
    return Sums({"AP": frontal, "LAT": lateral, "AXIAL": axial}, step_mm)


def expose(
    sums: Sums, view: View, film: Film, side: str, random: np.random.Generator, *, is_flipped: bool = False
) -> NDArray[np.uint16]:
    """Return stored values (rows x columns, MONOCHROME2) of one exposure: bone bright, air dark.

    `side` is the letter of the lead marker; `is_flipped` turns the feet up, as hands are shown. Quantum noise goes
    with the root of the intensity; the plate answers with the logarithm; the edges are lifted as a reader
    workstation's processing does.
    """
    whole = sums.views[view][::-1] if is_flipped else sums.views[view]
    through = _onto_film(whole, sums.step_mm, film)
    inside = _collimated(film)
    if side:
        through += _DENSE * lettering.marker(
            side, film.rows, film.columns, film.pixel_mm, film.open_part, film.marker_down
        )
    intensity = np.exp(-through)
    scatter = _SCATTER * _blur(intensity, max(2, round(12 / film.pixel_mm))).clip(0)
    intensity = (1 - _SCATTER) * intensity + scatter + 2e-4
    photons = film.photons * film.pixel_mm**2 / 0.14**2
    intensity += np.sqrt(intensity / photons) * random.standard_normal(intensity.shape, dtype=np.float32)
    density = -np.log(np.maximum(intensity, 1e-4))
    lifted = density + 0.55 * (density - _blur(density, max(2, round(5 / film.pixel_mm))))
    top = 2**film.bits_stored - 1
    stored = 0.04 * top + lifted * (0.88 * top) / film.latitude
    return np.where(inside, np.rint(stored), _BLACK).clip(0, top).astype(np.uint16)


def metered(sums: Sums, view: View, film: Film, index: float) -> Film:
    """Return the film with as many photons as an automatic exposure control lets through for an exposure index."""
    weakened = sums.views[view]
    middle = weakened[:, weakened.shape[1] // 3 : -(weakened.shape[1] // 3)]
    density = float(np.median(middle[middle > _BODY])) if (middle > _BODY).any() else 0.0
    return replace(film, photons=index / 100 * _PHOTONS_PER_UGY * 0.14**2 * float(np.exp(density)))


def exposure_index(image: NDArray[np.uint16], film: Film) -> float:
    """Return the exposure index of IEC 62494-1 of an exposed film (MONOCHROME2): 100 times the detector's air kerma
    in uGy, at the median of the values of interest, which are neither the collimator's shade nor lead.
    """
    top = 2**film.bits_stored - 1
    middle = image[:, round(0.28 * film.columns) : round(0.72 * film.columns)].astype(np.float32)
    density = (np.median(middle[(middle > 0.12 * top) & (middle < 0.98 * top)]) / top - 0.04) * film.latitude / 0.88
    photons_per_mm2 = film.photons / 0.14**2 * float(np.exp(-density))
    return 100 * photons_per_mm2 / _PHOTONS_PER_UGY


def _onto_film(sums: Field, step_mm: float, film: Film) -> Field:
    image = soften(sums)
    for axis, count in enumerate((film.rows, film.columns)):
        middle = (image.shape[axis] - 1) / 2
        places = middle + ((np.arange(count) - (count - 1) / 2) * film.pixel_mm + film.centre_mm[axis]) / step_mm
        image = _resample(image, places, axis)
    return image


def _resample(image: Field, places: NDArray[np.float64], axis: int) -> Field:
    # Catmull-Rom: passes through the samples and keeps an edge an edge; beyond the body there is nothing.
    below = np.floor(places).astype(np.int64)
    t = places - below
    weights = (
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    )
    count = image.shape[axis]
    along = [-1 if side == axis else 1 for side in range(2)]
    result = 0
    for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
        index = below + offset
        known = weight * ((index >= 0) & (index < count))
        result = result + image.take(index.clip(0, count - 1), axis=axis) * known.astype(np.float32).reshape(along)
    return np.asarray(result, dtype=np.float32)


def _collimated(film: Film) -> NDArray[np.bool_]:
    down, across = (part / 2 for part in film.open_part)
    rows = np.abs(np.arange(film.rows) - (film.rows - 1) / 2) < film.rows * down
    columns = np.abs(np.arange(film.columns) - (film.columns - 1) / 2) < film.columns * across
    return np.asarray(rows[:, None] & columns[None, :], dtype=np.bool_)


def _blur(image: Field, size: int) -> Field:
    # Averages of blocks, softened, then read back smoothly: a wide blur at the cost of a small image.
    rows, columns = -(-image.shape[0] // size), -(-image.shape[1] // size)
    padded = np.pad(image, ((0, rows * size - image.shape[0]), (0, columns * size - image.shape[1])), mode="edge")
    small = soften(padded.reshape(rows, size, columns, size).mean(axis=(1, 3), dtype=np.float32))
    for axis, count in enumerate(image.shape):
        places = ((np.arange(count) + 0.5) / size - 0.5).clip(0, small.shape[axis] - 1)
        small = _resample(small, places, axis)
    return small
