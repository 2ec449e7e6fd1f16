"""JPEG 2000 Lossless (PS3.5 A.4.4), encoded by OpenJPEG; RGB goes through the reversible colour transform."""

import numpy as np
from numpy.typing import NDArray
from openjpeg.utils import encode_array

from server.rendering.encoders.values import exact_values, refusal_of_cells
from server.rendering.image import Image

SYNTAX = "1.2.840.10008.1.2.4.90"
PHOTOMETRICS = {"RGB": "YBR_RCT"}
_UNSPECIFIED, _RGB = 0, 1
_SMALLEST_SIDE = 32  # six resolutions halve a side five times


def refusal(image: Image) -> str | None:
    """Why these pixels cannot be encoded; None when they can."""
    if min(image.rows, image.columns) < _SMALLEST_SIDE:
        return f"it takes frames of {_SMALLEST_SIDE} x {_SMALLEST_SIDE} pixels at least"
    return refusal_of_cells(image, 24)


def encode(samples: NDArray[np.generic], image: Image) -> bytes:
    """One frame, as a bare codestream."""
    values = exact_values(samples, image)
    letter = "i" if image.signed else "u"
    encoded: bytes = encode_array(
        np.ascontiguousarray(values.astype(f"{letter}{image.bits_allocated // 8}", copy=False)),
        bits_stored=image.bits_stored,
        photometric_interpretation=_RGB if image.photometric == "RGB" else _UNSPECIFIED,
    )
    return encoded
