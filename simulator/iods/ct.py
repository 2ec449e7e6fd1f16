"""CT Image Storage, PS3.3 A.3: a helical scan after contrast, reconstructed as axial slices."""

import math
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from simulator.iods import modules
from simulator.iods.exam import Exam, Image, Series
from simulator.phantoms import ct
from simulator.phantoms.anatomy import Body

MODALITY = "CT"
RESCALE_INTERCEPT = -1024
_MATRIX = {"full": 512, "small": 128}
_THICKER = {"full": 1.0, "small": 6.25}
_KVP = 120
_TUBE_CURRENT_MA = 300
_EXPOSURE_MS = 500
_EXPOSURE_MAS = _TUBE_CURRENT_MA * _EXPOSURE_MS // 1000
_SERIES_NUMBER = 2
_PROTOCOL = "Thorax contrast"


def acquire(exam: Exam, body: Body) -> tuple[Series, ...]:
    """Return the one series of the examination."""
    grid = _grid(exam, body)
    kernel = ct.SOFT
    description = f"Thorax C+ {grid.thickness_mm:.1f} {kernel.name}"

    def images() -> Iterator[Image]:
        noise = exam.random("noise", _SERIES_NUMBER)
        for index, hounsfield in enumerate(ct.slices(body, grid, kernel, _EXPOSURE_MAS, noise)):
            yield Image(_own(exam, grid, index), (hounsfield - RESCALE_INTERCEPT).astype(np.uint16))

    shared = _shared(exam, body, grid, kernel, description)
    uid = str(shared.SeriesInstanceUID)
    return (Series(uid, _SERIES_NUMBER, MODALITY, description, len(grid.z), shared, images),)


def _grid(exam: Exam, body: Body) -> ct.Grid:
    matrix = _MATRIX[exam.scale]
    height = body.high[2] - body.low[2]
    thickness = round(height / exam.slices, 3) if exam.slices else exam.thickness_mm * _THICKER[exam.scale]
    count = exam.slices or int(height / thickness)
    pixel = _field_mm(body) / matrix
    across = ((np.arange(matrix) - (matrix - 1) / 2) * pixel).astype(np.float32)
    down = (body.high[2] - (np.arange(count) + 0.5) * thickness).astype(np.float32)
    return ct.Grid(across, across, down, thickness)


def _field_mm(body: Body) -> float:
    # A radiographer sets the field of view to the patient's width, in steps of a centimetre.
    return 10.0 * math.ceil((body.high[0] - body.low[0]) / 10)


def _shared(exam: Exam, body: Body, grid: ct.Grid, kernel: ct.Kernel, description: str) -> Dataset:
    spacing = (grid.pixel_mm, grid.pixel_mm)
    return modules.join(
        modules.sop_common(exam, CTImageStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, _SERIES_NUMBER, MODALITY, description, _PROTOCOL, exam.start),
        modules.frame_of_reference(exam),
        modules.equipment(exam, "Reference CT", "CT1"),
        modules.image_plane((1, 0, 0), (0, 1, 0), spacing, grid.thickness_mm),
        modules.image_pixel(len(grid.y), len(grid.x), bits_stored=12),
        modules.window((40, 400, "SOFT TISSUE"), (-600, 1500, "LUNG")),
        _ct_image(body, kernel),
        _contrast(),
    )


def _ct_image(body: Body, kernel: ct.Kernel) -> Dataset:
    """PS3.3 C.8.2.1 CT Image, and the patient's position and part of the body from C.7.3.1."""
    part = Dataset()
    part.BodyPartExamined = body.body_part
    part.PatientPosition = "HFS"
    part.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    part.RescaleIntercept = modules.decimal(RESCALE_INTERCEPT)
    part.RescaleSlope = "1"
    part.RescaleType = "HU"
    part.KVP = modules.decimal(_KVP)
    part.AcquisitionNumber = 1
    part.ScanOptions = "HELIX"
    part.DataCollectionDiameter = "500"
    part.ReconstructionDiameter = modules.decimal(_field_mm(body))
    part.GantryDetectorTilt = "0"
    part.RotationDirection = "CW"
    part.ExposureTime = _EXPOSURE_MS
    part.XRayTubeCurrent = _TUBE_CURRENT_MA
    part.Exposure = _EXPOSURE_MAS
    part.FilterType = "FLAT"
    part.ConvolutionKernel = kernel.name
    return part


def _contrast() -> Dataset:
    """PS3.3 C.7.6.4 Contrast/Bolus: the blood of the phantom is bright."""
    part = Dataset()
    part.ContrastBolusAgent = "Iohexol 300"
    part.ContrastBolusRoute = "IV"
    part.ContrastBolusVolume = "80"
    return part


def _own(exam: Exam, grid: ct.Grid, index: int) -> Dataset:
    taken = exam.start + timedelta(seconds=40 + 0.02 * index)
    part = modules.instance(exam, _SERIES_NUMBER, index + 1, taken)
    z = float(grid.z[index])
    part.ImagePositionPatient = [modules.decimal(float(value)) for value in (grid.x[0], grid.y[0], z)]
    part.SliceLocation = modules.decimal(z)
    return part
