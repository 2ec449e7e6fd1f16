"""Ultrasound Multi-frame Image Storage, PS3.3 A.7: a probe swept across the liver as a cine loop."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UltrasoundMultiFrameImageStorage

from simulator.iods import modules
from simulator.iods.barcode import marked
from simulator.iods.exam import Exam, Image, Series
from simulator.phantoms import ultrasound
from simulator.phantoms.anatomy import Body, label_map

MODALITY = "US"
_SIZES = {"full": (480, 640), "small": (120, 160)}
_FRAMES = {"full": 24, "small": 6}
_DEPTH_MM = 170.0
_FRAME_MS = 42.0
_NUMBER = 1


def acquire(exam: Exam, body: Body) -> tuple[Series, ...]:
    """Return one series of one loop."""
    rows, columns = _SIZES[exam.scale]
    count = exam.slices or _FRAMES[exam.scale]
    taken = exam.start + timedelta(minutes=3)
    pixel = _DEPTH_MM / rows

    def images() -> Iterator[Image]:
        random = exam.random("speckle")
        # The probe lies below the right costal margin and is tilted along the body.
        x = (-0.38 * body.high[0] + (np.arange(columns) - columns / 2) * pixel).astype(np.float32)
        y = (body.low[1] * 0.72 + np.arange(rows) * pixel).astype(np.float32)
        heights = np.linspace(body.low[2] * 0.40, body.low[2] * 0.29, count)
        frames = [
            marked(exam, ultrasound.image(label_map(body, x, y, np.array([z]))[0], random), number)
            for number, z in enumerate(heights, start=1)
        ]
        yield Image(modules.instance(exam, _NUMBER, 1, taken), np.stack(frames))

    shared = modules.join(
        modules.sop_common(exam, UltrasoundMultiFrameImageStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, _NUMBER, MODALITY, "Liver sweep", "Abdomen", taken),
        modules.equipment(exam, "Reference US", "US1"),
        modules.image_pixel(rows, columns, bits_stored=8),
        _us_image(count),
        _region(rows, columns, pixel),
    )
    uid = str(shared.SeriesInstanceUID)
    return (Series(uid, _NUMBER, MODALITY, "Liver sweep", 1, shared, images, shows_lesions=False),)


def _us_image(count: int) -> Dataset:
    """PS3.3 C.8.5.6 US Image, C.7.6.5 Cine and C.7.6.6 Multi-frame."""
    part = Dataset()
    part.BodyPartExamined = "ABDOMEN"
    part.ImageType = ["ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"]
    part.LossyImageCompression = "00"
    part.NumberOfFrames = count
    part.FrameTime = modules.decimal(_FRAME_MS)
    part.FrameIncrementPointer = 0x00181063
    part.PatientOrientation = ["L", "P"]
    part.StartTrim, part.StopTrim = 1, count
    part.CineRate = round(1000 / _FRAME_MS)
    part.TransducerData = ["C5-1", "", ""]
    return part


def _region(rows: int, columns: int, pixel_mm: float) -> Dataset:
    """PS3.3 C.8.5.5 US Region Calibration: the fan, in centimetres."""
    region = Dataset()
    region.RegionSpatialFormat = 1
    region.RegionDataType = 1
    region.RegionFlags = 2
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = columns - 1, rows - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = round(pixel_mm / 10, 6)
    part = Dataset()
    part.SequenceOfUltrasoundRegions = [region]
    return part
