"""Which mark a shape of a report is: by the tool that drew it, by what was measured, or by the shape alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from server.authoring import codes
from server.authoring.content_tree import Item, is_about
from server.authoring.marks import MOST_POINTS
from server.authoring.planes import Point
from server.dicom.resources import FrameRef

_STEPS = 72


@dataclass(frozen=True, slots=True)
class Shape:
    """Coordinates on an image or a plane, with the number that was inferred from them (None: they are the group's)."""

    of: Item | None
    kind: str
    points: tuple[Point, ...]
    frame: FrameRef


def drawn(kind: str, shapes: Sequence[Shape]) -> tuple[str, tuple[Point, ...]] | None:
    """The kind of mark and its points, by the tool that drew it, else by what was measured, else by the shape alone."""
    by_concept = {
        concept: shape.points
        for concept in (codes.LONG_AXIS, codes.SHORT_AXIS, codes.ANGLE, codes.COBB_ANGLE)
        for shape in shapes
        if shape.of is not None and is_about(shape.of, concept)
    }
    first = shapes[0]
    if codes.LONG_AXIS in by_concept and codes.SHORT_AXIS in by_concept:
        ends = by_concept[codes.LONG_AXIS][:2] + by_concept[codes.SHORT_AXIS][:2]
        return ("bidirectional", ends) if len(ends) == 4 else None
    if first.kind in {"ELLIPSE", "CIRCLE"}:
        return _round(first)
    if first.kind != "POLYLINE" or len(first.points) < 2:
        return None
    if codes.COBB_ANGLE in by_concept or kind == "cobb":
        return ("cobb", first.points) if len(first.points) == 4 else None
    if codes.ANGLE in by_concept or kind == "angle":
        legs = first.points
        return ("angle", (legs[0], legs[1], legs[-1])) if len(legs) in {3, 4} else None
    if kind == "arrow" or (len(first.points) == 2 and first.of is None):
        return "arrow", (first.points[1], first.points[0])
    if len(first.points) == 2:
        return "calibration" if kind == "calibration" else "length", first.points
    corners = first.points[:-1] if near(first.points[0], first.points[-1]) else first.points
    closed = len(corners) < len(first.points) or kind == "polygon"
    return ("polygon", corners[:MOST_POINTS]) if closed and len(corners) >= 3 else None


def _round(shape: Shape) -> tuple[str, tuple[Point, ...]] | None:
    """An ellipse that lies straight as the corners around it; one that lies askew as a polygon."""
    if shape.kind == "CIRCLE":
        if len(shape.points) != 2:
            return None
        (x, y), end = shape.points
        radius = math.dist((x, y), end)
        return "ellipse", ((x - radius, y - radius), (x + radius, y + radius))
    if len(shape.points) != 4:
        return None
    a, b, c, d = shape.points
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    major, minor = (((end[0] - start[0]) / 2, (end[1] - start[1]) / 2) for start, end in ((a, b), (c, d)))
    if min(abs(major[0]), abs(major[1])) < 1e-2 and min(abs(minor[0]), abs(minor[1])) < 1e-2:
        across, down = abs(major[0]) + abs(minor[0]), abs(major[1]) + abs(minor[1])
        return "ellipse", ((middle[0] - across, middle[1] - down), (middle[0] + across, middle[1] + down))
    turns = [math.tau * step / _STEPS for step in range(_STEPS)]
    rim = [
        (
            middle[0] + math.cos(turn) * major[0] + math.sin(turn) * minor[0],
            middle[1] + math.cos(turn) * major[1] + math.sin(turn) * minor[1],
        )
        for turn in turns
    ]
    return "polygon", tuple(rim)


def near(a: Point, b: Point) -> bool:
    return math.dist(a, b) < 0.25
