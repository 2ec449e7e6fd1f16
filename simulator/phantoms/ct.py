"""CT: the label map in HU, through a point spread, with the noise of a kernel and a dose."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.phantoms.anatomy import Body, Field
from simulator.phantoms.enhancement import PORTAL, Phase, hounsfield_in
from simulator.phantoms.noise import grain, soften
from simulator.phantoms.painted import Painted

LOWEST_HU, HIGHEST_HU = -1024, 3071
_TILES = 2  # how many times as wide as the image the grain is before it repeats
_STRIP = 64  # rows
_OFFSET = 0.5  # rounds when the fraction is cut off


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
HEAD = Kernel("Hr38", peak_per_mm=0.25, noise_hu=9.0, blur_mm=0.62)


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
    """Yield one image in HU (rows x columns) for each z of the grid, of a body painted for it alone."""
    return images(Painted(body, grid.x, grid.y, grid.z), grid, kernel, milliampere_seconds, random)


def images(
    painted: Painted,
    grid: Grid,
    kernel: Kernel,
    milliampere_seconds: float,
    random: np.random.Generator,
    phase: Phase = PORTAL,
) -> Iterator[NDArray[np.int16]]:
    """Yield one image in HU for each z of the grid; each is the mean of the painted slices it contains."""
    return noisy(_clean_or_kept(painted, grid, kernel, phase), grid, kernel, milliampere_seconds, random)


def _clean_or_kept(painted: Painted, grid: Grid, kernel: Kernel, phase: Phase) -> Iterable[Field]:
    if painted.kept is None:
        return clean(painted, grid, kernel, phase)
    key = (kernel.name, phase.name, grid.thickness_mm, len(grid.z))
    if key not in painted.kept:
        painted.kept[key] = list(clean(painted, grid, kernel, phase))
    return painted.kept[key]


def clean(painted: Painted, grid: Grid, kernel: Kernel, phase: Phase = PORTAL) -> Iterator[Field]:
    """Yield the images that no dose could better: the body's CT numbers through the kernel's point spread."""
    table = hounsfield_in(phase).clip(LOWEST_HU, HIGHEST_HU).astype(np.float32)
    passes = round(2 * (kernel.blur_mm / grid.pixel_mm) ** 2)  # a [1 2 1]/4 has a variance of half a pixel
    for z in grid.z:
        inside = painted.within(float(z), grid.thickness_mm)
        total = table[inside[0]]
        for labels in inside[1:]:
            total += table[labels]
        yield soften(total / np.float32(len(inside)), passes)


def noisy(
    plain: Iterable[Field],
    grid: Grid,
    kernel: Kernel,
    milliampere_seconds: float,
    random: np.random.Generator,
) -> Iterator[NDArray[np.int16]]:
    """Yield `plain` images with noise of their own: a tile of the kernel's grain, rolled, and deeper in the middle."""
    rows, columns = len(grid.y), len(grid.x)
    side = _TILES * max(rows, columns)
    tile = np.pad(grain(random, side, grid.pixel_mm, kernel.peak_per_mm), ((0, rows), (0, columns)), mode="wrap")
    deviation = _deviation_map(grid) * np.float32(noise_hu(kernel, milliampere_seconds, grid.thickness_mm))
    strip = np.empty((_STRIP, columns), dtype=np.float32)
    for image in plain:
        top, left = (int(step) for step in random.integers(0, side, size=2))
        mixed = np.subtract if random.integers(2) else np.add
        values = np.empty((rows, columns), dtype=np.int16)
        # In strips that stay in the processor's cache: this is bound by memory, not by arithmetic.
        for first in range(0, rows, _STRIP):
            last = min(first + _STRIP, rows)
            noise = strip[: last - first]
            np.multiply(tile[top + first : top + last, left : left + columns], deviation[first:last], out=noise)
            mixed(image[first:last], noise, out=noise)
            noise += np.float32(_OFFSET - LOWEST_HU)  # cutting off rounds down only above zero
            np.clip(noise, 0, HIGHEST_HU - LOWEST_HU, out=noise)
            values[first:last] = noise
        values += np.int16(LOWEST_HU)
        yield values


def _deviation_map(grid: Grid) -> Field:
    # Rays through the middle have crossed the most tissue, so fewest photons arrive from there.
    half = float(grid.x[-1] - grid.x[0]) / 2
    off_centre = (grid.x[None, :] ** 2 + grid.y[:, None] ** 2) / half**2
    return np.asarray(0.55 + 0.5 * np.exp(-2.0 * off_centre), dtype=np.float32)
