"""How a volume is looked at: from where, how large a pixel is, through how thick a slab (PS3.18 8.3.5.3)."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from server.errors import Malformed
from server.rendering.volume.geometry import Grid, Vector

MOST_PIXELS = 4096 * 4096

SIDES = {
    "a": ((0, 1, 0), (0, 0, 1)),
    "p": ((0, -1, 0), (0, 0, 1)),
    "r": ((1, 0, 0), (0, 0, 1)),
    "l": ((-1, 0, 0), (0, 0, 1)),
    "h": ((0, 0, -1), (0, -1, 0)),
    "f": ((0, 0, 1), (0, -1, 0)),
}
"""Looking from a side of the patient (PS3.18 8.3.5.3.4): where the camera looks, and which way is up, in LPS."""


@dataclass(frozen=True, slots=True)
class View:
    """A picture's plane in the patient: its middle, the unit vectors to the right and downwards, mm a pixel.

    `slab` is the thickness in mm of what is projected onto it, half before and half behind; 0 is the plane itself.
    """

    center: tuple[float, float, float]
    right: tuple[float, float, float]
    down: tuple[float, float, float]
    pixel: float
    width: int
    height: int
    slab: float = 0.0

    @property
    def forward(self) -> Vector:
        """The unit vector away from whoever looks."""
        return np.cross(self.right, self.down)

    def point(self, column: float, row: float) -> Vector:
        """The place in the patient that a pixel's centre shows."""
        across = (column - (self.width - 1) / 2) * self.pixel
        along = (row - (self.height - 1) / 2) * self.pixel
        return np.array(self.center) + across * np.array(self.right) + along * np.array(self.down)


@dataclass(frozen=True, slots=True)
class Camera:
    """What a request says of the camera; None where it leaves the choice.

    `look_at` is the point in the middle of the picture, `position` where one looks from, `up` the way upwards.
    """

    side: str | None = None
    position: tuple[float, float, float] | None = None
    look_at: tuple[float, float, float] | None = None
    up: tuple[float, float, float] | None = None

    def view(self, grid: Grid, width: int, height: int, slab: float, pixel: float | None = None) -> View:
        """The view on a volume, into a box of `width` x `height`; the whole volume is shown without a `pixel` size.

        Raises `Malformed` when the camera's vectors make no direction.
        """
        forward, up = self._directions(grid)
        right = _unit(np.cross(forward, up), "viewpointup must not lie along the line of sight")
        down = np.cross(forward, right)
        center = np.array(self.look_at if self.look_at is not None else grid.center, float)
        across, along = _extents(grid, right, down, center)
        finest = min(grid.spacing)
        pixel = pixel or max(across / max(width - 1, 1), along / max(height - 1, 1), finest / 4)
        width = min(width, max(1, math.ceil(across / pixel - 1e-9) + 1))
        height = min(height, max(1, math.ceil(along / pixel - 1e-9) + 1))
        return View(_three(center), _three(right), _three(down), pixel, width, height, slab)

    def _directions(self, grid: Grid) -> tuple[Vector, Vector]:
        """Forward and up."""
        if self.position is None:
            forward, up = (np.array(one, float) for one in SIDES[self.side or "a"])
            return forward, up if self.up is None else np.array(self.up, float)
        look_at = np.array(self.look_at if self.look_at is not None else grid.center, float)
        sight = look_at - np.array(self.position, float)
        forward = _unit(sight, "viewpointposition and viewpointlookat must be two places")
        if self.up is not None:
            return forward, np.array(self.up, float)
        # nothing said: the head is up, and looking along the body the front is
        return forward, np.array((0.0, 0.0, 1.0) if abs(forward[2]) < 0.9 else (0.0, -1.0, 0.0))


def moved(view: View, millimetres: float) -> View:
    """The view that far away from whoever looks."""
    return replace(view, center=_three(np.array(view.center) + millimetres * view.forward))


def _extents(grid: Grid, right: Vector, down: Vector, center: Vector) -> tuple[float, float]:
    """How far the volume reaches across and along a picture whose middle is `center`, both sides alike."""
    corners = grid.corners - center
    return 2 * float(np.abs(corners @ right).max()), 2 * float(np.abs(corners @ down).max())


def _unit(vector: NDArray[np.float64], otherwise: str) -> Vector:
    length = float(np.linalg.norm(vector))
    if not length > 1e-6:
        raise Malformed(f"{otherwise}.")
    return vector / length


def _three(vector: Vector) -> tuple[float, float, float]:
    x, y, z = (float(one) for one in vector)
    return x, y, z
