"""Where an image lies on the picture: rotation, flip, displayed area and viewport as one map (PS3.3 C.10.4, C.10.6)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from server.rendering.presentation.state import Area, Points, Selection, State
from server.rendering.request import Viewport

LARGEST_PICTURE = 2**24
"""Pixels of a picture that is magnified, or shows more than the image; an image alone may have more."""

_LONGEST_SIDE = 16_384


@dataclass(frozen=True, slots=True)
class Placement:
    """From image to picture. Offsets in an image count from 0 at the corner of its first pixel.

    `turned` is the size of the image once it is rotated, in units of its smaller pixel side; `origin` and `extent` are
    those of the displayed area in them, and `scale` is picture pixels a unit. `unit` is the size of an image pixel.
    """

    width: int
    height: int
    columns: int
    rows: int
    unit: tuple[float, float]
    rotation: int
    flipped: bool
    turned: tuple[float, float]
    origin: tuple[float, float]
    extent: tuple[float, float]
    scale: float

    def of_image(self, points: Points) -> Points:
        """Where points of the image (column and row offsets) come to lie, in pixels of the picture."""
        x, y = _turn(points[:, 0] * self.unit[0], points[:, 1] * self.unit[1], self)
        return np.stack([(x - self.origin[0]) * self.scale, (y - self.origin[1]) * self.scale], axis=1)

    def of_area(self, points: Points) -> Points:
        """Where points given as shares of the displayed area come to lie; those turn with nothing."""
        return points * (np.array(self.extent) * self.scale)


def place(state: State, area: Area, columns: int, rows: int, viewport: Viewport | None) -> Placement:
    """How large the picture becomes, and where in it the image lies."""
    unit = (1.0, area.aspect) if area.aspect >= 1 else (1 / area.aspect, 1.0)
    turned = (columns * unit[0], rows * unit[1])
    if state.rotation in {90, 270}:
        turned = turned[1], turned[0]
    whole = Placement(1, 1, columns, rows, unit, state.rotation, state.flipped, turned, (0, 0), turned, 1)
    (left, top), (right, bottom) = area.top_left, area.bottom_right
    # the corners are pixels of the image as they lie on the screen: in the image any two opposite ones
    corners = np.array(
        [[min(left, right) - 1, min(top, bottom) - 1], [max(left, right), max(top, bottom)]], dtype=np.float64
    )
    on_screen = whole.of_image(corners)
    low, high = on_screen.min(axis=0), on_screen.max(axis=0)
    extent = (float(high[0] - low[0]), float(high[1] - low[1]))
    scale = _scale(area, extent, viewport)
    width, height = (max(1, round(size * scale)) for size in extent)
    if viewport is not None:
        width, height = min(width, viewport.width), min(height, viewport.height)
    origin = (float(low[0]), float(low[1]))
    return Placement(width, height, columns, rows, unit, state.rotation, state.flipped, turned, origin, extent, scale)


def whole_image(columns: int, rows: int) -> Area:
    """The area of a state that selects none for an image."""
    return Area(Selection(), (1, 1), (columns, rows))


def _scale(area: Area, extent: tuple[float, float], viewport: Viewport | None) -> float:
    """PS3.18 9.5.2.3: fitted into the viewport when there is one; magnified ones are cut off by it instead."""
    width, height = extent
    bound = min(_LONGEST_SIDE / width, _LONGEST_SIDE / height, math.sqrt(LARGEST_PICTURE / (width * height)))
    if area.mode == "MAGNIFY":
        return area.magnification if viewport is not None else min(area.magnification, max(bound, 1e-9))
    if viewport is None:
        return min(1.0, bound)
    return min(viewport.width / width, viewport.height / height, bound)


def _turn(x: NDArray[np.float64], y: NDArray[np.float64], on: Placement) -> tuple[NDArray[np.float64], ...]:
    """PS3.3 C.10.6: clockwise first, then flipped from left to right."""
    width, height = on.columns * on.unit[0], on.rows * on.unit[1]
    turns = {0: (x, y), 90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}
    x, y = turns[on.rotation]
    return (on.turned[0] - x if on.flipped else x), y


def lay(pixels: NDArray[np.uint8], on: Placement) -> Pillow.Image:
    """The picture: what is displayed of the image, and black where the displayed area reaches beyond it."""
    turned = np.rot90(pixels, -(on.rotation // 90))
    turned = turned[:, ::-1] if on.flipped else turned
    picture = Pillow.new("L" if pixels.ndim == 2 else "RGB", (on.width, on.height))
    sides = [_side(on.origin[axis], on.turned[axis], on.scale, size) for axis, size in enumerate((on.width, on.height))]
    if None in sides:
        return picture
    (left, right, begin, end), (top, bottom, above, below) = (side for side in sides if side is not None)
    # from units to the pixels of the turned image
    across, down = turned.shape[1] / on.turned[0], turned.shape[0] / on.turned[1]
    box = _within((begin * across, above * down, end * across, below * down), turned.shape[1], turned.shape[0])
    size = (right - left, bottom - top)
    shrinks = size[0] < box[2] - box[0] or size[1] < box[3] - box[1]
    method = Pillow.Resampling.BOX if shrinks else Pillow.Resampling.BICUBIC
    picture.paste(_resized(turned, box, size, method), (left, top))
    return picture


def _resized(
    turned: NDArray[np.uint8], box: tuple[float, ...], size: tuple[int, int], method: Pillow.Resampling
) -> Pillow.Image:
    """Only what is seen, and the neighbours that the method needs, are made a picture of."""
    margin = 4
    left, top = max(0, math.floor(box[0]) - margin), max(0, math.floor(box[1]) - margin)
    right, bottom = math.ceil(box[2]) + margin, math.ceil(box[3]) + margin
    cut = Pillow.fromarray(np.ascontiguousarray(turned[top:bottom, left:right]))
    return cut.resize(size, method, (box[0] - left, box[1] - top, box[2] - left, box[3] - top))


def _side(origin: float, length: float, scale: float, size: int) -> tuple[int, int, float, float] | None:
    """The picture's pixels that show the image along one axis, and the units that they show; None for none."""
    first, last = max(0, round(-origin * scale)), min(size, round((length - origin) * scale))
    if first >= last:
        return None
    return first, last, origin + first / scale, origin + last / scale


def _within(box: Iterable[float], width: int, height: int) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    least = 1e-3  # of a pixel: a box must not be empty, however much it is magnified
    left, top = min(max(left, 0.0), width - least), min(max(top, 0.0), height - least)
    return left, top, max(min(right, float(width)), left + least), max(min(bottom, float(height)), top + least)
