"""Marks as an imaging measurement report: TID 1500 in a Comprehensive SR (PS3.16 A, PS3.3 A.35.3, A.35.13).

Every mark is one Measurement Group (TID 1501), known by its Tracking Unique Identifier however often it is saved; each
number is inferred from the coordinates it was measured between (TID 300, 320). A closed region is told once more as
the group's Image Region, where readers of TID 1410 look. The tracking identifiers are those by which OHIF knows which
of its tools a mark can be edited with.

Marks on planes through a volume are told by places in its frame of reference, which takes a Comprehensive 3D SR. Their
group also says which plane that was, how thick a slab lay behind it and how that was projected, and names an image of
the volume.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from server.authoring import codes, content, document
from server.authoring.codes import Code
from server.authoring.document import Authorship, Image
from server.authoring.elements import data_set
from server.authoring.marks import Mark
from server.authoring.measures import Measured, Scale
from server.authoring.planes import MarkPlane, Point
from server.dicom.dicomjson import value
from server.dicom.dictionary import Attributes
from server.dicom.uids import is_uid

COMPREHENSIVE_SR = "1.2.840.10008.5.1.4.1.1.88.33"
COMPREHENSIVE_3D_SR = "1.2.840.10008.5.1.4.1.1.88.34"
SERIES_NUMBER = 9001
TOOLS = {
    "length": "Length",
    "angle": "Angle",
    "bidirectional": "Bidirectional",
    "ellipse": "EllipticalROI",
    "polygon": "PlanarFreehandROI",
    "cobb": "CobbAngle",
    "arrow": "ArrowAnnotate",
}
"""Each kind of mark, and the tool of OHIF that draws the same."""

CALIBRATION = "Lightbox:Calibration"
"""The tracking identifier of lines of known length, which no tool of OHIF draws as such."""

_TAG = "Cornerstone3DTools@^0.1.0"
_AWAY = 100.0
"""Millimetres to the places that say which plane it is: far enough that 32 bits tell its directions well."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A mark with all that it measures on its image."""

    mark: Mark
    image: Image
    scale: Scale
    measured: Sequence[Measured]


def measurement_report(
    measurements: Sequence[Measurement], by: Authorship, predecessor: Image | None = None
) -> Attributes:
    """The report; `predecessor` is the one whose marks these were before they were changed."""
    images = {one.image.ref: one.image for one in measurements}
    study = document.of_study(next(iter(images.values())).header)
    before = {"PredecessorDocumentsSequence": document.evidence([predecessor])} if predecessor else {}
    head = document.report(
        study,
        by,
        COMPREHENSIVE_3D_SR if any(one.mark.plane for one in measurements) else COMPREHENSIVE_SR,
        # nobody has verified it, and more may be measured
        CompletionFlag="PARTIAL",
        VerificationFlag="UNVERIFIED",
        PerformedProcedureCodeSequence=[],
        CurrentRequestedProcedureEvidenceSequence=document.evidence(images.values()),
        ValueType="CONTAINER",
        ConceptNameCodeSequence=[codes.IMAGING_MEASUREMENT_REPORT.item],
        ContinuityOfContent="SEPARATE",
        ContentTemplateSequence=[data_set(MappingResource="DCMR", TemplateIdentifier="1500")],
        ContentSequence=[
            content.code(content.HAS_CONCEPT_MOD, codes.LANGUAGE, codes.ENGLISH),
            *document.observer(by),
            content.code(content.HAS_CONCEPT_MOD, codes.PROCEDURE_REPORTED, codes.IMAGING_PROCEDURE),
            content.container(content.CONTAINS, codes.IMAGING_MEASUREMENTS, [_group(one) for one in measurements]),
        ],
        **before,
    )
    series = document.in_series(study, by, "SR", SERIES_NUMBER, "Measurements")
    return dict(sorted((study | series | head).items()))


def tracking_uid(mark_id: str) -> str:
    """The UID under which a mark is known everywhere: its id where that is one, or the UUID it is (PS3.5 B.2)."""
    if is_uid(mark_id):
        return mark_id
    try:
        return document.uid_of(uuid.UUID(mark_id))
    except ValueError:
        return document.uid_of(uuid.uuid5(uuid.NAMESPACE_OID, mark_id))


def mark_id(tracking: str) -> str:
    """The id of a mark that is known under a UID: the inverse of `tracking_uid` for UUIDs and UIDs."""
    root, _, number = tracking.rpartition(".")
    if root == "2.25" and int(number) < 2**128:
        made = uuid.UUID(int=int(number))
        # only of those that such a UUID was written as may it be one
        return str(made) if made.version == 4 else tracking
    return tracking


