"""Marks out of a measurement report (TID 1500), ours or another's: whatever of it the viewer can draw and change.

Nothing of a report is believed. A group without coordinates on an image of the report's own study, or of a shape that
no mark has, is left out with the reason.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from server.authoring import codes
from server.authoring.codes import Code
from server.authoring.marks import LONGEST_TEXT, MOST_MARKS, MOST_POINTS, Mark, Point
from server.authoring.measurement_report import TOOLS, mark_id
from server.dicom.attributes import tag
from server.dicom.resources import FrameRef, InstanceRef
from server.dicom.uids import is_uid

Item = Mapping[str, Any]

_KINDS = {tool: kind for kind, tool in TOOLS.items()} | {"RectangleROI": "polygon", "SplineROI": "polygon"}
# the codes of SNOMED RT that reports had before PS3.16 changed to SNOMED CT
_BEFORE = {codes.LONG_AXIS: "G-A185", codes.SHORT_AXIS: "G-A186", codes.LENGTH: "G-D7FE"}
_STEPS = 72


@dataclass(frozen=True, slots=True)
class Opened:
    """The marks of a report, and for each group that is none the reason."""

    marks: tuple[Mark, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    """Coordinates on an image, and the concept of the number that was inferred from them (None: of the group)."""

    of: Item | None
    kind: str
    points: tuple[Point, ...]
    frame: FrameRef


def is_measurement_report(header: Item) -> bool:
    """Whether a document is one that marks may be in."""
    return _is(header, codes.IMAGING_MEASUREMENT_REPORT)


def read_measurement_report(header: Item) -> Opened:
    """The marks of the report with this header."""
    study_uid = _text(header, "StudyInstanceUID")
    places = dict(_places(header))
    marks: list[Mark] = []
    left_out: list[str] = []
    for group in _groups(header, 8):
        if len(marks) >= MOST_MARKS:
            left_out.append(f"The report has more than {MOST_MARKS} measurements.")
            break
        found = _mark(group, places, study_uid)
        if isinstance(found, Mark):
            marks.append(found)
        else:
            left_out.append(found)
    return Opened(tuple(marks), tuple(left_out))


def _groups(item: Item, depth: int) -> Iterator[Item]:
    for child in _items(item, "ContentSequence"):
        if _is(child, codes.MEASUREMENT_GROUP):
            yield child
        elif depth:
            yield from _groups(child, depth - 1)


def _mark(group: Item, places: Mapping[str, str], study_uid: str) -> Mark | str:
    children = _items(group, "ContentSequence")
    shapes = list(_shapes(children, places, study_uid))
    if not shapes:
        return "A measurement has no coordinates on an image of this study."
    words = {concept: _about(children, concept) for concept in (codes.COMMENT, codes.TRACKING_IDENTIFIER)}
    tool = words[codes.TRACKING_IDENTIFIER].rpartition(":")[2]
    tracking = _about(children, codes.TRACKING_UNIQUE_IDENTIFIER, "UID")
    drawn = _drawn(_KINDS.get(tool, ""), shapes)
    if drawn is None:
        return f"A measurement is of a shape that cannot be drawn here: {shapes[0].kind or 'none'}."
    kind, points = drawn
    text = words[codes.COMMENT][:LONGEST_TEXT]
    made = _moment(_text(group, "ObservationDateTime"))
    return Mark(mark_id(tracking) if is_uid(tracking) else "", kind, shapes[0].frame, points, text, made)


def _drawn(kind: str, shapes: Sequence[_Shape]) -> tuple[str, tuple[Point, ...]] | None:
    """The kind of mark and its points, by the tool that drew it, else by what was measured, else by the shape alone."""
    by_concept = {
        concept: shape.points
        for concept in (codes.LONG_AXIS, codes.SHORT_AXIS, codes.ANGLE, codes.COBB_ANGLE)
        for shape in shapes
        if shape.of is not None and _is(shape.of, concept)
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
        return "length", first.points
    corners = first.points[:-1] if _near(first.points[0], first.points[-1]) else first.points
    closed = len(corners) < len(first.points) or kind == "polygon"
    return ("polygon", corners[:MOST_POINTS]) if closed and len(corners) >= 3 else None


def _round(shape: _Shape) -> tuple[str, tuple[Point, ...]] | None:
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


def _shapes(children: Sequence[Item], places: Mapping[str, str], study_uid: str) -> Iterator[_Shape]:
    """Coordinates under numbers before those of the group itself, which tell less."""
    numbers = [child for child in children if _text(child, "ValueType") == "NUM"]
    for number in numbers:
        yield from _coordinates(number, _items(number, "ContentSequence"), places, study_uid)
    yield from _coordinates(None, children, places, study_uid)


def _coordinates(
    of: Item | None, children: Sequence[Item], places: Mapping[str, str], study_uid: str
) -> Iterator[_Shape]:
    for child in children:
        if _text(child, "ValueType") != "SCOORD":
            continue
        offsets = _numbers(child, "GraphicData")
        frame = _frame(child, places, study_uid)
        if frame is None or len(offsets) < 2 or len(offsets) % 2 or len(offsets) > 20_000:
            continue
        # PS3.3 C.18.6.1.1: from the corner of the first pixel; a mark counts from its middle
        points = tuple((x - 0.5, y - 0.5) for x, y in zip(offsets[::2], offsets[1::2], strict=True))
        yield _Shape(of, _text(child, "GraphicType"), points, frame)


def _frame(coordinates: Item, places: Mapping[str, str], study_uid: str) -> FrameRef | None:
    for image in _items(coordinates, "ContentSequence"):
        for referred in _items(image, "ReferencedSOPSequence"):
            uid = _text(referred, "ReferencedSOPInstanceUID")
            if uid in places:
                [number, *_] = [*_numbers(referred, "ReferencedFrameNumber"), 1.0]
                return FrameRef(InstanceRef(study_uid, places[uid], uid), max(1, min(int(number), 2**31 - 1)))
    return None


def _places(header: Item) -> Iterator[tuple[str, str]]:
    """The series of every instance of the study that the report is about."""
    for study in _items(header, "CurrentRequestedProcedureEvidenceSequence"):
        if _text(study, "StudyInstanceUID") != _text(header, "StudyInstanceUID"):
            continue
        for series in _items(study, "ReferencedSeriesSequence"):
            for one in _items(series, "ReferencedSOPSequence"):
                uids = _text(one, "ReferencedSOPInstanceUID"), _text(series, "SeriesInstanceUID")
                if all(map(is_uid, uids)):
                    yield uids


def _about(children: Sequence[Item], concept: Code, keyword: str = "TextValue") -> str:
    return next((_text(child, keyword) for child in children if _is(child, concept)), "")


def _is(item: Item, concept: Code) -> bool:
    told = [_text(name, "CodeValue") for name in _items(item, "ConceptNameCodeSequence")[:1]]
    return told in ([concept.value], [_BEFORE.get(concept)])


def _items(item: Item, keyword: str) -> Sequence[Item]:
    element = item.get(tag(keyword)) or {}
    found = element.get("Value", []) if element.get("vr") == "SQ" else []
    return [one for one in found if isinstance(one, Mapping)]


def _text(item: Item, keyword: str) -> str:
    found = (item.get(tag(keyword)) or {}).get("Value", [])
    return str(found[0]).strip() if found and found[0] is not None else ""


def _numbers(item: Item, keyword: str) -> list[float]:
    found = (item.get(tag(keyword)) or {}).get("Value", [])
    try:
        numbers = [float(one) for one in found]
    except (TypeError, ValueError):
        return []
    return numbers if all(math.isfinite(one) and abs(one) < 1e6 for one in numbers) else []


def _near(a: Point, b: Point) -> bool:
    return math.dist(a, b) < 0.25


def _moment(told: str) -> datetime:
    """A DT in UTC; the beginning of time when it is none."""
    for form in ("%Y%m%d%H%M%S.%f%z", "%Y%m%d%H%M%S%z", "%Y%m%d%H%M%S.%f", "%Y%m%d%H%M%S"):
        try:
            moment = datetime.strptime(told, form)  # noqa: DTZ007 - where no offset is told, it is UTC here
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.fromtimestamp(0, UTC)
