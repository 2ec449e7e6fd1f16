"""Coordinates in a frame of reference (SCOORD3D, PS3.3 C.18.9) as points on the plane they were measured on."""

import math
from collections.abc import Iterator, Sequence

from server.authoring import codes
from server.authoring.content_tree import Item, coded, is_about, items, numbers, text
from server.authoring.planes import MOST_SLAB, MarkPlane, Place
from server.authoring.shapes import Shape
from server.dicom.resources import FrameRef
from server.dicom.uids import is_uid

_MOST_NUMBERS = 30_000
_OFF = 0.05
"""Millimetres that a point may lie off the plane: no more than 32 bits and a long way round make."""

_KINDS = {"POLYGON": "POLYLINE"}  # closed either way
_BODY: tuple[Place, ...] = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


def in_space(children: Sequence[Item], frame: FrameRef) -> tuple[list[Shape], MarkPlane | None]:
    """The shapes of a group on their plane, those of numbers first, and that plane; none when they lie on several."""
    found = list(_coordinates(children))
    plane = _told_plane(children) or _plane_through(found)
    if plane is None:
        return [], None
    shapes = []
    for of, kind, places, uid in found:
        points = tuple(plane.point(place) for place in places)
        off = max(math.dist(plane.place(point), place) for point, place in zip(points, places, strict=True))
        if off > _OFF or uid != plane.frame_of_reference_uid:
            return [], None
        shapes.append(Shape(of, _KINDS.get(kind, kind), points, frame))
    return shapes, plane


def _coordinates(children: Sequence[Item]) -> Iterator[tuple[Item | None, str, list[Place], str]]:
    """What it was measured for, its kind, its places and their frame of reference."""
    of_numbers = [(one, part) for one in children for part in items(one, "ContentSequence")]
    for of, item in [*of_numbers, *((None, child) for child in children)]:
        places, uid = _places(item), text(item, "ReferencedFrameOfReferenceUID")
        if places and is_uid(uid) and not is_about(item, codes.PLANE):
            yield of, text(item, "GraphicType"), places, uid


def _places(item: Item) -> list[Place]:
    data = numbers(item, "GraphicData") if text(item, "ValueType") == "SCOORD3D" else []
    if len(data) % 3 or len(data) > _MOST_NUMBERS:
        return []
    return list(zip(data[::3], data[1::3], data[2::3], strict=True))


def _told_plane(children: Sequence[Item]) -> MarkPlane | None:
    """The plane that a report of ours names."""
    named = next((child for child in children if is_about(child, codes.PLANE)), None)
    places = _places(named) if named else []
    if named is None or len(places) != 3:
        return None
    told = next((child for child in children if is_about(child, codes.SLAB_THICKNESS)), {})
    thick = [one for measured in items(told, "MeasuredValueSequence") for one in numbers(measured, "NumericValue")]
    methods = (child for child in children if is_about(child, codes.MEASUREMENT_METHOD))
    ways = [code for child in methods for code in coded(child, "CodeValue")]
    method = next((name for name, code in codes.PROJECTIONS.items() if code.value in ways), "average_ip")
    slab = thick[0] if thick and 0 < thick[0] <= MOST_SLAB else 0.0
    return _through(places[0], places[1], places[2], text(named, "ReferencedFrameOfReferenceUID"), slab, method)


def _plane_through(found: Sequence[tuple[Item | None, str, list[Place], str]]) -> MarkPlane | None:
    """The plane through all places; of those that lie in a line, the one nearest to a plane of the body."""
    places = [place for _, _, some, _ in found for place in some]
    if not places:
        return None
    start, uid = places[0], found[0][3]
    right = max((_minus(place, start) for place in places), key=lambda way: math.hypot(*way))
    across = max((_minus(place, start) for place in places), key=lambda way: math.hypot(*_cross(right, way)))
    if math.hypot(*_cross(right, across)) < _OFF * math.hypot(*right):
        normal = min(_BODY, key=lambda axis: abs(_dot(axis, right)))
        across = _cross(normal, right)
    return _through(start, _plus(start, right), _plus(start, across), uid, 0.0, "average_ip")


def _through(origin: Place, right: Place, below: Place, uid: str, slab: float, method: str) -> MarkPlane | None:
    """The plane of three places; None when they lie in a line."""
    across, down = _unit(_minus(right, origin)), _minus(below, origin)
    along = _dot(across, down)
    x, y, z = (part - along * step for part, step in zip(down, across, strict=True))
    down = _unit((x, y, z))
    if not is_uid(uid) or math.hypot(*across) == 0 or math.hypot(*down) == 0:
        return None
    return MarkPlane(origin, across, down, uid, slab, method)


def _unit(way: Place) -> Place:
    length = math.hypot(*way)
    return (way[0] / length, way[1] / length, way[2] / length) if length > 1e-6 else (0.0, 0.0, 0.0)


def _minus(a: Place, b: Place) -> Place:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _plus(a: Place, b: Place) -> Place:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def _cross(a: Place, b: Place) -> Place:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot(a: Place, b: Place) -> float:
    return math.fsum(x * y for x, y in zip(a, b, strict=True))
