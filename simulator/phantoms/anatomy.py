"""Painting bodies: a label map over patient coordinates, made of shapes, tubes and layers."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.phantoms.tissues import Tissue

Field = NDArray[np.float32]
Mask = NDArray[np.bool_]
Labels = NDArray[np.uint8]
Point = tuple[float, float, float]
Tissues = tuple[Tissue, ...]


@dataclass(frozen=True)
class Lesion:
    """A sphere whose place (LPS, mm), size and tissue are known."""

    name: str
    centre_mm: Point
    diameter_mm: float
    tissue: Tissue


@dataclass(frozen=True)
class Tube:
    """A straight piece of vessel, airway, bone or screw between two points, its radius changing evenly."""

    start: Point
    end: Point
    start_radius: float
    end_radius: float


class Canvas:
    """A box of labels over x (to the left), y (to the back) and z (to the head), PS3.3 C.7.6.2.1.1, in mm.

    Axes broadcast: a coordinate is an array of shape (1, 1, nx), (1, ny, 1) or (nz, 1, 1), so a formula in x, y
    and z gives a field of the box's own shape, and costs less the fewer axes it needs.
    """

    def __init__(self, x: Field, y: Field, z: Field, labels: Labels | None = None) -> None:
        self.x, self.y, self.z = x.reshape(1, 1, -1), y.reshape(1, -1, 1), z.reshape(-1, 1, 1)
        shape = (self.z.size, self.y.size, self.x.size)
        self.labels = np.zeros(shape, dtype=np.uint8) if labels is None else labels

    def fill(self, where: Mask, tissue: Tissue) -> None:
        """Give `tissue` to every voxel in `where`."""
        np.copyto(self.labels, np.uint8(tissue), where=where)

    def turn(self, where: Mask, before: Tissues, after: Tissue) -> None:
        """Give `after` to those voxels in `where` that were one of `before`."""
        for tissue in before:
            self.fill(where & (self.labels == tissue), after)

    def near(self, low: Point, high: Point) -> "Canvas":
        """Return the part of the canvas between two corners; painting on it paints here. It may be empty."""
        spans = []
        for axis, start, end in zip((self.x, self.y, self.z), low, high, strict=True):
            inside = np.flatnonzero((axis.ravel() >= start) & (axis.ravel() <= end))
            spans.append(slice(int(inside[0]), int(inside[-1]) + 1) if inside.size else slice(0, 0))
        x, y, z = (axis.ravel()[span] for axis, span in zip((self.x, self.y, self.z), spans, strict=True))
        return Canvas(x, y, z, self.labels[spans[2], spans[1], spans[0]])

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to paint on."""
        return self.labels.size == 0

    def radius(self, centre: Point, radii: Point) -> Field:
        """Return the distance from the centre of an ellipsoid in units of its radius: below 1 is inside."""
        squares = (
            ((axis - place) / size) ** 2
            for axis, place, size in zip((self.x, self.y, self.z), centre, radii, strict=True)
        )
        return np.sqrt(sum(squares)).astype(np.float32)

    def ellipsoid(self, centre: Point, radii: Point, tissue: Tissue) -> None:
        """Paint an ellipsoid."""
        low, high = _around([centre], radii)
        part = self.near(low, high)
        if not part.is_empty:
            part.fill(part.radius(centre, radii) < 1, tissue)

    def tubes(self, tubes: Iterable[Tube], tissue: Tissue, *, thicker: float = 0, within: Tissues = ()) -> None:
        """Paint tubes `thicker` mm more than their radius; `within` spares every tissue but those named."""
        if self.is_empty:
            return
        bottom, top = float(self.z.min()), float(self.z.max())
        for tube in tubes:
            most = max(tube.start_radius, tube.end_radius) + thicker
            # A tree has a thousand tubes and a slice meets few of them: the rest must cost next to nothing.
            if min(tube.start[2], tube.end[2]) - most > top or max(tube.start[2], tube.end[2]) + most < bottom:
                continue
            part = self.near(*_around([tube.start, tube.end], (most, most, most)))
            if part.is_empty:
                continue
            inside = part.depth_in(tube) > -thicker
            if within:
                part.turn(inside, within, tissue)
            else:
                part.fill(inside, tissue)

    def depth_in(self, tube: Tube) -> Field:
        """Return how many mm inside the surface of a tube with round ends each voxel lies."""
        axis = [end - start for start, end in zip(tube.start, tube.end, strict=True)]
        length = sum(part * part for part in axis) or 1e-6
        dx, dy, dz = self.x - tube.start[0], self.y - tube.start[1], self.z - tube.start[2]
        along = np.clip((dx * axis[0] + dy * axis[1] + dz * axis[2]) / length, 0, 1)
        off = (dx - along * axis[0]) ** 2 + (dy - along * axis[1]) ** 2 + (dz - along * axis[2]) ** 2
        radius = tube.start_radius + along * (tube.end_radius - tube.start_radius)
        return np.asarray(radius - np.sqrt(off), dtype=np.float32)


class Body(Protocol):
    """A painted anatomy: what it covers, how to paint it, and what is known to be in it."""

    def __hash__(self) -> int:
        """A body is itself: two painted alike are two."""

    @property
    def body_part(self) -> str:
        """The BodyPartExamined defined term, PS3.16 Annex L."""

    @property
    def laterality(self) -> str:
        """ "R" or "L" for one of a pair, otherwise empty."""

    @property
    def low(self) -> Point:
        """The right, front, lower corner of what is painted, LPS mm."""

    @property
    def high(self) -> Point:
        """The left, back, upper corner."""

    @property
    def lesions(self) -> tuple[Lesion, ...]:
        """The truth: every lesion in the body."""

    def paint(self, canvas: Canvas) -> None:
        """Paint the body where the canvas is."""


def label_map(body: Body, x: Field, y: Field, z: Field) -> Labels:
    """Return the tissue labels of `body` as (z, y, x) on the grid that three axes in LPS mm span."""
    canvas = Canvas(x.astype(np.float32), y.astype(np.float32), z.astype(np.float32))
    body.paint(canvas)
    return canvas.labels


def chain(points: Iterable[Point], radii: Iterable[float]) -> list[Tube]:
    """Return tubes that join `points` one after the other."""
    stops = list(zip(points, radii, strict=True))
    return [Tube(a[0], b[0], a[1], b[1]) for a, b in pairwise(stops)]


def mirrored(tubes: Iterable[Tube]) -> list[Tube]:
    """Return the same tubes on the other side of the body."""
    return [Tube((-t.start[0], *t.start[1:]), (-t.end[0], *t.end[1:]), t.start_radius, t.end_radius) for t in tubes]


def profile(along: Field, *stops: tuple[float, float]) -> Field:
    """Return a value that runs evenly from stop to stop, each a (place, value), the places rising."""
    places, values = zip(*stops, strict=True)
    return np.asarray(np.interp(along, places, values), dtype=np.float32)


def _around(points: list[Point], margin: Point) -> tuple[Point, Point]:
    columns = list(zip(*points, strict=True))
    low = tuple(min(column) - more for column, more in zip(columns, margin, strict=True))
    high = tuple(max(column) + more for column, more in zip(columns, margin, strict=True))
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])
