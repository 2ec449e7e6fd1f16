"""Uncompressed little endian pixels, all their allocated bits, colour by pixel (PS3.5 8.1.1, 8.2)."""

import numpy as np
from numpy.typing import NDArray

from server.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from server.rendering.image import Image

SYNTAX = EXPLICIT_VR_LITTLE_ENDIAN
PHOTOMETRICS: dict[str, str] = {}


def refusal(image: Image) -> str | None:  # noqa: ARG001
    """Nothing that can be decoded is refused."""
    return None


def encode(samples: NDArray[np.generic], image: Image) -> bytes:
    """One frame."""
    if image.bits_allocated == 1:
        return np.packbits(samples.astype(np.uint8), axis=None, bitorder="little").tobytes()
    letter = "f" if samples.dtype.kind == "f" else "i" if image.signed else "u"
    return np.ascontiguousarray(samples).astype(f"<{letter}{image.bits_allocated // 8}", copy=False).tobytes()
