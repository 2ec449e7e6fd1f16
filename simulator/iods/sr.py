"""Structured reports: the content items of PS3.3 C.17.3 and the modules around their tree."""

from collections.abc import Callable, Iterator
from datetime import datetime

from pydicom.dataset import Dataset

from simulator.iods import modules
from simulator.iods.exam import Exam, Image, Series

Code = tuple[str, str, str]
UNITS = {"mm": "mm", "mGy": "mGy", "mGy.cm": "mGy.cm", "s": "s", "mA": "mA", "kV": "kV"}


def container(name: Code, *children: Dataset, relation: str = "CONTAINS", template: str = "") -> Dataset:
    """A heading with what is below it; `template` is the identifier of a PS3.16 template."""
    item = _item("CONTAINER", name, relation, children)
    item.ContinuityOfContent = "SEPARATE"
    if template:
        used = Dataset()
        used.MappingResource = "DCMR"
        used.TemplateIdentifier = template
        item.ContentTemplateSequence = [used]
    return item


def text(name: Code, value: str, relation: str = "CONTAINS") -> Dataset:
    """Words."""
    item = _item("TEXT", name, relation)
    item.TextValue = value
    return item


def coded(name: Code, value: Code, *children: Dataset, relation: str = "CONTAINS") -> Dataset:
    """A concept out of a list."""
    item = _item("CODE", name, relation, children)
    item.ConceptCodeSequence = [modules.code(*value)]
    return item


def number(name: Code, value: float, unit: str, relation: str = "CONTAINS", *, meaning: str = "") -> Dataset:
    """A measured value in a UCUM unit."""
    item = _item("NUM", name, relation)
    measured = Dataset()
    measured.NumericValue = modules.decimal(value)
    measured.MeasurementUnitsCodeSequence = [modules.code(unit, "UCUM", meaning or UNITS.get(unit, unit))]
    item.MeasuredValueSequence = [measured]
    return item


def uid_reference(name: Code, uid: str, relation: str = "CONTAINS") -> Dataset:
    """A unique identifier."""
    item = _item("UIDREF", name, relation)
    item.UID = uid
    return item


def moment(name: Code, value: datetime, relation: str = "CONTAINS") -> Dataset:
    """A date and time."""
    item = _item("DATETIME", name, relation)
    item.DateTime = value.strftime("%Y%m%d%H%M%S")
    return item


def person(name: Code, value: str, relation: str = "HAS OBS CONTEXT") -> Dataset:
    """A person's name."""
    item = _item("PNAME", name, relation)
    item.PersonName = value
    return item


def image(sop_class_uid: str, instance_uid: str, relation: str = "CONTAINS") -> Dataset:
    """An image; it needs no name."""
    item = Dataset()
    item.RelationshipType = relation
    item.ValueType = "IMAGE"
    item.ReferencedSOPSequence = [modules.reference(sop_class_uid, instance_uid)]
    return item


def device_observer(exam: Exam, model: str) -> list[Dataset]:
    """PS3.16 TID 1002 and 1004: the machine itself says what follows."""
    context = "HAS OBS CONTEXT"
    return [
        coded(("121005", "DCM", "Observer Type"), ("121007", "DCM", "Device"), relation=context),
        uid_reference(("121012", "DCM", "Device Observer UID"), exam.uid("device", model), context),
        text(("121013", "DCM", "Device Observer Name"), model, context),
        text(("121014", "DCM", "Device Observer Manufacturer"), modules.MANUFACTURER, context),
    ]


def document(
    exam: Exam,
    series_number: int,
    sop_class_uid: str,
    description: str,
    root: Dataset,
    finished: datetime,
    *,
    modality: str = "SR",
    more: Dataset | None = None,
) -> Series:
    """Return the series of one document whose content is `root`, PS3.3 C.17.1 and C.17.2; `more` is added to it."""
    content = Dataset()
    content.update(root)
    del content.RelationshipType
    shared = modules.join(
        modules.sop_common(exam, sop_class_uid),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, series_number, modality, description, "", finished),
        modules.equipment(exam, "Reference workstation", "WS1"),
        content,
        more or Dataset(),
    )
    del shared.ProtocolName
    shared.ReferencedPerformedProcedureStepSequence = []
    uid = str(shared.SeriesInstanceUID)
    images = _once(exam, series_number, finished)
    return Series(uid, series_number, modality, description, 1, shared, images, shows_lesions=False)


def general(*, is_verified: bool = False) -> Dataset:
    """PS3.3 C.17.2 SR Document General, without the verifying observer."""
    part = Dataset()
    part.CompletionFlag = "COMPLETE"
    part.VerificationFlag = "VERIFIED" if is_verified else "UNVERIFIED"
    part.PerformedProcedureCodeSequence = []
    return part


def evidence(exam: Exam, series: tuple[Series, ...], chosen: dict[str, list[int]]) -> Dataset:
    """PS3.3 C.17.2.1 item of Current Requested Procedure Evidence: instance numbers by series UID."""
    part = Dataset()
    part.StudyInstanceUID = exam.uid()
    part.ReferencedSeriesSequence = []
    for one in series:
        if one.uid in chosen:
            item = Dataset()
            item.SeriesInstanceUID = one.uid
            item.ReferencedSOPSequence = [
                modules.reference(str(one.shared.SOPClassUID), exam.instance_uid(one.number, number))
                for number in chosen[one.uid]
            ]
            part.ReferencedSeriesSequence.append(item)
    return part


def _once(exam: Exam, series_number: int, finished: datetime) -> Callable[[], Iterator[Image]]:
    def images() -> Iterator[Image]:
        yield Image(modules.without(modules.instance(exam, series_number, 1, finished), "Acquisition"), None)

    return images


def _item(value_type: str, name: Code, relation: str, children: tuple[Dataset, ...] = ()) -> Dataset:
    item = Dataset()
    item.RelationshipType = relation
    item.ValueType = value_type
    item.ConceptNameCodeSequence = [modules.code(*name)]
    if children:
        item.ContentSequence = list(children)
    return item
