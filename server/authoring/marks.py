"""Marks on images as the viewer draws them: values, and how they travel as JSON."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from server.authoring.planes import MarkPlane, Point, read_plane
from server.dicom.resources import FrameRef, InstanceRef
from server.dicom.uids import is_uid
from server.errors import Malformed

MOST_MARKS = 2_000
MOST_POINTS = 500
LONGEST_TEXT = 1_024
LONGEST_KNOWN = 10_000
"""Millimetres that something on an image can be known to be long."""

POINTS = {
    "length": (2, 2),
    "angle": (3, 3),
    "bidirectional": (4, 4),
    "ellipse": (2, 2),
    "polygon": (3, MOST_POINTS),
    "cobb": (4, 4),
    "arrow": (2, 2),
    "calibration": (2, 2),
}
"""Every kind of mark, with the least and the most points it has."""

_ID = re.compile(r"[0-9A-Za-z._-]{1,64}")
_FARTHEST = 1e6


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark: `ellipse` has two opposite corners of what is around it, `arrow` its words' place and then its tip.

    `calibration` is a line that is `known` mm long, as somebody says: the others on its image count by it.

    `points` are column and row in image pixels from the middle of the first one; those of a mark on a plane through
    a volume are mm to the right and down from the plane's origin, and `frame` is any image of the volume.
    """

    id: str
    kind: str
    frame: FrameRef
    points: tuple[Point, ...]
    text: str
    made: datetime
    plane: MarkPlane | None = None
    known: float = 0.0

    def plain(self) -> dict[str, Any]:
        """The mark as the viewer has it."""
        instance = self.frame.instance
        plane = {"plane": self.plane.plain()} if self.plane else {}
        known = {"known": self.known} if self.known else {}
        return {
            "id": self.id,
            "kind": self.kind,
            "image": {
                "study_uid": instance.study_uid,
                "series_uid": instance.series_uid,
                "instance_uid": instance.instance_uid,
                "frame_number": self.frame.frame_number,
            },
            "points": [{"x": x, "y": y} for x, y in self.points],
            "text": self.text,
            "made": self.made.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **plane,
            **known,
        }


def read_marks(told: object, study_uid: str) -> list[Mark]:
    """The marks of a list from outside; `Malformed` when one of them makes no sense or lies in another study."""
    if not isinstance(told, list) or not 1 <= len(told) <= MOST_MARKS:
        raise Malformed(f"marks is a list of 1 to {MOST_MARKS} marks.")
    marks = [_mark(one) for one in told]
    if any(mark.frame.instance.study_uid != study_uid for mark in marks):
        raise Malformed("Every mark must lie on an image of the study in the address.")
    return marks


def read_frame(told: object) -> FrameRef:
    """The frame that an image reference from outside names."""
    fields = told if isinstance(told, Mapping) else {}
    uids = [fields.get(name) for name in ("study_uid", "series_uid", "instance_uid")]
    number = fields.get("frame_number")
    if not all(isinstance(uid, str) and is_uid(uid) for uid in uids):
        raise Malformed("An image is named by study_uid, series_uid, instance_uid and frame_number.")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number < 2**31:
        raise Malformed("frame_number counts from 1.")
    return FrameRef(InstanceRef(*map(str, uids)), number)


def clean(text: object, longest: int = LONGEST_TEXT) -> str:
    """Words from outside, without control characters; `Malformed` when they are none, or too many."""
    if not isinstance(text, str) or len(text) > longest:
        raise Malformed(f"A text has {longest} characters at most.")
    return "".join(character for character in text if character.isprintable()).strip()


def _mark(told: object) -> Mark:
    fields: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    kind, mark_id = fields.get("kind"), fields.get("id")
    if not isinstance(kind, str) or kind not in POINTS:
        raise Malformed("kind is one of " + ", ".join(POINTS) + ".", kind=str(kind)[:40])
    if not isinstance(mark_id, str) or not _ID.fullmatch(mark_id):
        raise Malformed("The id of a mark is up to 64 letters, digits, dots, dashes and underscores.")
    points = _points(fields.get("points"))
    least, most = POINTS[kind]
    if not least <= len(points) <= most:
        raise Malformed(f"A mark of kind {kind} has {least if least == most else f'{least} to {most}'} points.")
    return Mark(
        mark_id,
        kind,
        read_frame(fields.get("image")),
        points,
        clean(fields.get("text", "")),
        _moment(fields.get("made")),
        read_plane(fields["plane"]) if fields.get("plane") is not None else None,
        _known(fields.get("known")) if kind == "calibration" else 0.0,
    )


def _known(told: object) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 < told <= LONGEST_KNOWN:
        raise Malformed(f"A calibration has a known length above 0 and up to {LONGEST_KNOWN} mm.")
    return float(told)


def _points(told: object) -> tuple[Point, ...]:
    if not isinstance(told, Sequence):
        raise Malformed("points is a list of x and y.")
    points = []
    for point in told[: MOST_POINTS + 1]:
        place = [point.get(name) for name in ("x", "y")] if isinstance(point, Mapping) else []
        numbers = [float(one) for one in place if isinstance(one, int | float) and not isinstance(one, bool)]
        if len(numbers) != 2 or not all(math.isfinite(one) and abs(one) < _FARTHEST for one in numbers):
            raise Malformed("A point is an x and a y, in image pixels or millimetres on a plane.")
        points.append((numbers[0], numbers[1]))
    return tuple(points)


def _moment(told: object) -> datetime:
    try:
        moment = datetime.fromisoformat(told if isinstance(told, str) else "")
    except ValueError as error:
        raise Malformed("made is a time such as 2026-11-21T14:32:00.000Z.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
