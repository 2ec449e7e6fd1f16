"""The voxels of a series, decoded once and looked at from everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.rendering.volume.geometry import Grid


@dataclass(frozen=True, slots=True)
class Volume:
    """Modality values (Hounsfield units of a CT) on a grid, as int16 where they fit exactly, else float32.

    `lowest` is shown wherever a picture reaches beyond the volume.
    """

    voxels: NDArray[np.generic]
    grid: Grid
    lowest: float

    @property
    def nbytes(self) -> int:
        """The memory that the voxels take."""
        return self.voxels.nbytes


def stack(slices: Sequence[NDArray[np.generic]], grid: Grid) -> Volume:
    """The volume of slices that are in the order of the grid already, each rows x columns of modality values."""
    whole = all(np.issubdtype(one.dtype, np.integer) or _is_whole(one) for one in slices)
    low = min(float(one.min()) for one in slices)
    high = max(float(one.max()) for one in slices)
    fits = whole and low >= -(2**15) and high < 2**15
    voxels = np.empty(grid.shape, np.int16 if fits else np.float32)
    for index, one in enumerate(slices):
        voxels[index] = one
    voxels.setflags(write=False)
    return Volume(voxels, grid, low)


def _is_whole(values: NDArray[np.generic]) -> bool:
    return bool((np.rint(values) == values).all())
