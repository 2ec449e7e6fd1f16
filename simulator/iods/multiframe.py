"""Multi-frame functional groups, PS3.3 C.7.6.16: what enhanced CT and MR say once, and what of each frame."""

from datetime import datetime, timedelta

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from simulator.iods import modules
from simulator.iods.exam import Exam
from simulator.phantoms.anatomy import Field

STACK = "1"
Code = tuple[str, str, str]


def one(sequence: str, **values: object) -> Dataset:
    """Return a functional group: a sequence of one item with these attributes."""
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    part = Dataset()
    setattr(part, sequence, [item])
    return part


def module(exam: Exam, shared: Dataset, frames: list[Dataset]) -> Dataset:
    """PS3.3 C.7.6.16 Multi-frame Functional Groups and C.7.6.17 Multi-frame Dimension: a stack of slices."""
    organization = exam.uid("dimension organization")
    part = Dataset()
    part.NumberOfFrames = len(frames)
    part.SharedFunctionalGroupsSequence = [shared]
    part.PerFrameFunctionalGroupsSequence = frames
    of_uid = Dataset()
    of_uid.DimensionOrganizationUID = organization
    part.DimensionOrganizationSequence = [of_uid]
    part.DimensionIndexSequence = [
        _index(organization, keyword, label)
        for keyword, label in (("StackID", "Stack"), ("InStackPositionNumber", "Position"))
    ]
    return part


def planes(z: Field, corner: tuple[float, float], begun: datetime, per_frame_s: float) -> list[Dataset]:
    """Return for each height the groups Frame Content and Plane Position, the frames in the order of the stack."""
    found = []
    for index, height in enumerate(z):
        moment = f"{begun + timedelta(seconds=per_frame_s * index):%Y%m%d%H%M%S.%f}"
        content = one(
            "FrameContentSequence",
            FrameAcquisitionNumber=1,
            FrameReferenceDateTime=moment,
            FrameAcquisitionDateTime=moment,
            FrameAcquisitionDuration=1000 * per_frame_s,
            StackID=STACK,
            InStackPositionNumber=index + 1,
            DimensionIndexValues=[1, index + 1],
        )
        place = [modules.decimal(value) for value in (*corner, float(height))]
        found.append(modules.join(content, one("PlanePositionSequence", ImagePositionPatient=place)))
    return found


def common(
    spacing_mm: tuple[float, float], thickness_mm: float, region: Code, window: tuple[float, float, str]
) -> Dataset:
    """Return the groups that all frames of an axial stack share: measures, orientation, anatomy and window."""
    return modules.join(
        one(
            "PixelMeasuresSequence",
            PixelSpacing=[modules.decimal(value) for value in spacing_mm],
            SliceThickness=modules.decimal(thickness_mm),
        ),
        one("PlaneOrientationSequence", ImageOrientationPatient=["1", "0", "0", "0", "1", "0"]),
        one("FrameAnatomySequence", FrameLaterality="U", AnatomicRegionSequence=[modules.code(*region)]),
        one(
            "FrameVOILUTSequence",
            WindowCenter=modules.decimal(window[0]),
            WindowWidth=modules.decimal(window[1]),
            WindowCenterWidthExplanation=window[2],
        ),
    )


def description(image_type: list[str], *, is_frame: bool) -> dict[str, object]:
    """PS3.3 C.8.16.2 Common CT/MR Image Description, for the image or for its frames."""
    return {
        "FrameType" if is_frame else "ImageType": image_type,
        "PixelPresentation": "MONOCHROME",
        "VolumetricProperties": "VOLUME",
        "VolumeBasedCalculationTechnique": "NONE",
    }


def image(begun: datetime, seconds: float, image_type: list[str]) -> Dataset:
    """Return what the modules Enhanced CT Image and Enhanced MR Image, C.8.15.2 and C.8.13.1, have in common."""
    part = Dataset()
    for keyword, value in description(image_type, is_frame=False).items():
        setattr(part, keyword, value)
    part.AcquisitionNumber = 1
    part.AcquisitionDateTime = begun.strftime("%Y%m%d%H%M%S.%f")
    part.AcquisitionDuration = seconds
    part.ContentQualification = "PRODUCT"
    part.BurnedInAnnotation = "NO"
    part.LossyImageCompression = "00"
    part.PresentationLUTShape = "IDENTITY"
    part.AcquisitionContextSequence = []
    part.PatientPosition = "HFS"
    return part


def _index(organization: str, keyword: str, label: str) -> Dataset:
    part = Dataset()
    part.DimensionOrganizationUID = organization
    part.DimensionIndexPointer = _tag(keyword)
    part.FunctionalGroupPointer = _tag("FrameContentSequence")
    part.DimensionDescriptionLabel = label
    return part


def _tag(keyword: str) -> BaseTag:
    return Tag(keyword)
