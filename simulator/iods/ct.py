"""CT Image Storage, PS3.3 A.3: localizers, then each phase of a helical scan in each reconstruction."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from simulator.iods import ct_dose_report, ct_localizer, modules
from simulator.iods.barcode import marked
from simulator.iods.ct_protocols import PROTOCOLS, Protocol, Reconstruction
from simulator.iods.exam import Exam, Image, Scale, Series
from simulator.phantoms import ct
from simulator.phantoms.anatomy import Body
from simulator.phantoms.enhancement import Phase
from simulator.phantoms.painted import Painted

MODALITY = "CT"
RESCALE_INTERCEPT = -1024
MATRIX = {"full": 512, "small": 128}
_THICKER = {"full": 1.0, "small": 6.25}
_TUBE_CURRENT_MA = 300
_FIRST_NUMBER = 2
_PHASE_STEP = 10
_PER_SLICE_S = 0.02


def acquire(exam: Exam, body: Body) -> tuple[Series, ...]:
    """Return what a CT sends: localizers, a series for each phase and reconstruction, and the dose report."""
    protocol = PROTOCOLS[exam.protocol or "thorax"]
    grids = [_grid(exam, body, protocol, one) for one in protocol.reconstructions]
    thinnest = min(grids, key=lambda grid: grid.thickness_mm)
    if exam.is_pooled:
        painted = _pooled(body, exam.scale, thinnest.thickness_mm, len(thinnest.z))
    else:
        painted = Painted(body, thinnest.x, thinnest.y, thinnest.z)
    found: list[Series] = list(ct_localizer.acquire(exam, body, protocol)) if protocol.has_localizer else []
    for turn, phase in enumerate(protocol.phases):
        for place, (one, grid) in enumerate(zip(protocol.reconstructions, grids, strict=True)):
            number = _FIRST_NUMBER + turn * _PHASE_STEP + place
            found.append(_series(exam, body, painted, protocol, phase, one, grid, number))
    if protocol.has_dose_report:
        found.append(ct_dose_report.report(exam, body, protocol, body.high[2] - body.low[2]))
    return tuple(found)


@lru_cache(maxsize=1)
def _pooled(body: Body, scale: Scale, thickness_mm: float, count: int) -> Painted:
    """The body last scanned, kept for the next patient who has the same one."""
    grid = grid_of(scale, body, thickness_mm, count)
    return Painted(body, grid.x, grid.y, grid.z, keeps=True)


def grid_of(scale: Scale, body: Body, thickness_mm: float, count: int = 0) -> ct.Grid:
    """Return axial slices that cover the body, head first; `count` 0 has as many as fit."""
    matrix = MATRIX[scale]
    height = body.high[2] - body.low[2]
    count = count or max(2, int(height / thickness_mm))
    pixel = field_mm(body) / matrix
    across = ((np.arange(matrix) - (matrix - 1) / 2) * pixel).astype(np.float32)
    down = (body.high[2] - (np.arange(count) + 0.5) * thickness_mm).astype(np.float32)
    return ct.Grid(across, across, down, thickness_mm)


def field_mm(body: Body) -> float:
    """Return the side of the field of view: the patient's width, in steps of a centimetre."""
    return 10.0 * math.ceil((body.high[0] - body.low[0]) / 10)


def _grid(exam: Exam, body: Body, protocol: Protocol, one: Reconstruction) -> ct.Grid:
    wanted = one.thickness_mm or exam.thickness_mm
    if not exam.slices:
        return grid_of(exam.scale, body, wanted * _THICKER[exam.scale])
    # The thinnest series has the slices asked for, a thicker one as many fewer as it is thicker.
    least = min(other.thickness_mm or exam.thickness_mm for other in protocol.reconstructions)
    count = max(2, round(exam.slices * least / wanted))
    return grid_of(exam.scale, body, round((body.high[2] - body.low[2]) / count, 3), count)


