"""JPEG Lossless, process 14 and its first-order prediction (PS3.5 A.4.1), decoded by GDCM."""

import numpy as np
from numpy.typing import NDArray

from server.rendering.codecs.codestream import check
from server.rendering.codecs.plugin import decode_with
from server.rendering.image import Image

SYNTAXES = ("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70")


def decode(data: bytes, image: Image, first_bit: int = 0) -> NDArray[np.generic]:  # noqa: ARG001
    """The samples of one frame, rows x columns (x samples)."""
    check(data, image)
    return decode_with("gdcm", data, image)
