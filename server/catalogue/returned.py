"""What an answer tells of each level: the tables of PS3.18 10.6.3.3, what was matched on, what was asked besides."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import orjson

from server.catalogue.demands import Demand, Item
from server.catalogue.predicates import predicate
from server.catalogue.query import Level, Path, Query, level_of
from server.dicom.attributes import attribute, tag
from server.dicom.dicomjson import Attributes, only, value
from server.dicom.resources import InstanceRef, StudyRef

Choice = dict[str, Any]
"""Tags that are chosen; under each None for all of it, or the choice inside the items of a sequence."""


def _tags(keywords: str) -> frozenset[str]:
    return frozenset(tag(keyword) for keyword in keywords.split())


# PS3.18 tables 10.6.3-3 to 10.6.3-5, and a few that every worklist shows
_RETURNED = {
    Level.STUDY: _tags(
        "SpecificCharacterSet StudyDate StudyTime AccessionNumber InstanceAvailability ModalitiesInStudy "
        "ReferringPhysicianName TimezoneOffsetFromUTC RetrieveURL PatientName PatientID IssuerOfPatientID "
        "PatientBirthDate PatientSex StudyInstanceUID StudyID StudyDescription "
        "NumberOfStudyRelatedSeries NumberOfStudyRelatedInstances"
    ),
    Level.SERIES: _tags(
        "SpecificCharacterSet Modality TimezoneOffsetFromUTC SeriesDescription SeriesInstanceUID SeriesNumber "
        "PerformedProcedureStepStartDate PerformedProcedureStepStartTime RequestAttributesSequence "
        "BodyPartExamined Laterality NumberOfSeriesRelatedInstances"
    ),
    Level.INSTANCE: _tags(
        "SpecificCharacterSet SOPClassUID SOPInstanceUID InstanceAvailability TimezoneOffsetFromUTC InstanceNumber "
        "Rows Columns BitsAllocated NumberOfFrames AvailableTransferSyntaxUID"
    ),
}
OF_A_STACK = _tags(
    "ImagePositionPatient ImageOrientationPatient PatientOrientation PixelSpacing ImagerPixelSpacing "
    "PixelSpacingCalibrationType PixelAspectRatio SliceThickness SliceLocation WindowCenter WindowWidth "
    "WindowCenterWidthExplanation ImageLaterality ViewPosition FrameTime FrameTimeVector RecommendedDisplayFrameRate "
    "CineRate"
)
"""What a viewer asks besides of every instance of a series, to lay it in its place of the stack and to show it."""

_COUNTED = _tags("ModalitiesInStudy NumberOfStudyRelatedSeries NumberOfStudyRelatedInstances")
_URL = orjson.dumps({tag("RetrieveURL"): {"vr": "UR", "Value": [""]}})[1:-4]
_ALWAYS = {
    Level.STUDY: "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID PatientBirthDate "
    "PatientSex StudyID",
    Level.SERIES: "Modality SeriesNumber",
    Level.INSTANCE: "InstanceNumber",
}
_EMPTY = {
    level: {tag(keyword): {"vr": attribute(keyword).vr} for keyword in keywords.split()}
    for level, keywords in _ALWAYS.items()
}
"""Required keys (type R): answered without a value where there is none (PS3.4 C.2.2.1.2)."""


class Returned:
    """The attributes that a query is answered with, level by level."""

    def __init__(self, query: Query, demands: Iterable[Demand]) -> None:
        self._everything = query.include is None
        self._default = {
            Level.STUDY: query.level == Level.STUDY or query.study_uid is None,
            Level.SERIES: query.level == Level.SERIES or query.series_uid is None,
            Level.INSTANCE: True,
        }
        self._choices = {level: _choice(level, query, default=self._default[level]) for level in Level}
        included = {path[0].tag for path in query.include or () if len(path) == 1}
        self._items = {
            one.tag: predicate(one.demands)
            for one in demands
            if isinstance(one, Item) and not self._everything and one.tag not in included
        }

    def tells_of(self, level: Level) -> bool:
        """Whether anything of the level is answered: not by default where the URL names it (PS3.18 10.6.3.3)."""
        return self._everything or bool(self._choices[level])

    def wants(self, level: Level, name: str) -> bool:
        """Whether the attribute with this tag is among what is answered of the level."""
        return self._everything or name in self._choices[level]

    def is_default(self, level: Level) -> bool:
        """Whether nothing but what is told of this level by default is answered: its summary as it is."""
        if self._everything or self._items or not self._default[level]:
            return False
        above = any(self._choices[other] for other in Level if other < level)
        return not above and self._choices[level] == dict.fromkeys(_RETURNED[level])

    def kept_in(self) -> Sequence[str]:
        """The columns of an instance that hold all that is answered of it, the smallest that do."""
        asked = self._choices[Level.INSTANCE].keys()
        if self._everything or not asked <= _RETURNED[Level.INSTANCE] | OF_A_STACK:
            return ("attributes",)
        return ("summary",) if asked <= _RETURNED[Level.INSTANCE] else ("summary", "stack")

    def of(self, level: Level, attributes: Attributes) -> Attributes:
        """What is answered of a level whose kept attributes these are."""
        chosen = dict(attributes) if self._everything else pick(attributes, self._choices[level])
        for name, meets in self._items.items():
            if name in chosen:
                # PS3.4 C.2.2.2.6: of a sequence that was matched on, the items that match
                items = zip(chosen[name].get("Value", ()), attributes[name].get("Value", ()), strict=True)
                chosen[name] = chosen[name] | {"Value": [shown for shown, whole in items if meets(whole)]}
        return (_EMPTY[level] | chosen) if self._default[level] else chosen


def _choice(level: Level, query: Query, *, default: bool) -> Choice:
    choice: Choice = dict.fromkeys(_RETURNED[level]) if default else {}
    # PS3.18 10.6.3.3: what was matched on is returned, and what is included unless it is below the level asked
    for path in (*(key.path for key in query.keys), *(query.include or ())):
        if level_of(path[0].tag, query.level) == level <= query.level:
            _add(choice, path)
    return choice


def _add(choice: Choice, path: Path) -> None:
    first, *further = path
    if not further:
        choice[first.tag] = None
    elif choice.get(first.tag, choice) is not None:
        _add(choice.setdefault(first.tag, {}), tuple(further))


def pick(attributes: Attributes, choice: Mapping[str, Any]) -> Attributes:
    """The chosen of the attributes, whole or with the chosen alone inside their items."""
    return {
        name: element if choice[name] is None else _inside(element, choice[name])
        for name, element in attributes.items()
        if name in choice
    }


def _inside(sequence: Attributes, choice: Mapping[str, Any]) -> Attributes:
    items = sequence.get("Value")
    return sequence | {"Value": [pick(item, choice) for item in items]} if items else sequence


def summary(level: Level, attributes: Attributes) -> bytes:
    """What is told by default of a study or instance, as the bytes of the answer, to be kept ready beside the rest.

    What only the moment of asking tells is left open: the address before the path in RetrieveURL, and what is counted.
    """
    told = _EMPTY[level] | only(attributes, _RETURNED[level])
    told |= _AVAILABLE
    told |= element(tag("RetrieveURL"), [_path(level, attributes)])
    if level == Level.STUDY:
        told |= _COUNTS
    return orjson.dumps({name: told[name] for name in sorted(told)})


def stack(attributes: Attributes) -> bytes:
    """What is told of an instance besides its summary to those who show a stack, to be kept beside it."""
    return orjson.dumps(only(attributes, OF_A_STACK))


def joined(objects: Sequence[bytes]) -> bytes:
    """JSON objects that have no key in common as one; of several its keys are in no order."""
    return objects[0] if len(objects) == 1 else b"{%b}" % b",".join([one[1:-1] for one in objects if len(one) > 2])


def is_ready(kept: bytes | str | None) -> bool:
    """Whether a kept summary is of today's form."""
    return isinstance(kept, bytes) and _URL in kept


