"""The list of encoders: each transfer syntax that pixels can be sent in without loss, and by what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.rendering.encoders import jpeg_2000, jpeg_ls, native, rle
from server.rendering.image import Image

_LIST = (native, jpeg_ls, jpeg_2000, rle)


@dataclass(frozen=True, slots=True)
class Encoder:
    """A lossless encoder: why it refuses an image (or None), its work, and the photometrics that it changes."""

    refusal: Callable[[Image], str | None]
    encode: Callable[[NDArray[np.generic], Image], bytes]
    photometrics: Mapping[str, str]


ENCODERS: dict[str, Encoder] = {one.SYNTAX: Encoder(one.refusal, one.encode, one.PHOTOMETRICS) for one in _LIST}
"""How to encode a frame in each transfer syntax, those that are preferred first."""
