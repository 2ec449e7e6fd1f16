"""From YBR_FULL to RGB (PS3.3 C.7.6.3.1.2), at any depth."""

import numpy as np
from numpy.typing import NDArray


def rgb(ybr: NDArray[np.generic], bits: int) -> NDArray[np.generic]:
    """The inverse of the equations of the standard, of samples of so many bits; in the type that it was given."""
    y, b, r = (ybr[..., channel].astype(np.float32) for channel in range(3))
    b, r = b - 2 ** (bits - 1), r - 2 ** (bits - 1)
    made = np.stack([y + 1.402 * r, y - 0.344136 * b - 0.714136 * r, y + 1.772 * b], axis=-1)
    return np.asarray(np.clip(np.rint(made), 0, 2**bits - 1)).astype(ybr.dtype)
