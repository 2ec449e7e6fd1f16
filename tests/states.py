"""Made presentation states and reports: a test states only what matters to it."""

from collections.abc import Sequence
from typing import Any

from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset

from tests.factories import image

GRAYSCALE = "1.2.840.10008.5.1.4.1.1.11.1"


def item(**keywords: Any) -> Dataset:
    """An item, or any data set, of these attributes, of values that no writer should write too."""
    made = Dataset()
    with disable_value_validation():
        for keyword, value in keywords.items():
            setattr(made, keyword, value)
    return made


def reference(dataset: Dataset, *frames: int) -> Dataset:
    """An item of a Referenced Image Sequence."""
    made = item(ReferencedSOPClassUID=dataset.SOPClassUID, ReferencedSOPInstanceUID=dataset.SOPInstanceUID)
    if frames:
        made.ReferencedFrameNumber = list(frames)
    return made


def state(images: Sequence[Dataset], **keywords: Any) -> Dataset:
    """A grayscale softcopy presentation state of images of one study, in a series of its own."""
    series = [item(SeriesInstanceUID=one.SeriesInstanceUID, ReferencedImageSequence=[reference(one)]) for one in images]
    attributes: dict[str, Any] = {
        "SOPClassUID": GRAYSCALE,
        "Modality": "PR",
        "StudyInstanceUID": images[0].StudyInstanceUID,
        "ReferencedSeriesSequence": series,
        "PresentationLUTShape": "IDENTITY",
        "SeriesNumber": 9,
    }
    return without_pixels(**(attributes | keywords))


def without_pixels(**keywords: Any) -> Dataset:
    """An instance of the same synthetic person that is no image."""
    made = image()
    for keyword in (
        "SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit "
        "PixelRepresentation PixelData"
    ).split():
        delattr(made, keyword)
    made.update(item(**keywords))
    return made


def area(left: int, top: int, right: int, bottom: int, mode: str = "SCALE TO FIT", **keywords: Any) -> Dataset:
    """An item of the Displayed Area Selection Sequence."""
    return item(
        DisplayedAreaTopLeftHandCorner=[left, top],
        DisplayedAreaBottomRightHandCorner=[right, bottom],
        PresentationSizeMode=mode,
        **({"PresentationPixelAspectRatio": [1, 1]} | keywords),
    )


def graphic(kind: str, *data: float, units: str = "PIXEL", filled: str = "N") -> Dataset:
    """An item of the Graphic Object Sequence."""
    return item(
        GraphicAnnotationUnits=units,
        GraphicDimensions=2,
        NumberOfGraphicPoints=len(data) // 2,
        GraphicData=list(data),
        GraphicType=kind,
        GraphicFilled=filled,
    )


def layer(name: str, order: int = 1, grey: int | None = None, lab: Sequence[int] | None = None) -> Dataset:
    """An item of the Graphic Layer Sequence."""
    made = item(GraphicLayer=name, GraphicLayerOrder=order)
    if grey is not None:
        made.GraphicLayerRecommendedDisplayGrayscaleValue = grey
    if lab is not None:
        made.GraphicLayerRecommendedDisplayCIELabValue = list(lab)
    return made


def concept(meaning: str, value: str = "121071") -> Dataset:
    """A code of DCM, or a made one."""
    return item(CodeValue=value, CodingSchemeDesignator="DCM", CodeMeaning=meaning)


def content(kind: str, about: str = "", relationship: str = "CONTAINS", **keywords: Any) -> Dataset:
    """A content item."""
    made = item(RelationshipType=relationship, ValueType=kind, **keywords)
    if about:
        made.ConceptNameCodeSequence = [concept(about)]
    return made


def report(*children: Dataset, title: str = "Imaging Report", **keywords: Any) -> Dataset:
    """A comprehensive structured report with these content items."""
    attributes: dict[str, Any] = {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.33",
        "Modality": "SR",
        "ValueType": "CONTAINER",
        "ContinuityOfContent": "SEPARATE",
        "ConceptNameCodeSequence": [concept(title)],
        "ContentSequence": list(children),
    }
    return without_pixels(**(attributes | keywords))


def encapsulated(document: bytes, media_type: str = "application/pdf", **keywords: Any) -> Dataset:
    """An encapsulated document, padded to an even length."""
    attributes: dict[str, Any] = {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.104.1",
        "Modality": "DOC",
        "MIMETypeOfEncapsulatedDocument": media_type,
        "EncapsulatedDocument": document + b"\0" * (len(document) % 2),
    }
    return without_pixels(**(attributes | keywords))
