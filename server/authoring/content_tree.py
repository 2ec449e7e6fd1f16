"""Looking into the content tree of somebody else's report (PS3.3 C.17.3): nothing in it is believed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from server.authoring import codes
from server.authoring.codes import Code
from server.dicom.attributes import tag
from server.dicom.uids import is_uid

Item = Mapping[str, Any]

# the codes of SNOMED RT that reports had before PS3.16 changed to SNOMED CT
_BEFORE = {codes.LONG_AXIS: "G-A185", codes.SHORT_AXIS: "G-A186", codes.LENGTH: "G-D7FE"}


def about(children: Sequence[Item], concept: Code, keyword: str = "TextValue") -> str:
    """What is told of a concept among these; empty when nothing is."""
    return next((text(child, keyword) for child in children if is_about(child, concept)), "")


def coded(item: Item, keyword: str = "CodeMeaning") -> list[str]:
    """The codes that were chosen, by their meaning or another part."""
    return [text(code, keyword) for code in items(item, "ConceptCodeSequence")]


def is_about(item: Item, concept: Code) -> bool:
    """Whether an item is named by a concept."""
    told = [text(name, "CodeValue") for name in items(item, "ConceptNameCodeSequence")[:1]]
    return told in ([concept.value], [_BEFORE.get(concept)])


def items(item: Item, keyword: str) -> Sequence[Item]:
    """The items of a sequence."""
    element = item.get(tag(keyword)) or {}
    found = element.get("Value", []) if element.get("vr") == "SQ" else []
    return [one for one in found if isinstance(one, Mapping)]


def text(item: Item, keyword: str) -> str:
    """The first value as text; empty when there is none."""
    found = (item.get(tag(keyword)) or {}).get("Value", [])
    return str(found[0]).strip() if found and found[0] is not None else ""


def numbers(item: Item, keyword: str) -> list[float]:
    """The values as finite numbers; none when one of them is not."""
    found = (item.get(tag(keyword)) or {}).get("Value", [])
    try:
        told = [float(one) for one in found]
    except (TypeError, ValueError):
        return []
    return told if all(math.isfinite(one) and abs(one) < 1e6 for one in told) else []


def series_of_instances(header: Item) -> Iterator[tuple[str, str]]:
    """The series of every instance of the study that a document is about."""
    for study in items(header, "CurrentRequestedProcedureEvidenceSequence"):
        if text(study, "StudyInstanceUID") != text(header, "StudyInstanceUID"):
            continue
        for series in items(study, "ReferencedSeriesSequence"):
            for one in items(series, "ReferencedSOPSequence"):
                uids = text(one, "ReferencedSOPInstanceUID"), text(series, "SeriesInstanceUID")
                if all(map(is_uid, uids)):
                    yield uids