def _series(
    exam: Exam,
    body: Body,
    painted: Painted,
    protocol: Protocol,
    phase: Phase,
    one: Reconstruction,
    grid: ct.Grid,
    number: int,
) -> Series:
    description = _description(protocol, phase, one, grid)
    begun = exam.start + timedelta(seconds=40 + phase.delay_s)

    def images() -> Iterator[Image]:
        noise = exam.random("noise", number)
        for index, hounsfield in enumerate(ct.images(painted, grid, one.kernel, protocol.mas, noise, phase)):
            own = modules.instance(exam, number, index + 1, begun + timedelta(seconds=_PER_SLICE_S * index))
            place = modules.position(float(grid.x[0]), float(grid.y[0]), float(grid.z[index]))
            stored = (hounsfield - np.int16(RESCALE_INTERCEPT)).view(np.uint16)
            yield Image({**own, **place}, marked(exam, stored, index + 1))

    shared = modules.join(
        _shared(exam, grid, number, protocol, description, begun),
        modules.dataset(modules.window(*one.windows)),
        _ct_image(body, protocol, one),
        _contrast(phase),
    )
    shared.IrradiationEventUID = ct_dose_report.event_uid(exam, phase)
    uid = str(shared.SeriesInstanceUID)
    heights = tuple(float(z) for z in grid.z)
    corner = (float(grid.x[0]), float(grid.y[0]))
    return Series(
        uid,
        number,
        MODALITY,
        description,
        len(heights),
        shared,
        images,
        shows_lesions=True,
        phase=phase,
        heights=heights,
        corner_mm=corner,
    )


def _description(protocol: Protocol, phase: Phase, one: Reconstruction, grid: ct.Grid) -> str:
    region = protocol.name.removesuffix(" contrast")
    when = {"arterial": " art", "portal venous": " C+", "native": ""}[phase.name]
    return f"{region}{when} {grid.thickness_mm:.1f} {one.kernel.name}"


def _shared(exam: Exam, grid: ct.Grid, number: int, protocol: Protocol, description: str, begun: datetime) -> Dataset:
    spacing = (grid.pixel_mm, grid.pixel_mm)
    return modules.join(
        modules.sop_common(exam, CTImageStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, number, MODALITY, description, protocol.name, begun),
        modules.frame_of_reference(exam),
        modules.equipment(exam, "Reference CT", "CT1"),
        modules.image_plane((1, 0, 0), (0, 1, 0), spacing, grid.thickness_mm),
        modules.image_pixel(len(grid.y), len(grid.x), bits_stored=12),
    )


def _ct_image(body: Body, protocol: Protocol, one: Reconstruction) -> Dataset:
    """PS3.3 C.8.2.1 CT Image, and the patient's position and part of the body from C.7.3.1."""
    part = Dataset()
    part.BodyPartExamined = body.body_part
    part.PatientPosition = "HFS"
    part.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    part.RescaleIntercept = modules.decimal(RESCALE_INTERCEPT)
    part.RescaleSlope = "1"
    part.RescaleType = "HU"
    part.KVP = modules.decimal(protocol.kvp)
    part.AcquisitionNumber = 1
    part.ScanOptions = "HELIX"
    part.DataCollectionDiameter = "500"
    part.ReconstructionDiameter = modules.decimal(field_mm(body))
    part.GantryDetectorTilt = "0"
    part.RotationDirection = "CW"
    part.ExposureTime = 1000 * protocol.mas // _TUBE_CURRENT_MA
    part.XRayTubeCurrent = _TUBE_CURRENT_MA
    part.Exposure = protocol.mas
    part.FilterType = "FLAT"
    part.ConvolutionKernel = one.kernel.name
    part.CTDIvol = protocol.ctdi_mgy
    part.CTDIPhantomTypeCodeSequence = [ct_dose_report.phantom_code(protocol)]
    return part


def _contrast(phase: Phase) -> Dataset:
    """PS3.3 C.7.6.4 Contrast/Bolus, where the blood of the phantom is bright."""
    part = Dataset()
    if phase.delay_s:
        part.ContrastBolusAgent = "Iohexol 300"
        part.ContrastBolusRoute = "IV"
        part.ContrastBolusVolume = "80"
    return part
