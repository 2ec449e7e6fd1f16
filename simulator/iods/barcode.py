"""A slice's number as bars in its pixels, for a camera or a program that watches a viewer."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.iods.exam import Exam

BITS = 16
_BAR_PARTS = 64  # a bar is this part of the width of the image
Stored = TypeVar("Stored", NDArray[np.uint16], NDArray[np.uint8])


def marked(exam: Exam, pixels: Stored, number: int) -> Stored:
    """Return `pixels` (rows x columns) with the number as bars along the top edge, if the examination asks for it.

    Eighteen bars from the left: one bright, sixteen for the bits of the number, most significant first and bright
    for one, and one dark. Bright is the largest value of the image, dark the smallest.
    """
    if not exam.has_barcode:
        return pixels
    width = max(1, pixels.shape[1] // _BAR_PARTS)
    bits = [1, *(number >> place & 1 for place in reversed(range(BITS))), 0]
    bars = np.repeat(np.array(bits, dtype=bool), width)
    pixels = pixels.copy()
    pixels[: 3 * width, : bars.size] = np.where(bars, pixels.max(), pixels.min())
    return pixels


def read(pixels: NDArray[np.generic]) -> int | None:
    """Return the number that bars along the top edge of an image (rows x columns, any grey values) say.

    None where there are no bars.
    """
    width = max(1, pixels.shape[1] // _BAR_PARTS)
    middle = width // 2 + width * np.arange(BITS + 2)
    values = np.asarray(pixels[width + width // 2, middle], dtype=np.float64)
    bright, dark = values[0], values[-1]
    if bright <= dark or not np.all((np.abs(values - bright) < 1e-9) | (np.abs(values - dark) < 1e-9)):
        return None
    return int("".join("1" if value == bright else "0" for value in values[1:-1]), 2)
