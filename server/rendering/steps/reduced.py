"""Large grey images made small before they are windowed: the same picture within a grey level, many times sooner.

Of every block of pixels its mean, lowest and highest value are kept. A window is linear between its ends, so where
all of a block lies on one side of either end the window of the mean is the mean of the window; only blocks that
straddle an end are windowed pixel by pixel.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.rendering.image import Image, Values
from server.rendering.request import Viewport, Window
from server.rendering.steps.viewport import whole_factor

Floats = NDArray[np.float32]
Stored = NDArray[np.generic]

_BLOCKS = 32
"""Rows of blocks that are worked on at a time."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """A frame in whole blocks of `factor` x `factor` pixels; what does not fill a block at the far edges is left out.

    `lowest` and `highest` are those of the whole frame.
    """

    factor: int
    mean: Floats
    low: Stored
    high: Stored
    lowest: float
    highest: float

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return self.mean.nbytes + self.low.nbytes + self.high.nbytes


def factor_for(image: Image, viewport: Viewport | None) -> int:
    """By how much an image is reduced before it is windowed for a viewport: 1, or a power of two."""
    if viewport is None or viewport.region is not None or image.aspect != (1, 1):
        return 1
    return whole_factor(max(image.columns / viewport.width, image.rows / viewport.height))


def is_linear(image: Image, values: Values, window: Window | None) -> bool:
    """Whether the grey chain is a straight line between two ends, so that means may go through it."""
    if not image.photometric.startswith("MONOCHROME") or values.modality_lut is not None:
        return False
    if image.padding is not None or image.palette is not None or image.kind in {"float", "double"}:
        return False  # single pixels of a block may be none of the grey ones, or no numbers
    if window is None:
        if values.voi_lut is not None or not values.windows:
            return False
        return values.function != "SIGMOID" and values.windows[0][1] > 1
    return window.function != "SIGMOID" and window.width > 1


def reduce(stored: Stored, factor: int) -> Reduced:
    """Takes the mean and the extremes of every whole block."""
    rows, columns = (size // factor for size in stored.shape)
    mean = np.empty((rows, columns), np.float32)
    low, high = np.empty((rows, columns), stored.dtype), np.empty((rows, columns), stored.dtype)
    lowest, highest = stored.min(), stored.max()
    sums = _room_for(factor**2 * max(abs(float(lowest)), abs(float(highest))), stored.dtype)
    for first in range(0, rows, _BLOCKS):  # what is worked on stays near the processor
        some = slice(first, min(first + _BLOCKS, rows))
        band = stored[some.start * factor : some.stop * factor, : columns * factor]
        low[some] = _over_blocks(band, factor, np.minimum, stored.dtype)
        high[some] = _over_blocks(band, factor, np.maximum, stored.dtype)
        mean[some] = np.divide(_over_blocks(band, factor, np.add, sums), factor**2, dtype=np.float64)
    return Reduced(factor, mean, low, high, float(lowest), float(highest))


def _room_for(largest: float, kind: np.dtype[np.generic]) -> np.dtype[np.generic]:
    """What holds sums as large as that exactly, and is as small as it can be."""
    if kind.kind == "f" or largest >= 2**31:
        return np.dtype(np.float64)
    return np.dtype(np.int32) if largest >= 2**15 * (2 if kind.kind == "u" else 1) else np.dtype(f"{kind.kind}2")


def _over_blocks(band: Stored, factor: int, combine: np.ufunc, kind: np.dtype[np.generic]) -> Stored:
    """The values of every block combined; first those below each other, whose neighbours are done together."""
    made = _combined([band[row::factor] for row in range(factor)], combine, kind)
    return _combined([made[:, column::factor] for column in range(factor)], combine, kind)


def _combined(parts: Sequence[Stored], combine: np.ufunc, kind: np.dtype[np.generic]) -> Stored:
    made: Stored = combine(parts[0], parts[1], dtype=kind)
    for part in parts[2:]:
        combine(made, part, out=made)
    return made


def windowed(
    reduced: Reduced, stored: Callable[[], Stored], image: Image, values: Values, window: Window
) -> NDArray[np.uint8]:
    """8-bit grey of the reduced image; `stored` answers the frame when blocks straddle the window's ends.

    The image must be `is_linear`. What does not fill a block at the far edges becomes blocks of its own.
    """
    slope, offset = _line(image, values, window)
    share = np.clip(reduced.mean * slope + offset, 0, 1)
    straddling = _straddling(reduced, slope, offset)
    full: Stored | None = None
    if straddling.any():
        full = stored()
        share[straddling] = _exactly(full, reduced.factor, straddling, slope, offset)
    if image.rows % reduced.factor or image.columns % reduced.factor:
        share = _with_edges(share, stored() if full is None else full, reduced.factor, slope, offset)
    grey: NDArray[np.uint8] = (share * 255 + 0.5).astype(np.uint8)
    return grey


def _straddling(reduced: Reduced, slope: float, offset: float) -> NDArray[np.bool_]:
    """Which blocks have values on both sides of an end of the window."""
    found = np.zeros(reduced.low.shape, np.bool_)
    ends = [-offset / slope, (1 - offset) / slope] if slope else []
    for end in ends:
        if reduced.lowest < end < reduced.highest:
            # stored values are whole numbers, so they are compared with whole numbers, which is quicker
            found |= (reduced.low < math.ceil(end)) & (reduced.high > math.floor(end))  # type: ignore[operator]
    return found


def _line(image: Image, values: Values, window: Window) -> tuple[float, float]:
    """Slope and offset from a stored value to its share of white (PS3.3 C.11.1.1, C.11.2.1.2, C.11.4)."""
    if window.function == "LINEAR":
        slope = 1 / (window.width - 1)
        offset = 0.5 - (window.center - 0.5) * slope
    else:
        slope = 1 / window.width
        offset = 0.5 - window.center * slope
    slope, offset = slope * values.slope, offset + slope * values.intercept
    return (-slope, 1 - offset) if image.inverse else (slope, offset)


def _exactly(full: Stored, factor: int, where: NDArray[np.bool_], slope: float, offset: float) -> Floats:
    """The mean of the windowed pixels of those blocks."""
    row, column = np.divmod(np.flatnonzero(where), where.shape[1])
    width = full.shape[1]
    inside = (np.arange(factor)[:, None] * width + np.arange(factor)).reshape(-1)
    pixels = full.reshape(-1).take(((row * width + column) * factor)[:, None] + inside).astype(np.float32)
    mean: Floats = np.clip(pixels * slope + offset, 0, 1).mean(1)
    return mean


def _with_edges(share: Floats, full: Stored, factor: int, slope: float, offset: float) -> Floats:
    rows, columns = full.shape
    made = np.empty((-(-rows // factor), -(-columns // factor)), np.float32)
    made[: share.shape[0], : share.shape[1]] = share
    if made.shape[0] > share.shape[0]:
        made[-1] = _strip(full[share.shape[0] * factor :], factor, slope, offset)
    if made.shape[1] > share.shape[1]:
        made[:, -1] = _strip(full[:, share.shape[1] * factor :].T, factor, slope, offset)
    return made


def _strip(strip: Stored, factor: int, slope: float, offset: float) -> Floats:
    """The blocks of a strip that is less than a block high."""
    line = np.clip(strip.astype(np.float32) * slope + offset, 0, 1).mean(0)
    starts = np.arange(0, line.size, factor)
    counts = np.minimum(factor, line.size - starts)
    mean: Floats = (np.add.reduceat(line, starts) / counts).astype(np.float32)
    return mean
