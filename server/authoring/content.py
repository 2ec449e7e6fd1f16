"""Content items of structured reports (PS3.3 C.17.3), as items of a Content Sequence."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from server.authoring.codes import Code
from server.authoring.elements import data_set
from server.authoring.planes import Place, Point
from server.dicom.dictionary import Attributes

CONTAINS, HAS_OBS_CONTEXT, HAS_CONCEPT_MOD = "CONTAINS", "HAS OBS CONTEXT", "HAS CONCEPT MOD"
INFERRED_FROM, SELECTED_FROM = "INFERRED FROM", "SELECTED FROM"


def text(relationship: str, concept: Code, words: str) -> Attributes:
    """Free text."""
    return _item(relationship, "TEXT", concept, TextValue=words)


def code(relationship: str, concept: Code, chosen: Code) -> Attributes:
    """A coded value."""
    return _item(relationship, "CODE", concept, ConceptCodeSequence=[chosen.item])


def uid(relationship: str, concept: Code, told: str) -> Attributes:
    """A unique identifier."""
    return _item(relationship, "UIDREF", concept, UID=told)


def person(relationship: str, concept: Code, name: str) -> Attributes:
    """A person, by a name in the components of VR PN."""
    return _item(relationship, "PNAME", concept, PersonName=name)


def number(concept: Code, value: float, unit: Code, children: Sequence[Attributes]) -> Attributes:
    """A measurement, and what it was inferred from; an infinite or undefined one is no measurement."""
    measured = data_set(NumericValue=value, FloatingPointValue=value, MeasurementUnitsCodeSequence=[unit.item])
    below = {"ContentSequence": list(children)} if children else {}
    return _item(CONTAINS, "NUM", concept, MeasuredValueSequence=[measured], **below)


def coordinates(
    relationship: str, concept: Code | None, kind: str, points: Sequence[Point], image: Attributes
) -> Attributes:
    """Places on an image (PS3.3 C.18.6), which count from the corner of its first pixel; `points` from the middle."""
    data = [offset + 0.5 for point in points for offset in point]
    return _item(relationship, "SCOORD", concept, GraphicType=kind, GraphicData=data, ContentSequence=[image])


def coordinates_in_space(
    relationship: str, concept: Code | None, kind: str, places: Sequence[Place], frame_of_reference_uid: str
) -> Attributes:
    """Places in a frame of reference (PS3.3 C.18.9), in mm."""
    data = [offset for place in places for offset in place]
    return _item(
        relationship,
        "SCOORD3D",
        concept,
        GraphicType=kind,
        GraphicData=data,
        ReferencedFrameOfReferenceUID=frame_of_reference_uid,
    )


def image(relationship: str, reference: Attributes, concept: Code | None = None) -> Attributes:
    """An image, by an item of a Referenced SOP Sequence."""
    return _item(relationship, "IMAGE", concept, ReferencedSOPSequence=[reference])


def container(
    relationship: str, concept: Code, children: Sequence[Attributes], made: datetime | None = None
) -> Attributes:
    """A container with its children, and when it was observed."""
    when = {"ObservationDateTime": date_time(made)} if made else {}
    return _item(
        relationship, "CONTAINER", concept, ContinuityOfContent="SEPARATE", ContentSequence=list(children), **when
    )


def date_time(moment: datetime) -> str:
    """A moment with VR DT, in UTC."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S.%f") + "+0000"


def _item(relationship: str, kind: str, concept: Code | None, **values: Any) -> Attributes:
    name = {"ConceptNameCodeSequence": [concept.item]} if concept else {}
    return data_set(RelationshipType=relationship, ValueType=kind, **name, **values)
