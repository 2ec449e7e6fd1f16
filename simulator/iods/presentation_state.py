"""Grayscale Softcopy Presentation State, PS3.3 A.33.1: how the reader left the key image, with a mark on it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import GrayscaleSoftcopyPresentationStateStorage

from simulator.iods import findings, modules
from simulator.iods.exam import Exam, Image, Series
from simulator.phantoms.anatomy import Body, Lesion

_NUMBER = 903
_LAYER = "MARKS"
_MARGIN = 1.6


def make(exam: Exam, body: Body, series: tuple[Series, ...]) -> Series:
    """Return the presentation state as a series of one instance."""
    lesion = next(iter(body.lesions), None)
    key = findings.key_image(series, lesion)
    saved = exam.start + timedelta(hours=2, minutes=2)

    def images() -> Iterator[Image]:
        own = modules.instance(exam, _NUMBER, 1, saved)
        yield Image(modules.without(own, "Acquisition", "Content"), None)

    shared = modules.join(
        modules.sop_common(exam, GrayscaleSoftcopyPresentationStateStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, _NUMBER, "PR", "Presentation state", "", saved),
        modules.equipment(exam, "Reference workstation", "WS1"),
        _region(body),
        _identification(saved),
        _relationship(exam, key),
        _display(exam, key),
        _marks(exam, key, lesion),
    )
    del shared.ProtocolName
    uid = str(shared.SeriesInstanceUID)
    return Series(uid, _NUMBER, "PR", "Presentation state", 1, shared, images, shows_lesions=False)


def _identification(saved: datetime) -> Dataset:
    """PS3.3 C.11.10 Presentation State Identification."""
    part = Dataset()
    part.PresentationCreationDate, part.PresentationCreationTime = modules.date_and_time(saved)
    part.ContentLabel = "KEY_IMAGE"
    part.ContentDescription = "Window and marks of the key image"
    part.ContentCreatorName = findings.READER
    return part


def _region(body: Body) -> Dataset:
    """PS3.3 C.7.3.1 General Series: what of the body, and which side of it."""
    part = Dataset()
    part.BodyPartExamined = body.body_part
    if body.laterality:
        part.Laterality = body.laterality
    return part


def _image(exam: Exam, key: findings.Key) -> Dataset:
    return modules.reference(str(key.series.shared.SOPClassUID), findings.instance_uid(exam, key))


def _relationship(exam: Exam, key: findings.Key) -> Dataset:
    """PS3.3 C.11.11 Presentation State Relationship."""
    of_series = Dataset()
    of_series.SeriesInstanceUID = key.series.uid
    of_series.ReferencedImageSequence = [_image(exam, key)]
    part = Dataset()
    part.ReferencedSeriesSequence = [of_series]
    return part


def _display(exam: Exam, key: findings.Key) -> Dataset:
    """PS3.3 C.10.4 Displayed Area, C.11.8 Softcopy VOI LUT, C.11.6 Presentation LUT, C.11.1 Modality LUT."""
    image = key.series.shared
    area = Dataset()
    area.ReferencedImageSequence = [_image(exam, key)]
    area.DisplayedAreaTopLeftHandCorner = [1, 1]
    area.DisplayedAreaBottomRightHandCorner = [int(image.Columns), int(image.Rows)]
    area.PresentationSizeMode = "SCALE TO FIT"
    spacing = image.get("PixelSpacing")
    if spacing:
        area.PresentationPixelSpacing = [str(value) for value in spacing]
    else:
        area.PresentationPixelAspectRatio = [1, 1]
    part = Dataset()
    part.DisplayedAreaSelectionSequence = [area]
    is_inverse = image.PhotometricInterpretation == "MONOCHROME1"
    part.PresentationLUTShape = "INVERSE" if is_inverse else "IDENTITY"
    if "RescaleSlope" in image:
        part.RescaleIntercept, part.RescaleSlope = image.RescaleIntercept, image.RescaleSlope
        part.RescaleType = image.get("RescaleType", "US")
    if "WindowCenter" in image:
        voi = Dataset()
        voi.WindowCenter, voi.WindowWidth = image.WindowCenter[0], image.WindowWidth[0]
        part.SoftcopyVOILUTSequence = [voi]
    return part


def _marks(exam: Exam, key: findings.Key, lesion: Lesion | None) -> Dataset:
    """PS3.3 C.10.5 Graphic Annotation and C.10.7 Graphic Layer: a circle around the lesion, and its name."""
    if lesion is None or not key.series.heights:
        return Dataset()
    down, across = (float(value) for value in key.series.shared.PixelSpacing)
    left, front = key.series.corner_mm
    centre = np.array([(lesion.centre_mm[0] - left) / across, (lesion.centre_mm[1] - front) / down]) + 1
    radius = _MARGIN * lesion.diameter_mm / 2 / across
    circle = Dataset()
    circle.GraphicAnnotationUnits, circle.GraphicDimensions, circle.NumberOfGraphicPoints = "PIXEL", 2, 2
    circle.GraphicData = [float(value) for value in (*centre, centre[0] + radius, centre[1])]
    circle.GraphicType, circle.GraphicFilled = "CIRCLE", "N"
    words = Dataset()
    words.AnchorPointAnnotationUnits = "PIXEL"
    words.UnformattedTextValue = f"{lesion.diameter_mm:.1f} mm"
    words.AnchorPoint = [float(centre[0] + radius), float(centre[1])]
    words.AnchorPointVisibility = "N"
    mark, layer, part = Dataset(), Dataset(), Dataset()
    mark.ReferencedImageSequence = [_image(exam, key)]
    mark.GraphicLayer = _LAYER
    mark.TextObjectSequence, mark.GraphicObjectSequence = [words], [circle]
    layer.GraphicLayer, layer.GraphicLayerOrder = _LAYER, 1
    part.GraphicAnnotationSequence, part.GraphicLayerSequence = [mark], [layer]
    return part
