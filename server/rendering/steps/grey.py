"""The grey chain of PS3.4 annex N: modality LUT, VOI LUT, presentation LUT, down to 8 bits.

The three are functions of one value, so they are joined into one table over all values that can occur,
computed in double precision and applied in a single step.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.errors import Malformed, NotAcceptable
from server.rendering.image import Image, LookupTable, Values
from server.rendering.request import Window
from server.rendering.steps.automatic_window import LARGEST_FLOAT, extremes, is_padding, window_between

Floats = NDArray[np.float64]

_LARGEST_TABLE = 2**20
_PIECE = 2**20
_MOST_NAMED = 32
_PIECE_LOOKED_UP = 2**16
"""So many that what is made of them on the way stays near the processor."""


def grey(
    stored: NDArray[np.generic], image: Image, values: Values, window: Window | None
) -> tuple[NDArray[np.uint8], Window | None]:
    """8-bit grey of every stored value, and the window that made it (None when a VOI LUT did)."""
    if window is None and values.voi_lut is None:
        window = chosen(values) or automatic_window(stored, image, values)
    if stored.dtype.kind != "f":
        low, high = int(stored.min()), int(stored.max())
        if high - low < _LARGEST_TABLE:
            return _looked_up(stored, low, _drawn(np.arange(low, high + 1), image, values, window)), window
    pixels = np.empty(stored.shape, np.uint8)
    flat, drawn = stored.reshape(-1), pixels.reshape(-1)
    for start in range(0, flat.size, _PIECE):
        drawn[start : start + _PIECE] = _drawn(flat[start : start + _PIECE], image, values, window)
    return pixels, window


def _looked_up(stored: NDArray[Any], low: int, table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The entry of the table, the first of which is for `low`, for every stored value."""
    if low < 0 or low > len(table):
        index: NDArray[Any] = np.subtract(stored, low, dtype=np.intp)
    else:  # a few entries that are never looked at are cheaper than another array
        index, table = stored, np.concatenate([np.zeros(low, np.uint8), table])
    pixels = np.empty(stored.shape, np.uint8)
    flat, drawn = index.reshape(-1), pixels.reshape(-1)
    for start in range(0, flat.size, _PIECE_LOOKED_UP):
        piece = slice(start, start + _PIECE_LOOKED_UP)
        table.take(flat[piece], mode="clip", out=drawn[piece])  # none is beyond, and to look for it takes as long again
    return pixels


def automatic_window(stored: NDArray[np.generic], image: Image, values: Values) -> Window:
    """The window of a frame for which nobody gives one, in modality units."""
    low, high = extremes(stored, image)
    ends = np.array([low, high])
    if values.modality_lut is not None and high - low < _LARGEST_TABLE:
        ends = np.arange(low, high + 1)  # such a table need not rise
    modality = modality_values(ends, values)
    return window_between(float(modality.min()), float(modality.max()))


def _drawn(stored: NDArray[np.generic], image: Image, values: Values, window: Window | None) -> NDArray[np.uint8]:
    """The three steps one after the other; what is padding, or no number, is black."""
    exact = stored.astype(np.float64)
    outside = is_padding(stored, image) if image.padding is not None else None
    if stored.dtype.kind == "f":
        outside = np.isnan(exact) if outside is None else outside | np.isnan(exact)
        exact = np.clip(np.nan_to_num(exact), -LARGEST_FLOAT, LARGEST_FLOAT)
    drawn = _to_bytes(voi(modality_values(exact, values), values, window), image, values)
    if outside is not None:
        drawn[outside] = 0  # PS3.3 C.7.5.1.1.2: excluded from the grayscale pipeline
    return drawn


def modality_values(stored: Floats, values: Values) -> Floats:
    """PS3.3 C.11.1.1: a modality LUT, or output = slope x stored + intercept."""
    if values.modality_lut is not None:
        return _look_up(stored, values.modality_lut)
    return np.asarray(stored * values.slope + values.intercept)


def chosen(values: Values) -> Window | None:
    """The first window that the header gives."""
    return _window(values, 0) if values.windows else None


def explained(values: Values, explanation: str) -> Window:
    """The window that the header gives for that (PS3.3 C.11.2.1.2); `NotAcceptable` names those that there are."""
    names = [name.strip().casefold() for name in values.explanations]
    if explanation.strip().casefold() not in names:
        known = [name for name in values.explanations if name]
        raise NotAcceptable("No window of this image has this explanation.", available=known[:_MOST_NAMED])
    return _window(values, names.index(explanation.strip().casefold()))


def _window(values: Values, number: int) -> Window:
    center, width = values.windows[number]
    if values.function == "LINEAR" and width < 1:
        return Window(center, width, "LINEAR_EXACT")
    return Window(center, width, values.function)


def voi(x: NDArray[np.floating[Any]], values: Values, window: Window | None) -> Floats:
    """From modality values to 0..1: by the VOI LUT, or by a window of one of the three functions."""
    if window is None:
        if values.voi_lut is None:
            raise Malformed("There is neither a window nor a VOI LUT.")
        return np.asarray(_look_up(x, values.voi_lut) / (2**values.voi_lut.bits - 1))
    c, w = window.center, window.width
    if window.function == "SIGMOID":
        # PS3.3 C.11.2.1.3.1; beyond these bounds the exponential has long saturated
        return np.asarray(1 / (1 + np.exp(np.clip(-4 * (x - c) / w, -700, 700))))
    if window.function == "LINEAR_EXACT":
        return np.asarray(np.clip((x - c) / w + 0.5, 0, 1))  # PS3.3 C.11.2.1.3.2
    if w == 1:
        return (x > c - 0.5).astype(np.float64)
    # PS3.3 C.11.2.1.2.1: with the half-pixel offset
    return np.asarray(np.clip((x - (c - 0.5)) / (w - 1) + 0.5, 0, 1))


def _look_up(x: NDArray[np.floating[Any]], table: LookupTable) -> Floats:
    """Values below the first entry take the first, beyond the last the last (PS3.3 C.11.1.1.1)."""
    entries = np.array(table.entries, dtype=np.float64)
    return np.asarray(entries[np.clip(np.rint(x) - table.first, 0, len(entries) - 1).astype(np.int64)])


def _to_bytes(share: Floats, image: Image, values: Values) -> NDArray[np.uint8]:
    if (lut := values.presentation_lut) is not None:
        # PS3.3 C.11.6.1.1: the whole input range is spread over the entries, and what comes out are P-Values
        share = np.asarray(_look_up(share * (len(lut.entries) - 1) + lut.first, lut) / (2**lut.bits - 1))
    if image.inverse:
        share = 1 - share  # MONOCHROME1, or Presentation LUT Shape INVERSE (PS3.3 C.7.6.3.1.2, C.11.4)
    return np.floor(share * 255 + 0.5).astype(np.uint8)
