"""A window where the header gives none and nobody asks for one: from the values that the frame has.

It is the full range of the values that are no padding and no indices into a palette. Where the thousandth part
of the pixels with the highest or the lowest values takes most of that range (metal, burnt-in marks, a defect
pixel), all but that thousandth part decides. Images of up to 8 bits are always shown in full.
"""

import numpy as np
from numpy.typing import NDArray

from server.rendering.image import Image
from server.rendering.request import Window

LARGEST_FLOAT = 1e30
"""What is beyond has no meaning as grey."""

_PART = 0.001
_MOST_PIXELS = 2**20
"""Of larger images every so many-th pixel tells where the outliers are."""


def extremes(stored: NDArray[np.generic], image: Image) -> tuple[float, float]:
    """The stored values between which the automatic window lies."""
    kept = _counted(stored, image)
    if kept.size == 0:
        return (0.0, 1.0) if stored.dtype.kind == "f" else _range(stored)
    low, high = _range(kept)
    if image.bits_stored <= 8 or high == low:
        return low, high
    darkest, brightest = _without_outliers(kept[:: max(1, kept.size // _MOST_PIXELS)])
    return (darkest, brightest) if 0 < 2 * (brightest - darkest) < high - low else (low, high)


def window_between(low: float, high: float) -> Window:
    """The window that shows one modality value as black, the other as white, and all between them evenly."""
    low, high = min(low, high), max(low, high)
    if low == int(low) and high == int(high) and high > low:
        return Window((low + high + 1) / 2, high - low + 1)
    return Window((low + high) / 2, max(high - low, 1e-6), "LINEAR_EXACT")


def is_padding(stored: NDArray[np.generic], image: Image) -> NDArray[np.bool_]:
    """Which stored values are in the padding range (PS3.3 C.7.5.1.1.2)."""
    if image.padding is None:
        return np.zeros(stored.shape, np.bool_)
    low, high = image.padding
    return np.asarray((stored >= low) & (stored <= high))  # type: ignore[operator]


def _counted(stored: NDArray[np.generic], image: Image) -> NDArray[np.generic]:
    """The values that count: no padding, no colours of a supplemental palette, nothing infinite; in no order."""
    kept = stored.ravel()
    if image.padding is not None:
        kept = kept[~is_padding(kept, image)]
    if image.palette is not None:
        kept = kept[kept < image.palette[0].first]  # type: ignore[operator]
    if kept.dtype.kind == "f":
        kept = kept[np.abs(kept) <= LARGEST_FLOAT]
    return kept


def _range(kept: NDArray[np.generic]) -> tuple[float, float]:
    return float(kept.min()), float(kept.max())


def _without_outliers(kept: NDArray[np.generic]) -> tuple[float, float]:
    """The values below and above which lies a thousandth part of the pixels each."""
    rank = int(kept.size * _PART)
    ends = np.partition(kept, (rank, kept.size - 1 - rank))
    return float(ends[rank]), float(ends[kept.size - 1 - rank])
