"""MR Image Storage, PS3.3 A.4: a brain in T1, T2 and FLAIR, all on the same slices."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage

from simulator.iods import modules
from simulator.iods.exam import Exam, Image, Series
from simulator.phantoms import mr
from simulator.phantoms.anatomy import Body, Field, Labels, label_map
from simulator.phantoms.tissues import Tissue

MODALITY = "MR"
_MATRIX = {"full": 256, "small": 128}
_THICKER = {"full": 1.0, "small": 3.5}
_FIELD_MM = 230.0
_NOISE = 0.012
_SEQUENCES = ((2, mr.T1, "AX T1 SE"), (3, mr.T2, "AX T2 TSE"), (4, mr.FLAIR, "AX T2 FLAIR"))
_MINUTES_EACH = 4

Axes = tuple[Field, Field, Field]


def acquire(exam: Exam, body: Body) -> tuple[Series, ...]:
    """Return one series for each sequence."""
    axes = _axes(exam, body)

    @cache
    def labels(index: int) -> Labels:
        slab = label_map(body, axes[0], axes[1], axes[2][index : index + 1])
        return slab.reshape(slab.shape[1:])

    return tuple(
        _series(exam, body, axes, labels, number, sequence, description) for number, sequence, description in _SEQUENCES
    )


def _series(
    exam: Exam,
    body: Body,
    axes: Axes,
    labels: Callable[[int], Labels],
    number: int,
    sequence: mr.Sequence,
    description: str,
) -> Series:
    x, y, z = axes

    def images() -> Iterator[Image]:
        random = exam.random("noise", number)
        coil = mr.sensitivity(exam.random("coil"), x, y, z)
        window = _window(sequence)
        for index in range(len(z)):
            pixels = mr.image(labels(index), sequence, coil[index], _NOISE, random)
            yield Image(modules.join(_own(exam, axes, number, index), window), pixels)

    shared = _shared(exam, body, axes, number, sequence, description)
    return Series(str(shared.SeriesInstanceUID), number, MODALITY, description, len(z), shared, images)


def _axes(exam: Exam, body: Body) -> Axes:
    matrix = _MATRIX[exam.scale]
    height = body.high[2] - body.low[2]
    spacing = round(height / exam.slices, 3) if exam.slices else exam.thickness_mm * _THICKER[exam.scale]
    count = exam.slices or int(height / spacing)
    across = ((np.arange(matrix) - (matrix - 1) / 2) * _FIELD_MM / matrix).astype(np.float32)
    up = (body.low[2] + (np.arange(count) + 0.5) * spacing).astype(np.float32)
    return across, across, up


def _shared(exam: Exam, body: Body, axes: Axes, number: int, sequence: mr.Sequence, description: str) -> Dataset:
    x, y, z = axes
    pixel = float(x[1] - x[0])
    between = float(z[1] - z[0]) if len(z) > 1 else body.high[2] - body.low[2]
    start = exam.start + timedelta(minutes=_MINUTES_EACH * (number - 2))
    return modules.join(
        modules.sop_common(exam, MRImageStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, number, MODALITY, description, description, start),
        modules.frame_of_reference(exam),
        modules.equipment(exam, "Reference MR 1.5T", "MR1"),
        modules.image_plane((1, 0, 0), (0, 1, 0), (pixel, pixel), 0.9 * between),
        modules.image_pixel(len(y), len(x), bits_stored=12),
        _mr_image(body, sequence, between),
    )


def _mr_image(body: Body, sequence: mr.Sequence, between_slices_mm: float) -> Dataset:
    """PS3.3 C.8.3.1 MR Image, and the patient's position and part of the body from C.7.3.1."""
    part = Dataset()
    part.BodyPartExamined = body.body_part
    part.PatientPosition = "HFS"
    part.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    part.ScanningSequence = ["SE", "IR"] if sequence.inversion_time else "SE"
    part.SequenceVariant = "SK"
    part.ScanOptions = ""
    part.MRAcquisitionType = "2D"
    part.SequenceName = sequence.name
    part.RepetitionTime = modules.decimal(sequence.repetition_time)
    part.EchoTime = modules.decimal(sequence.echo_time)
    if sequence.inversion_time:
        part.InversionTime = modules.decimal(sequence.inversion_time)
    part.NumberOfAverages = "1"
    part.ImagingFrequency = "63.87"
    part.ImagedNucleus = "1H"
    part.EchoNumbers = 1
    part.MagneticFieldStrength = "1.5"
    part.SpacingBetweenSlices = modules.decimal(between_slices_mm)
    part.EchoTrainLength = sequence.echo_train
    part.PixelBandwidth = "150"
    part.FlipAngle = "90"
    part.AcquisitionNumber = 1
    return part


def _window(sequence: mr.Sequence) -> Dataset:
    brain = [Tissue.GREY_MATTER, Tissue.WHITE_MATTER]
    top = 1.5 * float(mr.signal(sequence)[brain].max()) * sequence.gain * mr.FULL_SCALE
    return modules.window((top / 2, top, "BRAIN"))


def _own(exam: Exam, axes: Axes, number: int, index: int) -> Dataset:
    x, y, z = axes
    taken = exam.start + timedelta(minutes=_MINUTES_EACH * (number - 2), seconds=index)
    part = modules.instance(exam, number, index + 1, taken)
    place = float(z[index])
    part.ImagePositionPatient = [modules.decimal(float(value)) for value in (x[0], y[0], place)]
    part.SliceLocation = modules.decimal(place)
    return part
