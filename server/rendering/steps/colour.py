"""The colour chain: palettes and YBR to 8-bit RGB (PS3.3 C.7.6.3.1.2, C.7.6.3.1.5)."""

import numpy as np
from numpy.typing import NDArray

from server.errors import Malformed
from server.rendering.codecs.index import CONVERTING
from server.rendering.image import Image, LookupTable
from server.rendering.ybr import rgb


def colour(stored: NDArray[np.generic], image: Image) -> NDArray[np.uint8]:
    """RGB, rows x columns x 3, of an image that is not grey."""
    if image.photometric == "PALETTE COLOR":
        if image.palette is None:
            raise Malformed("The palette is missing.")
        return np.stack([_look_up(stored, table) for table in image.palette], axis=-1)
    if image.photometric.startswith("YBR_FULL") and image.transfer_syntax_uid not in CONVERTING:
        stored = rgb(stored, image.bits_stored)
    return _eight_bits(stored, image)


def supplement(grey: NDArray[np.uint8], stored: NDArray[np.generic], image: Image) -> NDArray[np.uint8]:
    """RGB of a grey picture whose stored values from the palette's first on are colours (PS3.3 C.8.16.2.1.1.1)."""
    if image.palette is None:
        return grey
    coloured = stored >= image.palette[0].first  # type: ignore[operator]
    planes = []
    for table in image.palette:
        plane = grey.copy()
        plane[coloured] = _look_up(stored[coloured], table)
        planes.append(plane)
    return np.stack(planes, axis=-1)


def _look_up(stored: NDArray[np.generic], table: LookupTable) -> NDArray[np.uint8]:
    entries = np.array(table.entries, dtype=np.float64)
    eight = np.rint(entries * 255 / (2**table.bits - 1)).clip(0, 255).astype(np.uint8)
    if table.bits == 16 and entries.max() < 256:
        eight = entries.astype(np.uint8)  # entries of 8 bits under a descriptor that says 16 are common
    return np.asarray(eight[np.clip(stored.astype(np.int64) - table.first, 0, len(eight) - 1)])


def _eight_bits(stored: NDArray[np.generic], image: Image) -> NDArray[np.uint8]:
    if stored.dtype == np.uint8 and image.bits_stored == 8:
        return stored.view(np.uint8)
    return np.asarray(stored.astype(np.float64) * (255 / (2**image.bits_stored - 1)) + 0.5).astype(np.uint8)
