"""What an encoder of pixels that keeps only Bits Stored may be given, so that nothing is lost."""

import numpy as np
from numpy.typing import NDArray

from server.errors import Malformed
from server.rendering.image import Image
from server.rendering.steps.stored_values import stored_values


def exact_values(samples: NDArray[np.generic], image: Image) -> NDArray[np.generic]:
    """The stored values in the machine's byte order, sign-extended when signed.

    `Malformed` when the unused bits hold anything else than zero or the sign (overlays in old files): an encoding
    that leaves them out would not be lossless.
    """
    plain = samples.astype(samples.dtype.newbyteorder("="), copy=False)
    stored = stored_values(plain, image)
    if not np.array_equal(stored, plain):
        unsigned = np.dtype(f"u{plain.dtype.itemsize}")
        kept = stored.view(unsigned) & unsigned.type(2**image.bits_stored - 1)
        if not np.array_equal(kept, plain.view(unsigned)):
            raise Malformed("The unused bits of its pixels hold something, which this encoding would lose.")
    return stored


def refusal_of_cells(image: Image, most_bits: int) -> str | None:
    """Why an encoder of Bits Stored cannot take pixels of this kind; None when it can."""
    if image.kind not in {"OB", "OW"} or image.bits_allocated not in {8, 16, 32}:
        return f"pixels of {image.bits_allocated} bits of kind {image.kind} are not encoded in it"
    if not 2 <= image.bits_stored <= most_bits or image.high_bit != image.bits_stored - 1:
        return f"it takes 2 to {most_bits} bits stored, right-aligned"
    return None if image.samples in {1, 3} else "it takes one or three samples a pixel"
