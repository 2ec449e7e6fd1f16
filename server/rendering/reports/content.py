"""The content tree of a structured report or key object selection as plain values (PS3.3 C.17.3, C.17.6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from server.dicom.uids import is_uid
from server.rendering.header import Header, items, text, values
from server.rendering.reports.wording import code, date, date_time, person, time

MOST_NODES = 20_000
"""Content items that are told; a report with more says that it goes on."""

MOST_NUMBERS = 60
"""Coordinates of one item that are told."""


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to an instance; `path` is its resource below the DICOMweb root, "" when its series is not told."""

    label: str
    path: str


@dataclass(slots=True)
class Node:
    """One content item: how it belongs to its parent, what it is about, what it says, and what it refers to."""

    relationship: str
    concept: str
    kind: str
    value: str
    links: tuple[Link, ...] = ()
    children: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole document: `facts` are whose and of what state it is; `complete` unless it was too long to tell."""

    title: str
    facts: tuple[tuple[str, str], ...]
    root: Node
    complete: bool


def read_report(header: Header) -> Report:
    """The report from its header as DICOM JSON; what is missing or makes no sense is left out."""
    places = _places(header)
    # counted in advance, so that the walk can say whether it was cut short
    budget = [MOST_NODES]
    root = _node(header, places, budget)
    title = code(header, "ConceptNameCodeSequence") or text(header, "ContentLabel") or "Report"
    return Report(title, tuple(_facts(header)), root, budget[0] >= 0)


def _node(item: Header, places: Mapping[str, str], budget: list[int]) -> Node:
    kind = text(item, "ValueType").upper()
    node = Node(
        text(item, "RelationshipType").upper(),
        code(item, "ConceptNameCodeSequence"),
        kind,
        _value(item, kind),
        tuple(_links(item, places)),
    )
    for child in items(item, "ContentSequence"):
        budget[0] -= 1
        if budget[0] < 0:
            break
        # the nesting of what is kept was bounded when it arrived
        node.children.append(_node(child, places, budget))
    return node


def _value(item: Header, kind: str) -> str:
    """PS3.3 table C.17.3-7: where each Value Type has its value."""
    referred = _texts(item, "ReferencedContentItemIdentifier")
    if referred and not kind:
        return f"see item {'.'.join(referred[:MOST_NUMBERS])}"
    if kind == "NUM":
        return _measured(item)
    if kind in {"SCOORD", "SCOORD3D"}:
        return _coordinates(item)
    if kind == "TCOORD":
        return _moments(item)
    if kind == "TABLE":
        return f"a table of {text(item, 'NumberOfTableRows') or '?'} rows"
    plain = {
        "TEXT": lambda: text(item, "TextValue"),
        "CODE": lambda: code(item, "ConceptCodeSequence"),
        "DATE": lambda: date(text(item, "Date")),
        "TIME": lambda: time(text(item, "Time")),
        "DATETIME": lambda: date_time(text(item, "DateTime")),
        "UIDREF": lambda: text(item, "UID"),
        "PNAME": lambda: person(item, "PersonName"),
    }
    return plain[kind]() if kind in plain else ""


def _measured(item: Header) -> str:
    for measured in items(item, "MeasuredValueSequence")[:1]:
        unit = code(measured, "MeasurementUnitsCodeSequence", symbol=True)
        return " ".join(filter(None, (text(measured, "NumericValue"), "" if unit == "1" else unit)))
    return code(item, "NumericValueQualifierCodeSequence") or "not measured"


def _coordinates(item: Header) -> str:
    numbers = _texts(item, "GraphicData")
    told = ", ".join(numbers[:MOST_NUMBERS]) + (" ..." if len(numbers) > MOST_NUMBERS else "")
    return f"{text(item, 'GraphicType')}: {told}"


def _moments(item: Header) -> str:
    for keyword in ("ReferencedSamplePositions", "ReferencedTimeOffsets", "ReferencedDateTime"):
        if found := _texts(item, keyword):
            return f"{text(item, 'TemporalRangeType')}: {', '.join(found[:MOST_NUMBERS])}"
    return text(item, "TemporalRangeType")


def _links(item: Header, places: Mapping[str, str]) -> Iterator[Link]:
    for referred in items(item, "ReferencedSOPSequence"):
        uid = text(referred, "ReferencedSOPInstanceUID")
        if not is_uid(uid):
            continue
        frames = [number for number in _texts(referred, "ReferencedFrameNumber")[:MOST_NUMBERS] if number.isdecimal()]
        path = places.get(uid, "")
        if frames:
            yield Link(f"{uid}, frame {', '.join(frames)}", path and f"{path}/frames/{frames[0]}")
        else:
            yield Link(uid, path)


def _places(header: Header) -> dict[str, str]:
    """Where the instances are that the report refers to: its evidence names their studies and series."""
    found: dict[str, str] = {}
    for keyword in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence"):
        for study in items(header, keyword):
            for series in items(study, "ReferencedSeriesSequence"):
                for one in items(series, "ReferencedSOPSequence"):
                    uids = (
                        text(study, "StudyInstanceUID"),
                        text(series, "SeriesInstanceUID"),
                        text(one, "ReferencedSOPInstanceUID"),
                    )
                    if all(map(is_uid, uids)):
                        found[uids[2]] = "studies/{}/series/{}/instances/{}".format(*uids)
    return found


def _facts(header: Header) -> Iterator[tuple[str, str]]:
    told = (
        ("Patient", person(header, "PatientName")),
        ("Patient ID", text(header, "PatientID")),
        ("Born", date(text(header, "PatientBirthDate"))),
        ("Sex", text(header, "PatientSex")),
        ("Study", " ".join(filter(None, (date(text(header, "StudyDate")), text(header, "StudyDescription"))))),
        ("Accession number", text(header, "AccessionNumber")),
        ("Written", " ".join(filter(None, (date(text(header, "ContentDate")), time(text(header, "ContentTime")))))),
        ("Completion", text(header, "CompletionFlag").capitalize()),
        ("Verification", text(header, "VerificationFlag").capitalize()),
        ("Preliminary", text(header, "PreliminaryFlag").capitalize()),
    )
    yield from ((label, value) for label, value in told if value)
    for observer in items(header, "VerifyingObserverSequence")[:20]:
        who = person(observer, "VerifyingObserverName")
        where, when = text(observer, "VerifyingOrganization"), date_time(text(observer, "VerificationDateTime"))
        yield "Verified by", ", ".join(filter(None, (who, where, when)))


def _texts(item: Header, keyword: str) -> list[str]:
    return [str(value) for value in values(item, keyword) if value is not None]
