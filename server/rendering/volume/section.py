"""The values of a region on a plane or slab through a volume: the very samples that its picture shows."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from server.errors import Malformed
from server.rendering.regions import Region
from server.rendering.volume.reslice import ray_of, reslice
from server.rendering.volume.view import View
from server.rendering.volume.voxels import Volume

_MOST_PIXELS = 4096

Place = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Section:
    """A plane by a place on it and the unit vectors to the right and downwards, all in mm in the patient.

    `slab` is the thickness in mm of what `method` projects onto it, half before and half behind; 0 is the plane itself.
    """

    origin: Place
    right: Place
    down: Place
    slab: float = 0.0
    method: str = "average_ip"


@dataclass(frozen=True, slots=True)
class Counted:
    """The modality values of the samples in a region, and how many were left out: padding, and outside the volume."""

    values: NDArray[np.float32]
    padding: int = 0
    outside: int = 0


def section_values(volume: Volume, section: Section, region: Region) -> Counted:
    """What lies in a region of a plane; its points are in mm on the plane.

    Samples lie as far apart as the finest voxels, where the pixels of a picture of the whole volume lie.
    """
    whole = _whole(volume, section)
    column, row = ((size - 1) / 2 for size in (whole.width, whole.height))
    from_middle = np.subtract(section.origin, whole.center)
    across, down = float(from_middle @ section.right), float(from_middle @ section.down)
    points = tuple((column + (across + x) / whole.pixel, row + (down + y) / whole.pixel) for x, y in region.points)
    rows, columns, mask = Region(region.shape, points).cut(whole.height, whole.width)
    if not mask.any():
        return Counted(np.empty(0, np.float32))
    part = _part(whole, rows, columns)
    values = reslice(volume, part, section.method)[mask]
    inside = _inside(volume, part)[mask]
    found = values[inside]
    real = ~np.isnan(found)
    return Counted(found[real], int(found.size - real.sum()), int(inside.size - inside.sum()))


def _whole(volume: Volume, section: Section) -> View:
    """The picture of the whole volume that the viewer asks for too (`viewport/planes.js`)."""
    grid = volume.grid
    right, down = np.array(section.right), np.array(section.down)
    forward = np.cross(right, down)
    middle = grid.center + forward * float((np.array(section.origin) - grid.center) @ forward)
    corners = grid.corners - middle
    wide, tall = (2 * float(np.abs(corners @ way).max()) for way in (right, down))
    pixel = max(min(grid.spacing), max(wide, tall) / (_MOST_PIXELS - 1))
    width, height = (math.ceil(size / pixel - 1e-9) + 1 for size in (wide, tall))
    x, y, z = (float(one) for one in middle)
    return View((x, y, z), section.right, section.down, pixel, width, height, section.slab)


def _part(whole: View, rows: slice, columns: slice) -> View:
    width, height = columns.stop - columns.start, rows.stop - rows.start
    if width * height == 0:
        raise Malformed("The region has no extent.")
    x, y, z = (float(one) for one in whole.point(columns.start + (width - 1) / 2, rows.start + (height - 1) / 2))
    return replace(whole, center=(x, y, z), width=width, height=height)


def _inside(volume: Volume, view: View) -> NDArray[np.bool_]:
    """Which pixels of a view lie in the volume, its outermost voxels whole."""
    ray = ray_of(volume, view)
    columns, rows = np.arange(view.width)[None, :], np.arange(view.height)[:, None]
    inside = np.ones((view.height, view.width), bool)
    for axis, size in enumerate(volume.voxels.shape):
        places = ray.start[axis] + rows * ray.down[axis] + columns * ray.across[axis]
        inside &= (places >= -0.5) & (places <= size - 0.5)
    return inside
