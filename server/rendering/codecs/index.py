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

CONVERTING = frozenset(jpeg.SYNTAXES)
"""The syntaxes whose decoder turns YBR into RGB by itself."""
