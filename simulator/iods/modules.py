"""The modules of PS3.3 that instances of every kind share, each a function that returns its attributes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydicom.dataset import Dataset

from simulator.encoding import IMPLEMENTATION_CLASS_UID, Own
from simulator.identities import Person, character_set
from simulator.iods.exam import Exam

SOFTWARE_VERSION = "1.0"
MANUFACTURER = "Lightbox Simulator"
Vector = tuple[float, float, float]


def join(*parts: Dataset) -> Dataset:
    """Return one dataset with the attributes of all `parts`; a later part wins."""
    whole = Dataset()
    for part in parts:
        whole.update(part)
    return whole


def decimal(value: float) -> str:
    """Return a DS value: PS3.5 6.2 allows 16 characters, which a float's own digits exceed."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def patient(person: Person) -> Dataset:
    """PS3.3 C.7.1.1 Patient, with the NHS number as the identifier and the hospital's own as another."""
    part = Dataset()
    part.PatientName = person.name
    part.PatientID = person.nhs_number
    part.IssuerOfPatientID = "NHS"
    part.TypeOfPatientID = "TEXT"
    part.PatientBirthDate = person.birth_date.strftime("%Y%m%d")
    part.PatientSex = person.sex
    local = Dataset()
    local.PatientID = person.hospital_number
    local.IssuerOfPatientID = person.hospital.issuer
    local.TypeOfPatientID = "TEXT"
    part.OtherPatientIDsSequence = [local]
    return part


def study(exam: Exam) -> Dataset:
    """PS3.3 C.7.2.1 General Study and C.7.2.2 Patient Study."""
    part = Dataset()
    part.StudyInstanceUID = exam.uid()
    part.StudyDate, part.StudyTime = date_and_time(exam.start)
    part.ReferringPhysicianName = exam.referrer
    part.StudyID = exam.study_id
    part.AccessionNumber = exam.accession_number
    part.StudyDescription = exam.description
    part.PatientAge = f"{exam.person.age_on(exam.start.date()):03d}Y"
    part.PatientSize = decimal(exam.person.height_m)
    part.PatientWeight = decimal(exam.person.weight_kg)
    return part


def series(exam: Exam, number: int, modality: str, description: str, protocol: str, start: datetime) -> Dataset:
    """PS3.3 C.7.3.1 General Series, without what hangs on the modality."""
    part = Dataset()
    part.Modality = modality
    part.SeriesInstanceUID = exam.uid("series", number)
    part.SeriesNumber = number
    part.SeriesDate, part.SeriesTime = date_and_time(start)
    part.SeriesDescription = description
    part.ProtocolName = protocol
    return part


def equipment(exam: Exam, model: str, station: str) -> Dataset:
    """PS3.3 C.7.5.1 General Equipment: a simulator says that it is one."""
    part = Dataset()
    part.Manufacturer = MANUFACTURER
    part.InstitutionName = exam.person.hospital.name
    part.InstitutionalDepartmentName = "Radiology"
    part.StationName = f"{exam.person.hospital.code}{station}"
    part.ManufacturerModelName = model
    part.DeviceSerialNumber = f"SIM-{exam.person.hospital.code}-{station}"
    part.SoftwareVersions = SOFTWARE_VERSION
    return part


def frame_of_reference(exam: Exam) -> Dataset:
    """PS3.3 C.7.4.1 Frame of Reference, one for all series of the examination."""
    part = Dataset()
    part.FrameOfReferenceUID = exam.uid("frame of reference")
    part.PositionReferenceIndicator = ""
    return part


def image_plane(row: Vector, column: Vector, spacing_mm: tuple[float, float], thickness_mm: float) -> Dataset:
    """PS3.3 C.7.6.2 Image Plane without the position; spacing is between rows, then between columns."""
    part = Dataset()
    part.ImageOrientationPatient = [decimal(value) for value in (*row, *column)]
    part.PixelSpacing = [decimal(value) for value in spacing_mm]
    part.SliceThickness = decimal(thickness_mm)
    return part


def image_pixel(rows: int, columns: int, bits_stored: int, photometric: str = "MONOCHROME2") -> Dataset:
    """PS3.3 C.7.6.3 Image Pixel for unsigned grey values in 8 or 16 bits allocated, without the pixels."""
    part = Dataset()
    part.SamplesPerPixel = 1
    part.PhotometricInterpretation = photometric
    part.Rows = rows
    part.Columns = columns
    part.BitsAllocated = 8 if bits_stored <= 8 else 16
    part.BitsStored = bits_stored
    part.HighBit = bits_stored - 1
    part.PixelRepresentation = 0
    return part


def window(*windows: tuple[float, float, str]) -> Own:
    """PS3.3 C.11.2 VOI LUT: any number of (center, width, explanation)."""
    return {
        "WindowCenter": [decimal(center) for center, _, _ in windows],
        "WindowWidth": [decimal(width) for _, width, _ in windows],
        "WindowCenterWidthExplanation": [explanation for _, _, explanation in windows],
    }


def dataset(own: Own) -> Dataset:
    """Return an instance's own attributes as a dataset, for a series that shares them."""
    part = Dataset()
    for keyword, value in own.items():
        setattr(part, keyword, value if isinstance(value, (str, int)) else list(value))
    return part


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """PS3.3 8.8 Basic Code Sequence macro: one item."""
    part = Dataset()
    part.CodeValue = value
    part.CodingSchemeDesignator = scheme
    part.CodeMeaning = meaning
    return part


def reference(sop_class_uid: str, instance_uid: str) -> Dataset:
    """PS3.3 10.8 SOP Instance Reference macro: one item."""
    part = Dataset()
    part.ReferencedSOPClassUID = sop_class_uid
    part.ReferencedSOPInstanceUID = instance_uid
    return part


def sop_common(exam: Exam, sop_class_uid: str) -> Dataset:
    """PS3.3 C.12.1 SOP Common of every instance: class and character set."""
    part = Dataset()
    part.SOPClassUID = sop_class_uid
    texts = (exam.person.name, exam.referrer, exam.person.hospital.name, exam.description)
    part.SpecificCharacterSet = character_set(*texts)
    part.InstanceCreatorUID = IMPLEMENTATION_CLASS_UID
    return part


def instance(exam: Exam, series_number: int, number: int, taken: datetime) -> dict[str, str | int | Sequence[str]]:
    """PS3.3 C.7.6.1 General Image and C.12.1 SOP Common: what tells one instance from its neighbours."""
    acquired, content, created = (date_and_time(taken + timedelta(seconds=later)) for later in (0, 4, 9))
    return {
        "SOPInstanceUID": exam.instance_uid(series_number, number),
        "InstanceNumber": number,
        "AcquisitionDate": acquired[0],
        "AcquisitionTime": acquired[1],
        "ContentDate": content[0],
        "ContentTime": content[1],
        "InstanceCreationDate": created[0],
        "InstanceCreationTime": created[1],
    }


def without(own: Own, *beginnings: str) -> Own:
    """Return `own` without the attributes whose keyword begins so: not every IOD has them all."""
    return {keyword: value for keyword, value in own.items() if not keyword.startswith(beginnings)}


def position(x: float, y: float, z: float) -> Own:
    """PS3.3 C.7.6.2.1.1: where the centre of the first pixel is, LPS mm, and the location of an axial slice."""
    return {"ImagePositionPatient": [decimal(x), decimal(y), decimal(z)], "SliceLocation": decimal(z)}


def date_and_time(moment: datetime) -> tuple[str, str]:
    """Return a DA and a TM value."""
    return moment.strftime("%Y%m%d"), moment.strftime("%H%M%S.%f")
