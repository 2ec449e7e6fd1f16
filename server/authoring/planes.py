"""Planes through a volume that marks lie on, and how they travel as JSON."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.dicom.uids import is_uid
from server.errors import Malformed

PROJECTIONS = ("average_ip", "maximum_ip", "minimum_ip")
MOST_SLAB = 2000.0
_FARTHEST = 1e5
_SQUARE = 1e-3

Point = tuple[float, float]
Place = tuple[float, float, float]
"""Millimetres to the left, to the back and to the head of the patient (PS3.3 C.7.6.2.1.1)."""


@dataclass(frozen=True, slots=True)
class MarkPlane:
    """A plane, or the slab around it: a place on it and the unit vectors to the right and downwards.

    `slab` is how thick in mm is what `method` projected onto it; 0 is the plane itself.
    """

    origin: Place
    right: Place
    down: Place
    frame_of_reference_uid: str
    slab: float = 0.0
    method: str = "average_ip"

    def place(self, point: Point) -> Place:
        """Where a point of the plane, in mm right and down from its origin, lies in the patient."""
        x, y = point
        a, b, c = (o + x * r + y * d for o, r, d in zip(self.origin, self.right, self.down, strict=True))
        return a, b, c

    def point(self, place: Place) -> Point:
        """The point of the plane that is nearest to a place in the patient."""
        away = [to - start for to, start in zip(place, self.origin, strict=True)]
        return _dot(away, self.right), _dot(away, self.down)

    def plain(self) -> dict[str, Any]:
        """The plane as the viewer has it."""
        return {
            "origin": list(self.origin),
            "right": list(self.right),
            "down": list(self.down),
            "frame_of_reference_uid": self.frame_of_reference_uid,
            "slab": self.slab,
            "method": self.method,
        }


def read_plane(told: object) -> MarkPlane:
    """A plane from outside; `Malformed` when it is none."""
    fields: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    origin, right, down = (_vector(fields.get(name), name) for name in ("origin", "right", "down"))
    uid, slab, method = fields.get("frame_of_reference_uid"), fields.get("slab", 0), fields.get("method", "average_ip")
    if not isinstance(uid, str) or not is_uid(uid):
        raise Malformed("A plane names the frame of reference that it lies in.")
    if not _is_number(slab) or not 0 <= slab <= MOST_SLAB or method not in PROJECTIONS:
        raise Malformed(f"A slab is 0 to {MOST_SLAB:g} mm thick, and its method one of {', '.join(PROJECTIONS)}.")
    return plane_of(origin, right, down, uid, float(slab), method)


def plane_of(origin: Place, right: Place, down: Place, uid: str, slab: float, method: str) -> MarkPlane:
    """The plane of these; `Malformed` when its directions are no unit vectors at right angles."""
    lengths = math.hypot(*right), math.hypot(*down)
    if any(abs(length - 1) > _SQUARE for length in lengths) or abs(_dot(right, down)) > _SQUARE:
        raise Malformed("A plane's right and down are unit vectors at right angles.")
    return MarkPlane(origin, right, down, uid, slab, method)


def _vector(told: object, name: str) -> Place:
    numbers = told if isinstance(told, list | tuple) else []
    if len(numbers) != 3 or not all(_is_number(one) and abs(one) <= _FARTHEST for one in numbers):
        raise Malformed(f"{name} of a plane is three millimetres in the patient.", field=name)
    x, y, z = (float(one) for one in numbers)
    return x, y, z


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _dot(a: Place | list[float], b: Place) -> float:
    return math.fsum(x * y for x, y in zip(a, b, strict=True))
