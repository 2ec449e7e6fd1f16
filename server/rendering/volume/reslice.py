"""Planes and slabs through a volume, interpolated linearly between voxels (PS3.4 FF.2.3).

A view along the voxels' own axes is cut out and stretched; any other is sampled point by point. Both give the same.
What is made of padding in part is padding, NaN; a slab projects the voxels that are none.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.rendering.volume.view import View, moved
from server.rendering.volume.voxels import Volume

Pixels = NDArray[np.float32]

_ALIGNED = 1e-6
_HALF = 0.5
_ROWS = 32

METHODS = {"maximum_ip": np.maximum, "minimum_ip": np.minimum, "average_ip": np.add}
"""What becomes of the samples of a slab (PS3.18 8.3.5.3.3)."""


@dataclass(frozen=True, slots=True)
class Ray:
    """Where a view lies among the voxels: the first pixel, and the way to the next one across, down and forward."""

    start: NDArray[np.float64]
    across: NDArray[np.float64]
    down: NDArray[np.float64]
    forward: NDArray[np.float64]


def reslice(volume: Volume, view: View, method: str = "average_ip") -> Pixels:
    """The modality values that a view shows, height x width; the volume's lowest value where it shows nothing.

    A slab is sampled a voxel apart and projected by `method`.
    """
    ray = ray_of(volume, view)
    axes = _axes(ray)
    count = max(1, round(view.slab / min(volume.grid.spacing)))
    if axes is not None and count > 1:
        return _aligned_slab(volume, view, ray, axes, method)
    if axes is not None:
        return _aligned(volume, ray, axes, view)
    if count == 1:
        values, inside = sample(volume, ray.start, ray.across, ray.down, view.width, view.height)
        values[~inside] = volume.lowest
        return values
    return _projected(volume, view, count, method)


def ray_of(volume: Volume, view: View) -> Ray:
    """Where a view lies among the voxels of a volume."""
    to_voxels = volume.grid.to_voxels
    turn = to_voxels[:3, :3]
    return Ray(
        start=turn @ view.point(0, 0) + to_voxels[:3, 3],
        across=turn @ np.array(view.right) * view.pixel,
        down=turn @ np.array(view.down) * view.pixel,
        forward=turn @ view.forward,
    )


def _axes(ray: Ray) -> tuple[int, int, int] | None:
    """The voxel axes that a view runs along: across, down and forward; None when it is oblique."""
    found = []
    for way in (ray.across, ray.down, ray.forward):
        axis = int(np.argmax(np.abs(way)))
        others = np.delete(np.abs(way), axis)
        if others.max() > _ALIGNED * abs(way[axis]):
            return None
        found.append(axis)
    return (found[0], found[1], found[2]) if len(set(found)) == 3 else None


def _aligned(volume: Volume, ray: Ray, axes: tuple[int, int, int], view: View) -> Pixels:
    across, down, forward = axes
    depth = ray.start[forward]
    size = volume.voxels.shape[forward]
    if not -_HALF <= depth <= size - _HALF:
        return np.full((view.height, view.width), volume.lowest, np.float32)
    depth = float(np.clip(depth, 0, size - 1))
    below = min(int(depth), max(size - 2, 0))
    part = depth - below
    # both at once, since across the slices they lie in the same line of the processor's cache
    layers = volume.voxels[(slice(None),) * forward + (slice(below, below + (2 if part > 0 else 1)),)]
    both = np.moveaxis(volume.values(layers), forward, 0)
    plane: Pixels = both[0] + np.float32(part) * (both[-1] - both[0]) if part > 0 else both[0]
    if across < down:
        plane = plane.T
    return _stretched(plane, ray, across, down, view, volume.lowest)


def _aligned_slab(volume: Volume, view: View, ray: Ray, axes: tuple[int, int, int], method: str) -> Pixels:
    """The whole voxel layers whose middles lie in the slab, or the nearest one."""
    across, down, forward = axes
    size = volume.voxels.shape[forward]
    half = view.slab / 2 * abs(ray.forward[forward])
    first = max(0, int(np.ceil(ray.start[forward] - half - 1e-6)))
    last = min(size - 1, int(np.floor(ray.start[forward] + half + 1e-6)))
    if last < first:
        return np.full((view.height, view.width), volume.lowest, np.float32)
    layers = volume.voxels[(slice(None),) * forward + (slice(first, last + 1),)]
    if volume.padded:
        plane = _without_padding(volume.values(layers), forward, method)
    elif method == "average_ip":
        plane = layers.mean(forward, dtype=np.float32)
    else:
        plane = METHODS[method].reduce(layers, axis=forward).astype(np.float32)
    if across < down:
        plane = plane.T
    return _stretched(plane, ray, across, down, view, volume.lowest)


def _without_padding(layers: Pixels, forward: int, method: str) -> Pixels:
    """Layers projected without their padding; NaN where there is nothing else."""
    if method != "average_ip":
        return np.asarray({"maximum_ip": np.fmax, "minimum_ip": np.fmin}[method].reduce(layers, axis=forward))
    counts = np.isfinite(layers).sum(forward, dtype=np.float32)
    counts[counts == 0] = np.nan
    return np.asarray(np.nansum(layers, forward, dtype=np.float32) / counts)


def _stretched(plane: Pixels, ray: Ray, across: int, down: int, view: View, lowest: float) -> Pixels:
    """A plane of voxels (rows along `down`) as pixels."""
    picture = _along(plane.T, ray.start[across], ray.across[across], view.width, lowest)
    return _along(picture.T, ray.start[down], ray.down[down], view.height, lowest)


def _along(lines: Pixels, start: float, step: float, count: int, lowest: float) -> Pixels:
    """Lines `step` apart, each between the two of `lines` that it lies between; `lowest` where there are none."""
    size = len(lines)
    places = start + step * np.arange(count)
    outside = (places < -_HALF) | (places > size - _HALF)
    places = np.clip(places, 0, size - 1)
    low = np.minimum(places.astype(np.intp), max(size - 2, 0))
    part = (places - low).astype(np.float32)
    lines = np.ascontiguousarray(lines)
    found: Pixels = lines.take(low, 0)
    between = part > 0  # what lies on a line is that line, whatever lies beside it
    if between.all():
        found += part[:, None] * (lines.take(np.minimum(low + 1, size - 1), 0) - found)
    elif between.any():
        some = found[between]
        found[between] = some + part[between, None] * (lines.take(np.minimum(low + 1, size - 1)[between], 0) - some)
    found[outside] = lowest
    return found


def _projected(volume: Volume, view: View, count: int, method: str) -> Pixels:
    """A slab seen at an angle, plane after plane."""
    combine = METHODS[method]
    total: Pixels | None = None
    seen, reached = np.zeros((view.height, view.width), np.int32), np.zeros((view.height, view.width), np.bool_)
    for plane in _planes(view, count):
        ray = ray_of(volume, plane)
        values, inside = sample(volume, ray.start, ray.across, ray.down, view.width, view.height)
        padding = np.isnan(values)
        reached |= inside
        inside &= ~padding
        neutral = {"maximum_ip": -np.inf, "minimum_ip": np.inf, "average_ip": 0.0}[method]
        values[~inside] = neutral
        seen += inside
        total = values if total is None else combine(total, values, out=total)
    picture: Pixels = total if total is not None else np.zeros((view.height, view.width), np.float32)
    if method == "average_ip":
        np.divide(picture, seen, out=picture, where=seen > 0)
    picture[seen == 0] = np.nan
    picture[~reached] = volume.lowest
    return picture


def _planes(view: View, count: int) -> Iterator[View]:
    apart = view.slab / count
    for number in range(count):
        yield moved(view, (number - (count - 1) / 2) * apart)


def sample(
    volume: Volume,
    start: NDArray[np.float64],
    across: NDArray[np.float64],
    down: NDArray[np.float64],
    width: int,
    height: int,
) -> tuple[Pixels, NDArray[np.bool_]]:
    """Values at start + column x across + row x down, all in voxels, and which of them lie in the volume.

    NaN where padding is among the voxels that a value would be made of.
    """
    values, inside = np.empty((height, width), np.float32), np.empty((height, width), bool)
    for first in range(0, height, _ROWS):
        some = slice(first, min(first + _ROWS, height))
        values[some], inside[some] = _sampled(volume, start, across, down, width, np.arange(some.start, some.stop))
    return values, inside


def _sampled(
    volume: Volume,
    start: NDArray[np.float64],
    across: NDArray[np.float64],
    down: NDArray[np.float64],
    width: int,
    rows: NDArray[np.intp],
) -> tuple[Pixels, NDArray[np.bool_]]:
    """Some of its rows: few enough that all that is worked out on the way stays near the processor."""
    voxels = volume.voxels
    columns = np.arange(width)
    inside = np.ones((len(rows), width), bool)
    base = np.zeros((len(rows), width), np.intp)
    parts: list[Pixels] = []
    strides = []
    for axis, size in enumerate(voxels.shape):
        places = (start[axis] + rows * down[axis])[:, None] + columns * across[axis]
        inside &= (places >= -_HALF) & (places <= size - _HALF)
        np.clip(places, 0, size - 1, out=places)
        low = np.minimum(places.astype(np.intp), max(size - 2, 0))
        parts.append((places - low).astype(np.float32))
        stride = int(np.prod(voxels.shape[axis + 1 :], dtype=np.int64))
        strides.append(stride if size > 1 else 0)
        base += low * stride
    flat = voxels.reshape(-1)
    near = (base + slices + lines for slices in (0, strides[0]) for lines in (0, strides[1]))
    corners = [_between(volume, flat, places, strides[2], parts[2]) for places in near]
    lower = corners[0] + parts[1] * (corners[1] - corners[0])
    upper = corners[2] + parts[1] * (corners[3] - corners[2])
    return lower + parts[0] * (upper - lower), inside


def _between(volume: Volume, flat: NDArray[np.generic], base: NDArray[np.intp], stride: int, part: Pixels) -> Pixels:
    low = volume.values(flat.take(base, mode="clip"))
    high = volume.values(flat.take(base + stride, mode="clip"))
    return low + part * (high - low)