def graphic(mark: Mark, points: Sequence[Point], scale: Scale) -> tuple[str, list[Point]]:
    """The Graphic Type and points by which the standard draws a mark, or that part of it (PS3.3 C.18.6.1.1)."""
    if mark.kind == "ellipse":
        return "ELLIPSE", axes(mark.points, scale)
    if mark.kind == "polygon":
        return "POLYLINE", [*points, points[0]]
    if mark.kind == "arrow":
        return "POLYLINE", [*reversed(points)]  # from its tip, as OHIF has arrows
    return "POLYLINE", list(points)


def axes(corners: Sequence[Point], scale: Scale) -> list[Point]:
    """The ends of the major axis, then of the minor one, of the ellipse within these corners."""
    (x1, y1), (x2, y2) = corners
    middle = ((x1 + x2) / 2, (y1 + y2) / 2)
    across = [(min(x1, x2), middle[1]), (max(x1, x2), middle[1])]
    down = [(middle[0], min(y1, y2)), (middle[0], max(y1, y2))]
    return [*across, *down] if scale.length(*across) >= scale.length(*down) else [*down, *across]


def _group(one: Measurement) -> Attributes:
    mark = one.mark
    tool = f"{_TAG}:{TOOLS[mark.kind]}" if mark.kind in TOOLS else CALIBRATION
    tracking = [
        content.text(content.HAS_OBS_CONTEXT, codes.TRACKING_IDENTIFIER, tool),
        content.uid(content.HAS_OBS_CONTEXT, codes.TRACKING_UNIQUE_IDENTIFIER, tracking_uid(mark.id)),
    ]
    region = [_places(one, content.CONTAINS, codes.IMAGE_REGION, mark.points)] if _is_place(mark) else []
    numbers = [_number(one, measured) for measured in one.measured]
    words = [content.text(content.CONTAINS, codes.COMMENT, mark.text)] if mark.text else []
    method, plane = _on_plane(one, mark.plane) if mark.plane else ([], [])
    children = [*tracking, *method, *region, *numbers, *words, *plane]
    return content.container(content.CONTAINS, codes.MEASUREMENT_GROUP, children, mark.made)


def _on_plane(one: Measurement, plane: MarkPlane) -> tuple[list[Attributes], list[Attributes]]:
    """How the plane came about (TID 1501, Measurement Method), and which it was."""
    way = codes.PROJECTIONS[plane.method] if plane.slab else codes.REFORMATTED
    corners = [plane.place(point) for point in ((0.0, 0.0), (_AWAY, 0.0), (0.0, _AWAY))]
    uid = plane.frame_of_reference_uid
    reference = one.image.reference(one.mark.frame.frame_number)
    told = [
        content.image(content.CONTAINS, reference, codes.SOURCE),
        content.coordinates_in_space(content.CONTAINS, codes.PLANE, "MULTIPOINT", corners, uid),
    ]
    if plane.slab:
        told.append(content.number(codes.SLAB_THICKNESS, plane.slab, codes.MILLIMETRE, []))
    return [content.code(content.HAS_CONCEPT_MOD, codes.MEASUREMENT_METHOD, way)], told


def _is_place(mark: Mark) -> bool:
    return mark.kind in {"ellipse", "polygon", "arrow"}


def _number(one: Measurement, measured: Measured) -> Attributes:
    children = [_places(one, content.INFERRED_FROM, None, measured.points)]
    if one.scale.kind in codes.SPACINGS and measured.unit in {codes.MILLIMETRE, codes.SQUARE_MILLIMETRE}:
        worth = codes.SPACINGS[one.scale.kind]
        children.insert(0, content.code(content.HAS_CONCEPT_MOD, codes.MEASUREMENT_METHOD, worth))
    return content.number(measured.concept, measured.value, measured.unit, children)


def _places(one: Measurement, relationship: str, concept: Code | None, points: Sequence[Point]) -> Attributes:
    kind, places = graphic(one.mark, points, one.scale)
    if plane := one.mark.plane:
        kind = "POLYGON" if one.mark.kind == "polygon" else kind  # PS3.3 C.18.9.1.2: closed, and in one plane
        in_space = [plane.place(point) for point in places]
        return content.coordinates_in_space(relationship, concept, kind, in_space, plane.frame_of_reference_uid)
    reference = one.image.reference(one.mark.frame.frame_number)
    return content.coordinates(relationship, concept, kind, places, content.image(content.SELECTED_FROM, reference))


def beyond(mark: Mark, image: Image, scale: Scale) -> bool:
    """Whether a mark reaches beyond its image, where coordinates of a report cannot lie (PS3.3 C.18.6.1.1)."""
    if mark.plane:
        return False
    columns, rows = (float(value(image.header, keyword) or 0) for keyword in ("Columns", "Rows"))
    _, places = graphic(mark, mark.points, scale)
    return not all(0 <= x + 0.5 <= columns and 0 <= y + 0.5 <= rows for x, y in places)
