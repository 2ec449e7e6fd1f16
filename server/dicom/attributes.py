"""Attributes by keyword and tag, and which of them describe a study, a series or an instance.

The dictionary is PS3.6's, as pydicom carries it. A tag in text is eight upper case hexadecimal digits,
the key of the DICOM JSON model (PS3.18 F.2.2).
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from pydicom.datadict import dictionary_keyword, dictionary_VM, dictionary_VR, tag_for_keyword

from server.errors import Malformed

_TAG = re.compile(r"[0-9A-Fa-f]{8}")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One data element of PS3.6: its tag as eight hex digits, its keyword, its VR and how many values it has."""

    tag: str
    keyword: str
    vr: str
    vm: str


@lru_cache(4096)
def attribute(name: str) -> Attribute:
    """The attribute with that keyword (`PatientID`) or tag (`00100020`); `Malformed` when unknown."""
    number = int(name, 16) if _TAG.fullmatch(name) else tag_for_keyword(name)
    if number is None or not name:
        raise Malformed("There is no such attribute; use a PS3.6 keyword or eight hex digits.", attribute=name[:64])
    try:
        return Attribute(f"{number:08X}", dictionary_keyword(number), dictionary_VR(number), dictionary_VM(number))
    except KeyError:
        raise Malformed("PS3.6 has no attribute with this tag.", attribute=name[:64]) from None


@cache
def tag(keyword: str) -> str:
    """The tag of a keyword that is known to exist, as the key of DICOM JSON."""
    return attribute(keyword).tag


# Attributes of the patient and the study, kept with the study as the first of its instances gave them
# (PS3.3 C.7.1.1, C.7.2.1, C.7.2.2; PS3.18 table 10.6.3-3).
STUDY_LEVEL = frozenset(
    tag(keyword)
    for keyword in (
        "SpecificCharacterSet StudyDate StudyTime AccessionNumber IssuerOfAccessionNumberSequence "
        "ReferringPhysicianName TimezoneOffsetFromUTC StudyDescription ProcedureCodeSequence "
        "PhysiciansOfRecord NameOfPhysiciansReadingStudy AdmittingDiagnosesDescription "
        "PatientName PatientID IssuerOfPatientID IssuerOfPatientIDQualifiersSequence PatientBirthDate "
        "PatientBirthTime PatientSex OtherPatientIDsSequence OtherPatientNames PatientAge PatientSize "
        "PatientWeight EthnicGroup Occupation AdditionalPatientHistory PatientComments "
        "PatientIdentityRemoved DeidentificationMethod StudyInstanceUID StudyID"
    ).split()
)

# Attributes of the series and its equipment (PS3.3 C.7.3.1, C.7.5.1; PS3.18 table 10.6.3-4).
SERIES_LEVEL = frozenset(
    tag(keyword)
    for keyword in (
        "SpecificCharacterSet TimezoneOffsetFromUTC Modality SeriesInstanceUID SeriesNumber SeriesDescription "
        "SeriesDate SeriesTime Laterality BodyPartExamined PatientPosition ProtocolName OperatorsName "
        "PerformingPhysicianName Manufacturer InstitutionName InstitutionAddress StationName "
        "InstitutionalDepartmentName ManufacturerModelName DeviceSerialNumber SoftwareVersions "
        "FrameOfReferenceUID PositionReferenceIndicator PerformedProcedureStepStartDate "
        "PerformedProcedureStepStartTime PerformedProcedureStepID PerformedProcedureStepDescription "
        "RequestAttributesSequence ReferencedPerformedProcedureStepSequence AnatomicRegionSequence"
    ).split()
)
