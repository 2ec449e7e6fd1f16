"""Stored values: the bits that count, cut out of what was allocated for them."""

import numpy as np
from numpy.typing import NDArray

from server.rendering.image import Image


def stored_values(samples: NDArray[np.generic], image: Image) -> NDArray[np.generic]:
    """The values between High Bit and Bits Stored, sign-extended when signed (PS3.5 8.1.1).

    Whatever lies in the unused bits (overlays in old files) is taken away.
    """
    if samples.dtype.kind == "f" or image.bits_allocated == 1:
        return samples
    width = samples.dtype.itemsize * 8
    above = width - 1 - image.high_bit
    below = image.high_bit + 1 - image.bits_stored
    if (above <= 0 and below == 0) or image.bits_stored >= width:
        return samples
    if below == 0 and not image.signed and samples.max() < 2**image.bits_stored:
        return samples  # nothing lies in the unused bits: one look is a tenth of the work of clearing them
    # numpy shifts a signed integer arithmetically, so the sign comes along
    return (samples << max(above, 0)) >> (max(above, 0) + below)  # type: ignore[operator, no-any-return]
