"""A volume as a solid seen from outside: rays through it, front to back, lit from where one looks (PS3.4 FF.2.3.3).

Opacity rises over a window: below it nothing is seen, above it everything is solid. The projection is orthographic.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from server.rendering.request import Window
from server.rendering.volume.reslice import sample
from server.rendering.volume.view import View, moved
from server.rendering.volume.voxels import Volume

LARGEST_SIDE = 256
"""Voxels and pixels a side that rays are cast through; a larger volume is reduced to this first."""

_SOLID = 0.995
_OPACITY = 0.35
_AMBIENT = 0.25


@dataclass(frozen=True)
class Solid:
    """A volume made ready for rays: reduced, and with the way its surfaces face at each voxel."""

    volume: Volume

    @cached_property
    def stride(self) -> tuple[int, int, int]:
        """Voxels of the volume that become one here, along each axis."""
        slices, rows, columns = (-(-size // LARGEST_SIDE) for size in self.volume.voxels.shape)
        return slices, rows, columns

    @cached_property
    def voxels(self) -> NDArray[np.float32]:
        """The reduced volume: the mean of what becomes one voxel."""
        whole = self.volume.voxels
        a, b, c = self.stride
        kept = whole[: whole.shape[0] // a * a, : whole.shape[1] // b * b, : whole.shape[2] // c * c]
        blocks = kept.reshape(kept.shape[0] // a, a, kept.shape[1] // b, b, kept.shape[2] // c, c)
        reduced: NDArray[np.float32] = blocks.mean((1, 3, 5), dtype=np.float32)
        return reduced

    @cached_property
    def facing(self) -> NDArray[np.float32]:
        """The unit vectors of steepest rise in the patient's coordinates, slices x rows x columns x 3."""
        turn = self.volume.grid.to_voxels[:3, :3] / np.array(self.stride)[:, None]
        rise = np.stack(list(np.gradient(self.voxels)), -1) @ turn.astype(np.float32)
        length = np.linalg.norm(rise, axis=-1, keepdims=True)
        facing: NDArray[np.float32] = np.divide(rise, length, out=np.zeros_like(rise), where=length > 1e-6)
        return facing


def cast(solid: Solid, view: View, window: Window) -> NDArray[np.uint8]:
    """The picture of a view, height x width grey levels; its slab is how deep the rays go (0: through everything)."""
    grid = solid.volume.grid
    reach = 2 * float(np.abs((grid.corners - np.array(view.center)) @ view.forward).max())
    depth = min(view.slab, reach) if view.slab else reach
    apart = max(one * n for one, n in zip(grid.spacing, solid.stride, strict=True))
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
    scale = 1 / np.array(solid.stride, float)
    to_voxels = solid.volume.grid.to_voxels
    turn = to_voxels[:3, :3] * scale[:, None]
    start = turn @ plane.point(0, 0) + to_voxels[:3, 3] * scale - (1 - scale) / 2
    across, down = turn @ np.array(plane.right) * plane.pixel, turn @ np.array(plane.down) * plane.pixel
    values, inside = sample(solid.voxels, start, across, down, plane.width, plane.height)
    rise = np.clip((values - (window.center - window.width / 2)) / window.width, 0, 1)
    opacity = np.where(inside, rise * _OPACITY + rise**8 * (1 - _OPACITY), 0).astype(np.float32)
    nearest = tuple(
        np.clip(np.rint(s + np.arange(plane.width) * a + np.arange(plane.height)[:, None] * d), 0, n - 1).astype(
            np.intp
        )
        for s, a, d, n in zip(start, across, down, solid.voxels.shape, strict=True)
    )
    toward = solid.facing[nearest] @ plane.forward.astype(np.float32)
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
