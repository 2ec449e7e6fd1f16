"""What every object written here has: whose it is, who wrote it when, and which instances it is about."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from server.authoring import codes, content
from server.authoring.elements import data_set
from server.dicom.attributes import STUDY_LEVEL, tag
from server.dicom.dicomjson import value
from server.dicom.dictionary import Attributes
from server.dicom.resources import InstanceRef

MAKER = "Lightbox"
_NOT_COPIED = {tag("SpecificCharacterSet")}
# PS3.3 C.7.1.1, C.7.2.1: these are there even when they are empty
_ALWAYS = (
    "PatientName PatientID PatientBirthDate PatientSex "
    "StudyDate StudyTime StudyID AccessionNumber ReferringPhysicianName"
).split()


@dataclass(frozen=True, slots=True)
class Image:
    """An image that something is about: its header as it was catalogued."""

    ref: InstanceRef
    header: Attributes

    @property
    def sop_class_uid(self) -> str:
        """What kind of image it is."""
        return str(value(self.header, "SOPClassUID"))

    @property
    def is_multiframe(self) -> bool:
        """Whether its frames have to be told apart."""
        return int(value(self.header, "NumberOfFrames") or 1) > 1

    def reference(self, frame_number: int | None = None) -> Attributes:
        """An item of a Referenced SOP Sequence (PS3.3 10.8); the frame is told where there are several."""
        item = data_set(ReferencedSOPClassUID=self.sop_class_uid, ReferencedSOPInstanceUID=self.ref.instance_uid)
        if frame_number is not None and self.is_multiframe:
            item |= data_set(ReferencedFrameNumber=frame_number)
        return dict(sorted(item.items()))


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who writes for which organisation, and when; `number` is the Instance Number in the series of its kind."""

    organisation: str
    person: str
    at: datetime
    number: int


def of_study(header: Attributes) -> Attributes:
    """Patient and study, as the image that is written about has them (PS3.3 C.7.1.1, C.7.2.1, C.7.2.2)."""
    empty = data_set(**dict.fromkeys(_ALWAYS))
    kept = {
        name: attribute
        for name, attribute in header.items()
        if name in STUDY_LEVEL - _NOT_COPIED and "BulkDataURI" not in attribute
    }
    return empty | kept | data_set(SpecificCharacterSet="ISO_IR 192")


def series_uid(study_uid: str, kind: str, organisation: str) -> str:
    """The series that holds what is written about a study: one for each kind of object and organisation."""
    return uid_of(uuid.uuid5(uuid.NAMESPACE_OID, f"{study_uid} {kind} {organisation}"))


def new_uid() -> str:
    """A UID that nobody else has (PS3.5 B.2)."""
    return uid_of(uuid.uuid4())


def uid_of(made: uuid.UUID) -> str:
    """The UID that a UUID makes (PS3.5 B.2)."""
    return f"2.25.{made.int}"


def in_series(study: Attributes, by: Authorship, modality: str, number: int, description: str) -> Attributes:
    """A new instance of the study, in the one series of its kind: series and equipment (PS3.3 C.7.3.1, C.7.5.1)."""
    study_uid = str(value(study, "StudyInstanceUID"))
    return data_set(
        SOPInstanceUID=new_uid(),
        InstanceNumber=by.number,
        SeriesInstanceUID=series_uid(study_uid, modality, by.organisation),
        Modality=modality,
        SeriesNumber=number,
        SeriesDescription=description,
        Manufacturer=MAKER,
        ManufacturerModelName=MAKER,
    )


def moment(study: Attributes, by: Authorship) -> tuple[str, str]:
    """Date and time of writing, where the study's own times count from (PS3.3 C.12.1.1.8)."""
    offset = str(value(study, "TimezoneOffsetFromUTC") or "")
    if len(offset) == 5 and offset[0] in "+-" and offset[1:].isdigit():
        minutes = int(offset[1:3]) * 60 + int(offset[3:])
        at = by.at.astimezone(timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes)))
    else:
        at = by.at.astimezone()
    return at.strftime("%Y%m%d"), at.strftime("%H%M%S")


def observer(by: Authorship) -> list[Attributes]:
    """Who observed (TID 1001 to 1004): the person, when somebody is known to be asking, else this device."""
    if by.person:
        return [
            content.code(content.HAS_OBS_CONTEXT, codes.OBSERVER_TYPE, codes.PERSON),
            content.person(content.HAS_OBS_CONTEXT, codes.PERSON_OBSERVER_NAME, by.person),
        ]
    device = uid_of(uuid.uuid5(uuid.NAMESPACE_OID, f"{MAKER} {by.organisation}"))
    return [
        content.code(content.HAS_OBS_CONTEXT, codes.OBSERVER_TYPE, codes.DEVICE),
        content.uid(content.HAS_OBS_CONTEXT, codes.DEVICE_OBSERVER_UID, device),
        content.text(content.HAS_OBS_CONTEXT, codes.DEVICE_OBSERVER_NAME, MAKER),
        content.text(content.HAS_OBS_CONTEXT, codes.DEVICE_OBSERVER_MANUFACTURER, MAKER),
    ]


def evidence(images: Iterable[Image]) -> list[Attributes]:
    """The instances written about, by study and series (PS3.3 C.17.2.1): each once, whichever of its frames count."""
    return [
        data_set(StudyInstanceUID=study_uid, ReferencedSeriesSequence=series)
        for study_uid, series in _by_series(images, "ReferencedSOPSequence").items()
    ]


def referenced_series(images: Iterable[Image]) -> list[Attributes]:
    """The images of one study by series, as a presentation state names them (PS3.3 C.11.11)."""
    return [one for series in _by_series(images, "ReferencedImageSequence").values() for one in series]


def _by_series(images: Iterable[Image], sequence: str) -> dict[str, list[Attributes]]:
    found: dict[str, dict[str, dict[str, Attributes]]] = {}
    for image in images:
        series = found.setdefault(image.ref.study_uid, {}).setdefault(image.ref.series_uid, {})
        series[image.ref.instance_uid] = image.reference()
    return {
        study_uid: [
            data_set(SeriesInstanceUID=uid, **{sequence: list(instances.values())}) for uid, instances in series.items()
        ]
        for study_uid, series in found.items()
    }


def report(study: Attributes, by: Authorship, kind: str, **own: Any) -> Attributes:
    """The head of a document with a content tree (PS3.3 C.17.2)."""
    date, time = moment(study, by)
    return data_set(
        SOPClassUID=kind, ContentDate=date, ContentTime=time, ReferencedPerformedProcedureStepSequence=[], **own
    )
