"""JPEG-LS Lossless (PS3.5 A.4.3), encoded by CharLS."""

import numpy as np
from jpeg_ls import encode_buffer
from numpy.typing import NDArray

from server.rendering.encoders.values import exact_values, refusal_of_cells
from server.rendering.image import Image

SYNTAX = "1.2.840.10008.1.2.4.80"
PHOTOMETRICS: dict[str, str] = {}
_BY_PIXEL = 2
_FEWEST_PIXELS = 256  # of fewer, the codestream outgrows the room that the binding gives it


def refusal(image: Image) -> str | None:
    """Why these pixels cannot be encoded; None when they can."""
    if image.rows * image.columns < _FEWEST_PIXELS:
        return f"it takes frames of {_FEWEST_PIXELS} pixels at least"
    return refusal_of_cells(image, 16)


def encode(samples: NDArray[np.generic], image: Image) -> bytes:
    """One frame; signed values travel as the two's complement that Bits Stored hold (PS3.5 8.2.3)."""
    size = 1 if image.bits_stored <= 8 else 2
    values = exact_values(samples, image).astype(np.int64) & (2**image.bits_stored - 1)
    content = values.astype(f"<u{size}").tobytes()
    return bytes(
        encode_buffer(content, image.rows, image.columns, image.samples, image.bits_stored, interleave_mode=_BY_PIXEL)
    )