def placed(ready: bytes, root: str) -> bytes:
    """A summary with its RetrieveURL below `root`."""
    # a quote inside a JSON string is escaped, so these bytes are always the key itself
    return ready.replace(_URL, _URL + orjson.dumps(f"{root}/")[1:-1])


def counted(ready: bytes, name: str, values: Sequence[object]) -> bytes:
    """A study's summary with the values of an attribute that was left open."""
    return ready.replace(_open(name), orjson.dumps(element(name, values))[1:-1], 1)


def _path(level: Level, attributes: Attributes) -> str:
    study_uid, series_uid, instance_uid = (
        str(value(attributes, keyword) or "") for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    )
    return (StudyRef(study_uid) if level == Level.STUDY else InstanceRef(study_uid, series_uid, instance_uid)).path


@cache
def _open(name: str) -> bytes:
    return orjson.dumps({name: {"vr": _vr(name)}})[1:-1]


@cache
def _vr(name: str) -> str:
    return attribute(name).vr


def element(name: str, values: Sequence[object]) -> Attributes:
    """One attribute in DICOM JSON, by its tag and with the VR of PS3.6."""
    vr = _vr(name)
    return {name: {"vr": vr, "Value": list(values)} if values else {"vr": vr}}


_AVAILABLE = element(tag("InstanceAvailability"), ["ONLINE"])
_COUNTS: Attributes = {name: {"vr": _vr(name)} for name in _COUNTED}
