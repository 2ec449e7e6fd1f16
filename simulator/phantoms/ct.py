"""CT: the label map in HU, through a point spread, with the noise of a kernel and a dose."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.phantoms.anatomy import Body, Field, label_map
from simulator.phantoms.noise import grain, soften
from simulator.phantoms.tissues import hounsfield

LOWEST_HU, HIGHEST_HU = -1024, 3071
_TILE = 1024


@dataclass(frozen=True)
class Kernel:
    """A reconstruction kernel: its console name, the top of its noise power per mm, its noise and its blur.

    `noise_hu` is the deviation at 200 mAs and 1 mm, `blur_mm` that of the point spread.
    """

    name: str
    peak_per_mm: float
    noise_hu: float
    blur_mm: float


SOFT = Kernel("Br40", peak_per_mm=0.28, noise_hu=11.0, blur_mm=0.72)
SHARP = Kernel("Br64", peak_per_mm=0.55, noise_hu=26.0, blur_mm=0.45)


@dataclass(frozen=True)
class Grid:
    """Axial slices: coordinates in LPS mm of the columns, the rows and the slices, head first."""

    x: Field
    y: Field
    z: Field
    thickness_mm: float

    @property
    def pixel_mm(self) -> float:
        """Distance between the centres of neighbouring pixels."""
        return float(self.x[1] - self.x[0])


def noise_hu(kernel: Kernel, milliampere_seconds: float, thickness_mm: float) -> float:
    """Return the standard deviation of noise at the centre of an average body, in HU."""
    return kernel.noise_hu * float(np.sqrt(200 / milliampere_seconds / thickness_mm))


def slices(
    body: Body, grid: Grid, kernel: Kernel, milliampere_seconds: float, random: np.random.Generator
) -> Iterator[NDArray[np.int16]]:
    """Yield one image in HU (rows x columns) for each z of the grid."""
    table = hounsfield().clip(LOWEST_HU, HIGHEST_HU).astype(np.float32)
    tile = grain(random, _TILE, grid.pixel_mm, kernel.peak_per_mm)
    deviation = _deviation_map(grid) * noise_hu(kernel, milliampere_seconds, grid.thickness_mm)
    passes = round(2 * (kernel.blur_mm / grid.pixel_mm) ** 2)  # a [1 2 1]/4 has a variance of half a pixel
    for z in grid.z:
        labels = label_map(body, grid.x, grid.y, np.array([z]))[0]
        image = soften(table[labels], passes)
        image += deviation * _rolled(tile, image.shape, random)
        yield np.rint(image).clip(LOWEST_HU, HIGHEST_HU).astype(np.int16)


def _deviation_map(grid: Grid) -> Field:
    # Rays through the middle have crossed the most tissue, so fewest photons arrive from there.
    half = float(grid.x[-1] - grid.x[0]) / 2
    off_centre = (grid.x[None, :] ** 2 + grid.y[:, None] ** 2) / half**2
    return np.asarray(0.55 + 0.5 * np.exp(-2.0 * off_centre), dtype=np.float32)


def _rolled(tile: Field, shape: tuple[int, ...], random: np.random.Generator) -> Field:
    top, left = (int(step) for step in random.integers(0, _TILE, size=2))
    rows = np.arange(top, top + shape[0]) % _TILE
    columns = np.arange(left, left + shape[1]) % _TILE
    return tile[rows[:, None], columns] * np.float32(random.choice((-1, 1)))
