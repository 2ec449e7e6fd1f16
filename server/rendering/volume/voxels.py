"""The voxels of a series, decoded once and looked at from everywhere."""

from collections.abc import Iterable
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


def stack(slices: Iterable[NDArray[np.generic]], grid: Grid) -> Volume:
    """The volume of slices that are in the order of the grid already, each rows x columns of modality values.

    They are taken one after the other, so that no more than one of them lies beside the volume.
    """
    voxels: NDArray[np.generic] = np.empty(grid.shape, np.int16)
    low = np.inf
    for index, one in enumerate(slices):
        low = min(low, float(one.min()))
        if voxels.dtype == np.int16 and not _fits(one):
            voxels = voxels.astype(np.float32)
        voxels[index] = one
    voxels.setflags(write=False)
    return Volume(voxels, grid, low)


def _fits(values: NDArray[np.generic]) -> bool:
    """Whether 16 bits hold them exactly."""
    if values.min() < -(2**15) or values.max() >= 2**15:
        return False
    return np.issubdtype(values.dtype, np.integer) or bool((np.rint(values) == values).all())
