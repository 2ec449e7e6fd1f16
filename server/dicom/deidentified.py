"""What a dataset says without saying whose it is: a list of what stays, so that whatever is not named goes.

Stricter than the Basic Application Level Confidentiality Profile (PS3.15 table E.1-1): of all attributes only those
stay that put an image on the screen in its true size, place and grey. No text that a person typed is among them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from server.dicom.attributes import tag

_KEPT = (
    "SpecificCharacterSet ImageType SOPClassUID SOPInstanceUID Modality ModalitiesInStudy StudyInstanceUID "
    "SeriesInstanceUID SeriesNumber InstanceNumber ImagePositionPatient ImageOrientationPatient FrameOfReferenceUID "
    "Laterality ImageLaterality FrameLaterality PatientOrientation SliceLocation SliceThickness SpacingBetweenSlices "
    "BodyPartExamined ViewPosition PixelSpacing ImagerPixelSpacing NominalScannedPixelSpacing PixelAspectRatio "
    "EstimatedRadiographicMagnificationFactor PixelSpacingCalibrationType Rows Columns NumberOfFrames SamplesPerPixel "
    "PhotometricInterpretation BitsAllocated BitsStored HighBit PixelRepresentation PlanarConfiguration WindowCenter "
    "WindowWidth VOILUTFunction RescaleSlope RescaleIntercept RescaleType PresentationLUTShape BurnedInAnnotation "
    "LossyImageCompression FrameTime FrameTimeVector CineRate RecommendedDisplayFrameRate NumberOfStudyRelatedSeries "
    "NumberOfStudyRelatedInstances NumberOfSeriesRelatedInstances "
    "SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence PlanePositionSequence PlaneOrientationSequence "
    "PixelMeasuresSequence FrameVOILUTSequence PixelValueTransformationSequence FrameAnatomySequence "
    "SequenceOfUltrasoundRegions RegionSpatialFormat RegionDataType RegionFlags RegionLocationMinX0 "
    "RegionLocationMinY0 RegionLocationMaxX1 RegionLocationMaxY1 PhysicalUnitsXDirection PhysicalUnitsYDirection "
    "PhysicalDeltaX PhysicalDeltaY"
)
_STAYS = frozenset(tag(keyword) for keyword in _KEPT.split())
_NAME, _ID = tag("PatientName"), tag("PatientID")
_WELL_KNOWN = "1.2.840.10008."
"""UIDs of the standard itself (PS3.6 annex A) say what something is, not whose."""

Dataset = dict[str, Any]


def deidentified(dataset: Mapping[str, Any], hide: Callable[[str], str]) -> Dataset:
    """The DICOM JSON with what may be known, every UID of an instance of something replaced by `hide(uid)`.

    Where a patient was named stands ANONYMOUS, with an id that tells two patients apart and no more.
    """
    kept = {tag_: _value(element, hide) for tag_, element in dataset.items() if tag_ in _STAYS}
    if _NAME in dataset or _ID in dataset:
        [known] = dataset.get(_ID, {}).get("Value", [""])[:1] or [""]
        kept[_NAME] = {"vr": "PN", "Value": [{"Alphabetic": "ANONYMOUS"}]}
        kept[_ID] = {"vr": "LO", "Value": [f"ANON-{hide(str(known))[-6:]}"]}
    return dict(sorted(kept.items()))


def _value(element: Mapping[str, Any], hide: Callable[[str], str]) -> dict[str, Any]:
    values = element.get("Value")
    if element.get("vr") == "SQ":
        return {"vr": "SQ", "Value": [deidentified(item or {}, hide) for item in values or []]}
    if element.get("vr") == "UI" and values:
        return {"vr": "UI", "Value": [_uid(uid, hide) for uid in values]}
    return {"vr": element.get("vr", "UN")} | ({} if values is None else {"Value": values})


def _uid(uid: object, hide: Callable[[str], str]) -> object:
    return hide(uid) if isinstance(uid, str) and not uid.startswith(_WELL_KNOWN) else uid
