"""Regions of an image: which pixels lie in an ellipse, a polygon or at a point.

Points are in image pixels; (0, 0) is the middle of the top left pixel. A pixel belongs to a region when its middle
lies in it or on its rim.
"""

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.errors import Malformed

Mask = NDArray[np.bool_]
Point = tuple[float, float]

MOST_POINTS = 500
SHAPES = {"point": (1, 1), "ellipse": (2, 2), "polygon": (3, MOST_POINTS)}
"""Each shape with its fewest and most points; an ellipse is given by two opposite corners of the box around it."""

_FARTHEST = 1e6


@dataclass(frozen=True, slots=True)
class Region:
    """A shape and its points (x, y)."""

    shape: str
    points: tuple[Point, ...]

    def cut(self, rows: int, columns: int) -> tuple[slice, slice, Mask]:
        """The rows and columns that the region touches, and which pixels of those belong to it."""
        if self.shape == "point":
            [(x, y)] = self.points
            column, row = math.floor(x + 0.5), math.floor(y + 0.5)
            inside = 0 <= column < columns and 0 <= row < rows
            return slice(row, row + 1), slice(column, column + 1), np.full((1, 1), inside)
        left, right = _span([x for x, _ in self.points], columns)
        top, bottom = _span([y for _, y in self.points], rows)
        across = np.arange(left, right, dtype=np.float64)
        down = np.arange(top, bottom, dtype=np.float64)
        mask = self._ellipse(across, down) if self.shape == "ellipse" else self._polygon(across, down)
        return slice(top, bottom), slice(left, right), mask

    def _ellipse(self, across: NDArray[np.float64], down: NDArray[np.float64]) -> Mask:
        (x1, y1), (x2, y2) = self.points
        half_width, half_height = abs(x2 - x1) / 2, abs(y2 - y1) / 2
        x = (across - (x1 + x2) / 2) / max(half_width, 1e-9)
        y = (down - (y1 + y2) / 2) / max(half_height, 1e-9)
        return np.asarray(x[None, :] ** 2 + y[:, None] ** 2 <= 1 + 1e-12)

    def _polygon(self, across: NDArray[np.float64], down: NDArray[np.float64]) -> Mask:
        """Even-odd, row by row: between each pair of places where the rim crosses the row."""
        corners = np.array(self.points)
        following = np.roll(corners, -1, axis=0)
        mask = np.zeros((down.size, across.size), dtype=bool)
        for number, y in enumerate(down):
            crosses = (corners[:, 1] <= y) != (following[:, 1] <= y)
            (x1, y1), (x2, y2) = corners[crosses].T, following[crosses].T
            places = np.sort(x1 + (y - y1) * (x2 - x1) / (y2 - y1))
            for start, end in zip(places[::2], places[1::2], strict=True):
                mask[number, (across >= start) & (across <= end)] = True
        return mask


def _span(values: list[float], size: int) -> tuple[int, int]:
    """From the first to after the last whole number in the image that the values lie around."""
    low = min(size, max(0, math.ceil(min(values))))
    return low, max(low, min(size, math.floor(max(values)) + 1))


def parse_region(shape: str, points: str) -> Region:
    """The region that two query parameters make; `Malformed` says what would be right."""
    if shape not in SHAPES:
        raise Malformed(f"shape is one of {', '.join(SHAPES)}.", shape=shape[:40])
    numbers = points.split(",")[: 2 * MOST_POINTS + 1]
    if not all(re.fullmatch(r"-?[0-9]{1,7}(\.[0-9]{1,12})?", number) for number in numbers):
        raise Malformed("points is x,y,x,y,… in image pixels.", points=points[:80])
    values = [float(number) for number in numbers]
    fewest, most = SHAPES[shape]
    if len(values) % 2 or not fewest <= len(values) // 2 <= most or max(map(abs, values)) > _FARTHEST:
        raise Malformed(f"A {shape} has {fewest} to {most} points, two numbers each.", points=points[:80])
    return Region(shape, tuple(zip(values[::2], values[1::2], strict=True)))
