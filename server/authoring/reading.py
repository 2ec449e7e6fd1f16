"""Marks out of a measurement report (TID 1500), ours or another's: whatever of it the viewer can draw and change.

Nothing of a report is believed. A group without coordinates on an image of the report's own study, or of a shape that
no mark has, is left out with the reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server.authoring import codes
from server.authoring.content_tree import Item, about, coded, is_about, items, numbers, series_of_instances, text
from server.authoring.in_space import in_space
from server.authoring.marks import LONGEST_KNOWN, LONGEST_TEXT, MOST_MARKS, Mark
from server.authoring.measurement_report import CALIBRATION, TOOLS, mark_id
from server.authoring.shapes import Shape, drawn
from server.dicom.resources import FrameRef, InstanceRef
from server.dicom.uids import is_uid

_KINDS = {tool: kind for kind, tool in TOOLS.items()} | {
    "RectangleROI": "polygon",
    "SplineROI": "polygon",
    CALIBRATION.rpartition(":")[2]: "calibration",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """The marks of a report, and for each group that is none the reason."""

    marks: tuple[Mark, ...]
    left_out: tuple[str, ...]


def is_measurement_report(header: Item) -> bool:
    """Whether a document is one that marks may be in."""
    return is_about(header, codes.IMAGING_MEASUREMENT_REPORT)


def read_measurement_report(header: Item) -> Opened:
    """The marks of the report with this header."""
    study_uid = text(header, "StudyInstanceUID")
    places = dict(series_of_instances(header))
    marks: list[Mark] = []
    left_out: list[str] = []
    written = _moment(text(header, "ContentDate") + text(header, "ContentTime") + text(header, "TimezoneOffsetFromUTC"))
    for group in _groups(header, 8):
        if len(marks) >= MOST_MARKS:
            left_out.append(f"The report has more than {MOST_MARKS} measurements.")
            break
        found = _mark(group, places, study_uid, written)
        if isinstance(found, Mark):
            marks.append(found)
        else:
            left_out.append(found)
    return Opened(tuple(marks), tuple(left_out))


def _groups(item: Item, depth: int) -> Iterator[Item]:
    for child in items(item, "ContentSequence"):
        if is_about(child, codes.MEASUREMENT_GROUP):
            yield child
        elif depth:
            yield from _groups(child, depth - 1)


def _mark(group: Item, places: Mapping[str, str], study_uid: str, written: datetime | None) -> Mark | str:
    children = items(group, "ContentSequence")
    shapes, plane = list(_shapes(children, places, study_uid)), None
    if not shapes:
        source = _source(children, places, study_uid)
        shapes, plane = in_space(children, source) if source else ([], None)
    if not shapes:
        return "A measurement has no coordinates on an image of this study, or on a plane through its images."
    tool = about(children, codes.TRACKING_IDENTIFIER).rpartition(":")[2]
    tracking = about(children, codes.TRACKING_UNIQUE_IDENTIFIER, "UID")
    found = drawn(_KINDS.get(tool, ""), shapes)
    if found is None:
        return f"A measurement is of a shape that cannot be drawn here: {shapes[0].kind or 'none'}."
    kind, points = found
    lengths = [
        one
        for child in children
        for told in items(child, "MeasuredValueSequence")
        for one in numbers(told, "NumericValue")
    ]
    long = lengths[0] if kind == "calibration" and lengths else 0.0
    if kind == "calibration" and not 0 < long <= LONGEST_KNOWN:
        return "A calibration does not say how long its line is."
    # who observed when is told for the whole document where a group does not say (PS3.3 C.17.3)
    made = _moment(text(group, "ObservationDateTime")) or written or datetime.fromtimestamp(0, UTC)
    known = mark_id(tracking) if is_uid(tracking) else ""
    return Mark(known, kind, shapes[0].frame, points, _words(children)[:LONGEST_TEXT], made, plane, long)


def _words(children: Sequence[Item]) -> str:
    """What is said of a mark: its Comment, else its Finding, where other viewers put what a person has typed."""
    findings = (code for child in children if is_about(child, codes.FINDING) for code in coded(child))
    return about(children, codes.COMMENT) or next(findings, "")


def _shapes(children: Sequence[Item], places: Mapping[str, str], study_uid: str) -> Iterator[Shape]:
    """Coordinates under numbers before those of the group itself, which tell less."""
    measured = [child for child in children if text(child, "ValueType") == "NUM"]
    for number in measured:
        yield from _coordinates(number, items(number, "ContentSequence"), places, study_uid)
    yield from _coordinates(None, children, places, study_uid)


def _coordinates(
    of: Item | None, children: Sequence[Item], places: Mapping[str, str], study_uid: str
) -> Iterator[Shape]:
    for child in children:
        if text(child, "ValueType") != "SCOORD":
            continue
        offsets = numbers(child, "GraphicData")
        frame = _frame(items(child, "ContentSequence"), places, study_uid)
        if frame is None or len(offsets) < 2 or len(offsets) % 2 or len(offsets) > 20_000:
            continue
        # PS3.3 C.18.6.1.1: from the corner of the first pixel; a mark counts from its middle
        points = tuple((x - 0.5, y - 0.5) for x, y in zip(offsets[::2], offsets[1::2], strict=True))
        yield Shape(of, text(child, "GraphicType"), points, frame)


def _frame(among: Sequence[Item], places: Mapping[str, str], study_uid: str) -> FrameRef | None:
    """The first image among these items."""
    for image in among:
        for referred in items(image, "ReferencedSOPSequence"):
            uid = text(referred, "ReferencedSOPInstanceUID")
            if uid in places:
                [number, *_] = [*numbers(referred, "ReferencedFrameNumber"), 1.0]
                return FrameRef(InstanceRef(study_uid, places[uid], uid), max(1, min(int(number), 2**31 - 1)))
    return None


def _source(children: Sequence[Item], places: Mapping[str, str], study_uid: str) -> FrameRef | None:
    """The image that coordinates in space say they come from, else any that the report is about."""
    numbers_of = [one for child in children for one in items(child, "ContentSequence")]
    told = _frame([*children, *numbers_of], places, study_uid)
    uid, series_uid = next(iter(places.items()), ("", ""))
    return told or (FrameRef(InstanceRef(study_uid, series_uid, uid), 1) if uid else None)


def _moment(told: str) -> datetime | None:
    """A DT in UTC; None when it is none."""
    for form in ("%Y%m%d%H%M%S.%f%z", "%Y%m%d%H%M%S%z", "%Y%m%d%H%M%S.%f", "%Y%m%d%H%M%S"):
        try:
            moment = datetime.strptime(told, form)  # noqa: DTZ007 - where no offset is told, it is UTC here
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
