"""Band-limited randomness: the texture of tissue, the grain of a CT kernel, the drift of a receive coil."""

from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Volume = NDArray[np.float32]


class Texture:
    """A smooth random field over space with mean 0 and standard deviation 1, periodic and cheap to sample."""

    _SIDE = 48
    _STEPS_PER_WAVE = 5.0

    def __init__(self, random: np.random.Generator, wavelength_mm: float) -> None:
        self._step = wavelength_mm / self._STEPS_PER_WAVE
        [self._random] = random.spawn(1)

    @cached_property
    def _tile(self) -> Volume:
        # Made when it is first looked at: most studies of a list are never painted.
        white = np.fft.rfftn(self._random.standard_normal((self._SIDE,) * 3, dtype=np.float32))
        field = np.fft.irfftn(white * _band(self._SIDE, 1 / self._STEPS_PER_WAVE), s=(self._SIDE,) * 3, axes=(0, 1, 2))
        return np.asarray(field / field.std(), dtype=np.float32)

    def over(self, x: Volume, y: Volume, z: Volume) -> Volume:
        """Return the field on the grid that three coordinate axes span, as (z, y, x); millimetres."""
        field = self._tile
        for axis, along in enumerate((z, y, x)):
            field = self._interpolate(field, along, axis)
        return field

    def at(self, x: Volume, y: Volume, z: Volume) -> Volume:
        """Return the field at points anywhere, which broadcast; slower than `over`, free of its grid."""
        (z0, pz), (y0, py), (x0, px) = (self._place(axis) for axis in (z, y, x))
        # The tile is repeated by one plane on each side, so that the next corner is a fixed step away.
        side = self._SIDE + 1
        corner = ((z0 % self._SIDE * side + y0 % self._SIDE) * side + x0 % self._SIDE).astype(np.intp)
        cells = self._wrapped

        def along_x(offset: int) -> Volume:
            low = cells.take(corner + offset)
            return low + (cells.take(corner + (offset + 1)) - low) * px

        def along_y(offset: int) -> Volume:
            low = along_x(offset)
            return low + (along_x(offset + side) - low) * py

        low = along_y(0)
        return np.asarray(low + (along_y(side * side) - low) * pz, dtype=np.float32)

    @cached_property
    def _wrapped(self) -> Volume:
        return np.pad(self._tile, (0, 1), mode="wrap").ravel()

    def _interpolate(self, field: Volume, along: Volume, axis: int) -> Volume:
        below, part = self._place(along.ravel())
        part = part.reshape([-1 if side == axis else 1 for side in range(3)])
        low = field.take(below % self._SIDE, axis=axis)
        high = field.take((below + 1) % self._SIDE, axis=axis)
        between: Volume = low + (high - low) * part
        return between

    def _place(self, along: Volume) -> tuple[NDArray[np.int32], Volume]:
        place = np.asarray(along, dtype=np.float32) / np.float32(self._step)
        below = np.floor(place)
        part = place - below
        return below.astype(np.int32), part * part * (3 - 2 * part)


def grain(random: np.random.Generator, side: int, pixel_mm: float, peak_per_mm: float) -> Volume:
    """Return a square tile of CT noise with standard deviation 1 that wraps round its edges.

    Its noise power is f exp(-(f/fp)^2): filtered back projection takes the low frequencies away, the kernel
    takes the high ones, and `peak_per_mm` (fp) is where the kernel begins to.
    """
    white = np.fft.rfft2(random.standard_normal((side, side), dtype=np.float32))
    tile = np.fft.irfft2(white * _amplitude(side, pixel_mm, peak_per_mm), s=(side, side))
    return np.asarray(tile / tile.std(), dtype=np.float32)


def soften(image: Volume, times: int = 1) -> Volume:
    """Return `image` (rows x columns) through a separable [1 2 1]/4 point spread, edges repeated."""
    for _ in range(times):
        image = _average(_average(image).T).T
    return np.ascontiguousarray(image)


def _average(image: Volume) -> Volume:
    # Down the rows of memory, whichever axis that is: four times as fast as across them.
    quarter = np.float32(0.25) * image
    mixed = quarter + quarter
    mixed[1:] += quarter[:-1]
    mixed[:-1] += quarter[1:]
    mixed[0] += quarter[0]
    mixed[-1] += quarter[-1]
    return mixed


@lru_cache(maxsize=4)
def _amplitude(side: int, pixel_mm: float, peak_per_mm: float) -> Volume:
    rows = np.fft.fftfreq(side, pixel_mm)
    columns = np.fft.rfftfreq(side, pixel_mm)
    frequency = np.hypot(rows[:, None], columns)
    return np.asarray(np.sqrt(frequency * np.exp(-((frequency / peak_per_mm) ** 2))), dtype=np.float32)


@lru_cache(maxsize=1)
def _band(side: int, centre: float) -> Volume:
    frequency = np.fft.fftfreq(side)
    half = np.fft.rfftfreq(side)
    radius = np.sqrt(frequency[:, None, None] ** 2 + frequency[:, None] ** 2 + half**2)
    return np.asarray(np.exp(-(((radius - centre) / (0.35 * centre)) ** 2)), dtype=np.float32)
