"""JPEG 2000 and High-Throughput JPEG 2000 (PS3.5 A.4.4, A.4.9), decoded by OpenJPEG; ICT and RCT come as RGB."""

import numpy as np
from numpy.typing import NDArray

from server.rendering.codecs.codestream import check
from server.rendering.codecs.plugin import decode_with
from server.rendering.image import Image

SYNTAXES = (
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203",
)


def decode(data: bytes, image: Image, first_bit: int = 0) -> NDArray[np.generic]:  # noqa: ARG001
    """The samples of one frame, rows x columns (x samples)."""
    check(data, image)
    return decode_with("pylibjpeg", data, image)
