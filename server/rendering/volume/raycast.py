"""A volume as a solid seen from outside: rays through it, front to back, lit from where one looks (PS3.4 FF.2.3.3).

Opacity rises over a window: below it nothing is seen, above it everything is solid. The projection is orthographic.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from server.rendering.request import Window
from server.rendering.volume.reslice import ray_of, sample
from server.rendering.volume.view import View, moved
from server.rendering.volume.voxels import Volume

LARGEST_SIDE = 256
"""Voxels and pixels a side that rays are cast through; a larger volume is reduced to this first."""

_SOLID = 0.995
_OPACITY = 0.35
_AMBIENT = 0.25


@dataclass(frozen=True, slots=True)
class Solid:
    """A volume made ready for rays: reduced, and with the way its surfaces face.

    `facing` are the unit vectors of steepest rise in the patient's coordinates, slices x rows x columns x 3, each
    component in 1/127.
    """

    reduced: Volume
    facing: NDArray[np.int8]

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return self.reduced.nbytes + self.facing.nbytes


def solid_of(volume: Volume) -> Solid:
    """Reduces a volume to what rays are cast through, each voxel the mean of those it is made of."""
    a, b, c = (-(-size // LARGEST_SIDE) for size in volume.voxels.shape)
    whole = volume.voxels
    if volume.padded:  # nothing is seen where there is nothing
        whole = np.where(np.isnan(volume.values(whole)), np.float32(volume.lowest), whole)
    kept = whole[: whole.shape[0] // a * a, : whole.shape[1] // b * b, : whole.shape[2] // c * c]
    blocks = kept.reshape(kept.shape[0] // a, a, kept.shape[1] // b, b, kept.shape[2] // c, c)
    voxels: NDArray[np.float32] = blocks.mean((1, 3, 5), dtype=np.float32)
    grid = volume.grid
    smaller = replace(
        grid,
        # a voxel lies in the middle of those that became it
        origin=(grid.to_patient @ ((a - 1) / 2, (b - 1) / 2, (c - 1) / 2, 1))[:3],
        along_row=grid.along_row * c,
        along_column=grid.along_column * b,
        step=grid.step * a,
        shape=(voxels.shape[0], voxels.shape[1], voxels.shape[2]),
        order=(),
    )
    turn = smaller.to_voxels[:3, :3].astype(np.float32)
    # the way a surface faces is asked of a smoothed volume, or noise would sparkle
    rise = np.stack(list(np.gradient(_smoothed(voxels))), -1) @ turn
    length = np.linalg.norm(rise, axis=-1, keepdims=True)
    facing = np.divide(rise * 127, length, out=np.zeros_like(rise), where=length > 1e-6)
    return Solid(Volume(voxels, smaller, volume.lowest), facing.astype(np.int8))


def _smoothed(voxels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each voxel the weighted mean of itself and its neighbours, 1 : 2 : 1 along every axis, twice."""
    smooth = voxels
    for axis in (0, 1, 2) * 2:
        padded = np.pad(smooth, [(1, 1) if n == axis else (0, 0) for n in range(3)], "edge")
        before, after = (np.take(padded, range(start, start + smooth.shape[axis]), axis) for start in (0, 2))
        smooth = ((before + 2 * smooth + after) / 4).astype(np.float32)
    return smooth


def cast(solid: Solid, view: View, window: Window) -> NDArray[np.uint8]:
    """The picture of a view, height x width grey levels; its slab is how deep the rays go (0: through everything)."""
    grid = solid.reduced.grid
    reach = 2 * float(np.abs((grid.corners - np.array(view.center)) @ view.forward).max())
    depth = min(view.slab, reach) if view.slab else reach
    apart = max(grid.spacing)
    light = np.zeros((view.height, view.width), np.float32)
    through = np.ones_like(light)
    for number in range(max(1, int(np.ceil(depth / apart)))):
        plane = moved(view, apart * (number + 0.5) - depth / 2)
        opacity, shade = _seen(solid, plane, window)
        taken = through * opacity
        light += taken * shade
        through -= taken
        if through.max() < 1 - _SOLID:
            break
    picture: NDArray[np.uint8] = np.clip(light * 255 + 0.5, 0, 255).astype(np.uint8)
    return picture


def _seen(solid: Solid, plane: View, window: Window) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How opaque and how bright the voxels of one plane are."""
    ray = ray_of(solid.reduced, plane)
    values, inside = sample(solid.reduced, ray.start, ray.across, ray.down, plane.width, plane.height)
    rise = np.clip((values - (window.center - window.width / 2)) / window.width, 0, 1)
    opacity = np.where(inside, rise * _OPACITY + rise**8 * (1 - _OPACITY), 0).astype(np.float32)
    columns, rows = np.arange(plane.width), np.arange(plane.height)[:, None]
    nearest = tuple(
        np.clip(np.rint(start + columns * across + rows * down), 0, size - 1).astype(np.intp)
        for start, across, down, size in zip(ray.start, ray.across, ray.down, solid.reduced.voxels.shape, strict=True)
    )
    toward = solid.facing[nearest] @ (plane.forward / 127).astype(np.float32)
    shade = _AMBIENT + (1 - _AMBIENT) * np.clip(toward, 0, 1)
    return opacity, shade.astype(np.float32)


def coarse(view: View) -> View:
    """The view with as few pixels as rays are cast for; the picture is enlarged afterwards."""
    factor = max(view.width, view.height) / LARGEST_SIDE
    if factor <= 1:
        return view
    return replace(
        view,
        pixel=view.pixel * factor,
        width=max(1, round(view.width / factor)),
        height=max(1, round(view.height / factor)),
    )
