"""The voxels of a series, decoded once and looked at from everywhere."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.rendering.volume.geometry import Grid

PADDING = -(2**15)
"""What stands for padding in voxels of 16 bits, where no modality value is as low; in floats that is NaN."""

Slice = tuple[NDArray[np.generic], NDArray[np.bool_] | None]
"""Modality values, rows x columns, and which of them are padding (PS3.3 C.7.5.1.1.2); None: none."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Modality values (Hounsfield units of a CT) on a grid, as int16 where they fit exactly, else float32.

    `lowest` is shown wherever a picture reaches beyond the volume; `padded` says that some voxels are padding.
    """

    voxels: NDArray[np.generic]
    grid: Grid
    lowest: float
    padded: bool = False

    @property
    def nbytes(self) -> int:
        """The memory that the voxels take."""
        return self.voxels.nbytes

    def values(self, some: NDArray[np.generic]) -> NDArray[np.float32]:
        """Some of its voxels as numbers to reckon with: padding is none."""
        found = some.astype(np.float32)
        if self.padded and some.dtype == np.int16:
            found[some == PADDING] = np.nan
        return found


def stack(slices: Iterable[Slice], grid: Grid) -> Volume:
    """The volume of slices that are in the order of the grid already.

    They are taken one after the other, so that no more than one of them lies beside the volume.
    """
    voxels: NDArray[np.generic] = np.empty(grid.shape, np.int16)
    low, padded = np.inf, False
    for index, (values, padding) in enumerate(slices):
        real = values if padding is None else values[~padding]
        low = min(low, float(real.min())) if real.size else low
        if voxels.dtype == np.int16 and not _fits(real):
            voxels = Volume(voxels, grid, low, padded).values(voxels)
        voxels[index] = values
        if padding is not None and padding.any():
            voxels[index][padding] = PADDING if voxels.dtype == np.int16 else np.nan
            padded = True
    voxels.setflags(write=False)
    return Volume(voxels, grid, low if np.isfinite(low) else 0.0, padded)


def _fits(values: NDArray[np.generic]) -> bool:
    """Whether 16 bits hold them exactly, beside what stands for padding."""
    if values.size == 0:
        return True
    if values.min() <= PADDING or values.max() >= 2**15:
        return False
    return np.issubdtype(values.dtype, np.integer) or bool((np.rint(values) == values).all())
