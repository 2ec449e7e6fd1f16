"""From an item of the worklist to the study that answers it: made from the catalogue, with the item's identity."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import cast

from pydicom.dataset import Dataset

from simulator.iods.exam import Scale, Series
from simulator.studies import STUDIES, TODAY, Instance, Study, make_study
from simulator.workload.spool import ExamRecord
from simulator.workload.worklist import Item


def begin(item: Item, seed: int, scale: Scale = "full", slices: int = 0) -> ExamRecord:
    """How the exam for an item is made: enough to make the same bytes again. Raises ValueError when none fits."""
    digest = sha256(f"{seed}/{item.key}".encode()).digest()
    own_seed = int.from_bytes(digest[:8], "big") >> 1
    record = ExamRecord(item.key, fitting_study(item), own_seed, scale, slices, item.to_json())
    record.study_uid = made(record).study_uid
    return record


def fitting_study(item: Item) -> str:
    """The name of the catalogue's study that the item means: named, or of its modality and nearest in words."""
    if item.study:
        if item.study not in STUDIES:
            raise ValueError(f"Item {item.step_id}: there is no study {item.study!r}.")
        return item.study
    wanted = _words(item.description)
    fitting = [name for name, story in STUDIES.items() if story.modality == item.modality]
    if not fitting:
        raise ValueError(f"Item {item.step_id}: no study is made with modality {item.modality!r}.")
    return max(fitting, key=lambda name: len(wanted & _words(STUDIES[name].description)))


@dataclass(frozen=True)
class Ordered:
    """A study as it was ordered: under the Study Instance UID that the worklist gave it, if it gave one."""

    study: Study
    study_uid: str

    @property
    def size(self) -> int:
        """How many instances the study has."""
        return self.study.size

    @property
    def series(self) -> tuple[Series, ...]:
        """The series in the order of acquisition."""
        return self.study.series

    def instances(self, *series: Series) -> Iterator[Instance]:
        """Yield the instances of some series, or of all; the same bytes each time."""
        for one in replace(self.study, series=series or self.series).instances():
            yield replace(one, study_uid=self.study_uid)


def made(record: ExamRecord) -> Ordered:
    """The study of a record: the same bytes each time, whatever day it is."""
    item = Item(**record.item)
    scale = cast("Scale", record.scale)
    study = make_study(record.study, record.seed, scale=scale, slices=record.slices)
    if (day := item.day()) is not None and day != study.start.date():
        today = TODAY + (day - study.start.date())
        study = make_study(record.study, record.seed, scale=scale, slices=record.slices, today=today)
    series = tuple(_as_ordered(one, item, study.start) for one in study.series)
    return Ordered(replace(study, series=series), item.study_uid or study.study_uid)


def _as_ordered(series: Series, item: Item, start: datetime) -> Series:
    """PS3.3 C.7.1.1, C.7.2.1, C.7.3.1.1.1: a modality copies who and what for from the worklist."""
    shared = Dataset()
    shared.update(series.shared)
    if item.study_uid:
        shared.StudyInstanceUID = item.study_uid
    if item.accession_number:
        shared.AccessionNumber = item.accession_number[:16]
    if item.description:
        shared.StudyDescription = item.description[:64]
    if item.patient_id or item.patient_name:
        _identify(shared, item, start.date())
    if len(item.step_id) <= 16:
        request = Dataset()
        request.RequestedProcedureID = item.step_id
        request.ScheduledProcedureStepID = item.step_id
        shared.RequestAttributesSequence = [request]
    if not (item.patient_name + item.description).isascii():
        shared.SpecificCharacterSet = "ISO_IR 192"
    return replace(series, shared=shared)


def _identify(shared: Dataset, item: Item, day: date) -> None:
    for keyword in ("OtherPatientIDsSequence", "IssuerOfPatientID", "TypeOfPatientID", "PatientAge"):
        if keyword in shared:
            del shared[keyword]
    shared.PatientID = item.patient_id[:64]
    shared.PatientName = item.patient_name[:64]
    shared.PatientSex = item.sex
    birth = item.birth_date if re.fullmatch(r"[0-9]{8}", item.birth_date) else ""
    shared.PatientBirthDate = birth
    if birth:
        years = day.year - int(birth[:4]) - (f"{day:%m%d}" < birth[4:])
        if 0 <= years <= 130:
            shared.PatientAge = f"{years:03d}Y"


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))
