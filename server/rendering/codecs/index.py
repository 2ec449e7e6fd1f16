"""The list of codecs: each transfer syntax that can be decoded here, and by what."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from server.rendering.codecs import jpeg, jpeg_2000, jpeg_lossless, jpeg_ls, native, rle
from server.rendering.image import Image

Decode = Callable[[bytes, Image, int], NDArray[np.generic]]

_LIST = (native, jpeg, jpeg_lossless, jpeg_ls, jpeg_2000, rle)

CODECS: dict[str, Decode] = {syntax: codec.decode for codec in _LIST for syntax in codec.SYNTAXES}
"""How to decode a frame of each transfer syntax."""


def in_process(data: bytes, image: Image, first_bit: int) -> NDArray[np.generic]:
    """The samples of one frame, decoded here and now; `Malformed` when its codec refuses it."""
    return CODECS[image.transfer_syntax_uid](data, image, first_bit)


CONVERTING = frozenset(jpeg.SYNTAXES)
"""The syntaxes whose decoder turns YBR into RGB by itself."""
