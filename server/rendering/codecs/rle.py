"""RLE Lossless (PS3.5 annex G)."""

import numpy as np
from numpy.typing import NDArray

from server.rendering.codecs.codestream import check_rle
from server.rendering.codecs.plugin import decode_with
from server.rendering.image import Image

SYNTAXES = ("1.2.840.10008.1.2.5",)


def decode(data: bytes, image: Image, first_bit: int = 0) -> NDArray[np.generic]:  # noqa: ARG001
    """The samples of one frame, rows x columns (x samples)."""
    check_rle(data, image)
    return decode_with("pylibjpeg", data, image)
