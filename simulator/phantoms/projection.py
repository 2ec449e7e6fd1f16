"""CR: rays summed through the label map's attenuation, a detector's noise and response, and its collimator."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulator.phantoms import lettering
from simulator.phantoms.anatomy import Body, Field, label_map
from simulator.phantoms.noise import soften
from simulator.phantoms.tissues import attenuation

View = Literal["AP", "LAT"]
BITS_STORED = 12
_TOP = 2**BITS_STORED - 1
_DENSE = 8.0  # lead's part of an exponent: nothing comes through


@dataclass(frozen=True)
class Film:
    """A detector behind the body: rows and columns of pixels, and their pitch in mm."""

    rows: int
    columns: int
    pixel_mm: float


@dataclass(frozen=True)
class Sums:
    """Line integrals of attenuation for both views, head first, on square samples of `step_mm`."""

    views: dict[View, Field]
    step_mm: float


def ray_sums(body: Body, step_mm: float) -> Sums:
    """Return the line integrals through `body` from front to back (AP) and from side to side (LAT).

    AP runs from the patient's right to left, LAT from front to back. Rays are parallel.
    """
    x, y, z = (
        np.arange(low + step_mm / 2, high, step_mm, dtype=np.float32)
        for low, high in zip(body.low, body.high, strict=True)
    )
    table = attenuation() * np.float32(step_mm)
    frontal = np.empty((len(z), len(x)), dtype=np.float32)
    lateral = np.empty((len(z), len(y)), dtype=np.float32)
    for row, height in enumerate(z[::-1]):
        plane = table[label_map(body, x, y, np.array([height]))[0]]
        frontal[row] = plane.sum(axis=0)
        lateral[row] = plane.sum(axis=1)
    return Sums({"AP": frontal, "LAT": lateral}, step_mm)


def expose(sums: Sums, view: View, film: Film, side: str, random: np.random.Generator) -> NDArray[np.uint16]:
    """Return stored values (rows x columns, MONOCHROME2) of one exposure: bone bright, air dark.

    `side` is the letter of the lead marker. Quantum noise goes with the root of the intensity; the plate
    answers with the logarithm; the edges are lifted as a reader workstation's processing does.
    """
    through = _onto_film(sums.views[view], sums.step_mm, film)
    inside = _collimated(film)
    through += _DENSE * lettering.marker(side, film.rows, film.columns, film.pixel_mm)
    intensity = np.exp(-through)
    scatter = 0.10 * _blur(intensity, max(2, round(12 / film.pixel_mm)))
    intensity = 0.9 * intensity + scatter + 2e-4
    photons = 26000 * film.pixel_mm**2 / 0.14**2
    intensity += np.sqrt(intensity / photons) * random.standard_normal(intensity.shape, dtype=np.float32)
    density = -np.log(np.maximum(intensity, 1e-4))
    lifted = density + 0.55 * (density - _blur(density, max(2, round(5 / film.pixel_mm))))
    stored = 160 + lifted * (_TOP - 500) / 5.6
    return np.where(inside, np.rint(stored), 12).clip(0, _TOP).astype(np.uint16)


def _onto_film(sums: Field, step_mm: float, film: Film) -> Field:
    image = soften(sums)
    for axis, count in enumerate((film.rows, film.columns)):
        middle = (image.shape[axis] - 1) / 2
        places = middle + (np.arange(count) - (count - 1) / 2) * film.pixel_mm / step_mm
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
    rows = np.abs(np.arange(film.rows) - (film.rows - 1) / 2) < film.rows * 0.482
    columns = np.abs(np.arange(film.columns) - (film.columns - 1) / 2) < film.columns * 0.41
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
