"""Uncompressed pixels: one array view of the bytes (PS3.5 8.1.1, 8.2)."""

import numpy as np
from numpy.typing import NDArray

from server.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
)
from server.errors import Malformed
from server.rendering.image import Image

SYNTAXES = (
    IMPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
)


def decode(data: bytes, image: Image, first_bit: int = 0) -> NDArray[np.generic]:
    """The stored values, rows x columns (x samples); `first_bit` is where a frame of single bits begins.

    `Malformed` for the two shapes of frame that cannot be cut into pixels.
    """
    pixels = image.rows * image.columns
    if image.bits_allocated == 1:
        # PS3.5 8.1.1: the first pixel is the least significant bit
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
        return bits[first_bit : first_bit + pixels].reshape(image.rows, image.columns)
    big = image.transfer_syntax_uid == EXPLICIT_VR_BIG_ENDIAN
    if big and image.bits_allocated == 8 and image.kind == "OW":
        if len(data) % 2:
            raise Malformed("Its frames of 8-bit pixels end inside a 16-bit word.")
        data = np.frombuffer(data, ">u2").astype("<u2").tobytes()
    values = np.frombuffer(data, _type(image, big), count=image.frame_bits // image.bits_allocated)
    if image.photometric == "YBR_FULL_422":
        return _spread(values, image)
    if image.samples == 1:
        return values.reshape(image.rows, image.columns)
    if image.planar:
        return np.moveaxis(values.reshape(image.samples, image.rows, image.columns), 0, -1)
    return values.reshape(image.rows, image.columns, image.samples)


def _type(image: Image, big: bool) -> np.dtype[np.generic]:
    letter = "f" if image.kind in {"float", "double"} else "i" if image.signed else "u"
    return np.dtype(f"{'>' if big else '<'}{letter}{image.bits_allocated // 8}")


def _spread(values: NDArray[np.generic], image: Image) -> NDArray[np.generic]:
    """Y1 Y2 Cb Cr for each pair of pixels becomes one Y, Cb, Cr a pixel (PS3.3 C.7.6.3.1.2)."""
    if image.columns % 2:
        raise Malformed("YBR_FULL_422 needs an even number of columns.")
    pairs = values.reshape(-1, 4)
    full = np.empty((len(pairs), 2, 3), values.dtype)
    full[:, :, 0] = pairs[:, :2]
    full[:, :, 1] = pairs[:, 2:3]
    full[:, :, 2] = pairs[:, 3:4]
    return full.reshape(image.rows, image.columns, 3)
