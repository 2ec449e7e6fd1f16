"""RLE Lossless (PS3.5 annex G): every allocated bit, whatever it is used for."""

import numpy as np
from numpy.typing import NDArray
from rle.utils import encode_pixel_data

from server.rendering.encoders import native
from server.rendering.image import Image

SYNTAX = "1.2.840.10008.1.2.5"
PHOTOMETRICS: dict[str, str] = {}


def refusal(image: Image) -> str | None:
    """Why these pixels cannot be encoded; None when they can."""
    if image.kind not in {"OB", "OW"} or image.bits_allocated not in {8, 16, 32}:
        return f"pixels of {image.bits_allocated} bits of kind {image.kind} are not encoded in it"
    return None if image.samples in {1, 3} else "it takes one or three samples a pixel"


def encode(samples: NDArray[np.generic], image: Image) -> bytes:
    """One frame."""
    encoded: bytes = encode_pixel_data(
        native.encode(samples, image),
        byteorder="<",
        rows=image.rows,
        columns=image.columns,
        samples_per_pixel=image.samples,
        bits_allocated=image.bits_allocated,
    )
    return encoded
