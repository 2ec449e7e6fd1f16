"""Painting bodies: a label map over patient coordinates, made of shapes, tubes and layers."""

from collections.abc import Iterable, Iterator
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
Rows = NDArray[np.float32]
Indices = NDArray[np.int64]
_SMALL = 2000  # voxels, below which looking at a tube alone costs more than its voxels
_AT_ONCE = 100_000  # voxels, below which painting costs the same however few there are


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


def as_rows(tubes: Iterable[Tube]) -> Rows:
    """Return a row for each tube: x, y, z of its start, of its end, and the radius at both."""
    rows = [(*tube.start, *tube.end, tube.start_radius, tube.end_radius) for tube in tubes]
    return np.array(rows, dtype=np.float32).reshape(-1, 8)


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
        spans = [
            slice(*(int(place) for place in _span(axis.ravel(), start, end)))
            for axis, start, end in zip((self.x, self.y, self.z), low, high, strict=True)
        ]
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
        # A tree has a thousand tubes and a slice meets few of them: the rest must cost next to nothing.
        rows = as_rows(tubes)
        starts, counts = self._boxes(rows, thicker)
        sizes = counts.prod(axis=1)
        many = (sizes > 0) & (sizes <= _SMALL)
        if many.any():
            self._fill_small(rows[many], starts[many], counts[many], tissue, thicker, within)
        for row, start, count in zip(rows[sizes > _SMALL], starts[sizes > _SMALL], counts[sizes > _SMALL], strict=True):
            x, y, z = (slice(int(first), int(first + number)) for first, number in zip(start, count, strict=True))
            part = Canvas(self.x[..., x], self.y[:, y], self.z[z], self.labels[z, y, x])
            inside = _depth(row, part.x, part.y, part.z) > -thicker
            if within:
                part.turn(inside, within, tissue)
            else:
                part.fill(inside, tissue)

    def _boxes(self, rows: Rows, thicker: float) -> tuple[Indices, Indices]:
        """Return where the box around each tube begins, and how many voxels it has, along x, y and z."""
        most = rows[:, 6:].max(axis=1) + thicker
        starts, counts = np.empty((len(rows), 3), dtype=np.int64), np.empty((len(rows), 3), dtype=np.int64)
        for place, axis in enumerate((self.x, self.y, self.z)):
            ends = rows[:, place], rows[:, place + 3]
            first, last = _span(axis.ravel(), np.minimum(*ends) - most, np.maximum(*ends) + most)
            starts[:, place], counts[:, place] = first, np.maximum(last - first, 0)
        return starts, counts

    def _fill_small(
        self, rows: Rows, starts: Indices, counts: Indices, tissue: Tissue, thicker: float, within: Tissues
    ) -> None:
        """Paint tubes of few voxels all at once: one list of the voxels of all their boxes."""
        sizes = counts.prod(axis=1)
        which = np.repeat(np.arange(len(rows)), sizes)
        place = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        wide, deep = counts[which, 0], counts[which, 1]
        x = place % wide + starts[which, 0]
        y = place // wide % deep + starts[which, 1]
        z = place // (wide * deep) + starts[which, 2]
        inside = _depth(rows[which].T, self.x.ravel()[x], self.y.ravel()[y], self.z.ravel()[z]) > -thicker
        x, y, z = x[inside], y[inside], z[inside]
        if within:
            spared = ~np.isin(self.labels[z, y, x], within)
            x, y, z = x[~spared], y[~spared], z[~spared]
        self.labels[z, y, x] = tissue

    def depth_in(self, tube: Tube) -> Field:
        """Return how many mm inside the surface of a tube with round ends each voxel lies."""
        return _depth(as_rows([tube])[0], self.x, self.y, self.z)


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


def slices_at_once(x: Field, y: Field) -> int:
    """Return how many slices of that size are painted together."""
    return max(1, _AT_ONCE // (len(x) * len(y)))


def label_slices(body: Body, x: Field, y: Field, z: Field) -> Iterator[Labels]:
    """Yield the labels (rows x columns) at each height of `z`, small slices painted several at a time."""
    together = slices_at_once(x, y)
    for first in range(0, len(z), together):
        yield from label_map(body, x, y, z[first : first + together])


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


def _depth(tube: Rows, x: Field, y: Field, z: Field) -> Field:
    """Return how many mm inside a tube's surface points lie; `tube` is its row, or a column for each point."""
    x0, y0, z0, x1, y1, z1, r0, r1 = tube
    ax, ay, az = x1 - x0, y1 - y0, z1 - z0
    length = np.maximum(ax * ax + ay * ay + az * az, np.float32(1e-6))
    dx, dy, dz = x - x0, y - y0, z - z0
    along = np.clip((dx * ax + dy * ay + dz * az) / length, 0, 1)
    off = (dx - along * ax) ** 2 + (dy - along * ay) ** 2 + (dz - along * az) ** 2
    return np.asarray(r0 + along * (r1 - r0) - np.sqrt(off), dtype=np.float32)


def _span(axis: Field, low: float | Field, high: float | Field) -> tuple[Indices, Indices]:
    """Return from which place on an axis, and up to before which, lies what is between `low` and `high`."""
    if len(axis) > 1 and axis[0] > axis[-1]:
        first, last = _span(axis[::-1], low, high)
        return len(axis) - last, len(axis) - first
    return np.asarray(axis.searchsorted(low, "left")), np.asarray(axis.searchsorted(high, "right"))


def _around(points: list[Point], margin: Point) -> tuple[Point, Point]:
    columns = list(zip(*points, strict=True))
    low = tuple(min(column) - more for column, more in zip(columns, margin, strict=True))
    high = tuple(max(column) + more for column, more in zip(columns, margin, strict=True))
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])
