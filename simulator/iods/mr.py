"""MR Image Storage, PS3.3 A.4: the contrasts of one head, all on the same slices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage

from simulator.encoding import Own
from simulator.iods import modules
from simulator.iods.barcode import marked
from simulator.iods.exam import Exam, Image, Series
from simulator.phantoms import mr
from simulator.phantoms.anatomy import Body, Field
from simulator.phantoms.painted import Painted
from simulator.phantoms.tissues import Tissue

MODALITY = "MR"
NOISE = 0.012
_MATRIX = {"full": 256, "small": 128}
_THICKER = {"full": 1.0, "small": 3.5}
_FIELD_MM = 230.0
_MINUTES_EACH = 4
_MAP_NUMBER = 7


@dataclass(frozen=True)
class Protocol:
    """One series: its number, its description, and its sequences, which follow each other at every slice."""

    number: int
    description: str
    sequences: tuple[mr.Sequence, ...]


_BRAIN = (
    Protocol(2, "AX T1 SE", (mr.T1,)),
    Protocol(3, "AX T2 TSE", (mr.T2,)),
    Protocol(4, "AX T2 FLAIR", (mr.FLAIR,)),
)
_MORE = (Protocol(5, "AX PD TSE", (mr.PD,)), Protocol(6, "AX DWI b0 b500 b1000", mr.DIFFUSION))
PROTOCOLS: dict[str, tuple[Protocol, ...]] = {"brain": _BRAIN, "brain-diffusion": (*_BRAIN, *_MORE)}


@dataclass(frozen=True)
class Scan:
    """What every series of the examination looks at: the painted slices and the coil around them."""

    exam: Exam
    body: Body
    painted: Painted

    @property
    def spacing_mm(self) -> float:
        """From the middle of one slice to that of the next."""
        z = self.painted.z
        return float(z[1] - z[0]) if len(z) > 1 else self.body.high[2] - self.body.low[2]

    def coil(self) -> Field:
        """Return the sensitivity on the slices' grid."""
        return mr.sensitivity(self.exam.random("coil"), self.painted.x, self.painted.y, self.painted.z)


def acquire(exam: Exam, body: Body) -> tuple[Series, ...]:
    """Return one series for each contrast, and the map of diffusion where there is one."""
    scan = scan_of(exam, body)
    chosen = PROTOCOLS[exam.protocol or "brain"]
    found = [_series(scan, one) for one in chosen]
    diffusion = [one for one in chosen if one.sequences[0].is_planar]
    return (*found, *(_map(scan, one) for one in diffusion))


def scan_of(exam: Exam, body: Body) -> Scan:
    """Return the slices that cover the body, feet first."""
    matrix = _MATRIX[exam.scale]
    height = body.high[2] - body.low[2]
    spacing = round(height / exam.slices, 3) if exam.slices else exam.thickness_mm * _THICKER[exam.scale]
    count = exam.slices or int(height / spacing)
    across = ((np.arange(matrix) - (matrix - 1) / 2) * _FIELD_MM / matrix).astype(np.float32)
    up = (body.low[2] + (np.arange(count) + 0.5) * spacing).astype(np.float32)
    return Scan(exam, body, Painted(body, across, across, up))


def window_of(sequence: mr.Sequence) -> tuple[float, float, str]:
    """Return the window in which brain fills two thirds of the greys."""
    brain = [Tissue.GREY_MATTER, Tissue.WHITE_MATTER]
    top = 1.5 * float(mr.signal(sequence)[brain].max()) * sequence.gain * mr.FULL_SCALE
    return top / 2, top, "BRAIN"


def _series(scan: Scan, one: Protocol) -> Series:
    exam, count = scan.exam, len(scan.painted.z)
    begun = exam.start + timedelta(minutes=_MINUTES_EACH * (one.number - 2))

    def images() -> Iterator[Image]:
        random, coil = exam.random("noise", one.number), scan.coil()
        for place, sequence in enumerate(one.sequences):
            own_of_sequence = _contrast(sequence)
            for index in range(count):
                pixels = mr.image(scan.painted.labels(index), sequence, coil[index], NOISE, random)
                number = place * count + index + 1
                own = _own(scan, begun, one.number, number, index)
                yield Image({**own, **own_of_sequence}, marked(exam, pixels, number))

    shared = _shared(scan, one, begun)
    uid = str(shared.SeriesInstanceUID)
    heights = tuple(float(z) for z in scan.painted.z) * len(one.sequences)
    corner = (float(scan.painted.x[0]), float(scan.painted.y[0]))
    return Series(
        uid, one.number, MODALITY, one.description, len(heights), shared, images, heights=heights, corner_mm=corner
    )


def _map(scan: Scan, one: Protocol) -> Series:
    exam, count = scan.exam, len(scan.painted.z)
    begun = exam.start + timedelta(minutes=_MINUTES_EACH * (_MAP_NUMBER - 2))
    lowest, highest = one.sequences[0], one.sequences[-1]

    def images() -> Iterator[Image]:
        random, coil = exam.random("noise", _MAP_NUMBER), scan.coil()
        for index in range(count):
            labels = scan.painted.labels(index)
            pair = [mr.image(labels, each, coil[index], NOISE / 2, random) for each in (lowest, highest)]
            pixels = mr.apparent_diffusion(pair[0], pair[1], highest.b_value)
            own = _own(scan, begun, _MAP_NUMBER, index + 1, index)
            kind: Own = {"ImageType": ["DERIVED", "PRIMARY", "DIFFUSION MAP"], **modules.window((1000, 2000, "ADC"))}
            yield Image({**own, **_contrast(highest), **kind}, marked(exam, pixels, index + 1))

    shared = _shared(scan, Protocol(_MAP_NUMBER, "AX ADC", (highest,)), begun)
    shared.DerivationDescription = "ln(S0/Sb)/b in 1e-6 mm2/s"
    return Series(str(shared.SeriesInstanceUID), _MAP_NUMBER, MODALITY, "AX ADC", count, shared, images)


def _shared(scan: Scan, one: Protocol, begun: datetime) -> Dataset:
    exam, x, y = scan.exam, scan.painted.x, scan.painted.y
    pixel = float(x[1] - x[0])
    return modules.join(
        modules.sop_common(exam, MRImageStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, one.number, MODALITY, one.description, one.description, begun),
        modules.frame_of_reference(exam),
        modules.equipment(exam, "Reference MR 1.5T", "MR1"),
        modules.image_plane((1, 0, 0), (0, 1, 0), (pixel, pixel), 0.9 * scan.spacing_mm),
        modules.image_pixel(len(y), len(x), bits_stored=12),
        _mr_image(scan, one.sequences[0]),
    )


def _mr_image(scan: Scan, sequence: mr.Sequence) -> Dataset:
    """PS3.3 C.8.3.1 MR Image, and the patient's position and part of the body from C.7.3.1."""
    part = Dataset()
    part.BodyPartExamined = scan.body.body_part
    part.PatientPosition = "HFS"
    part.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    part.ScanningSequence = _scanning_sequence(sequence)
    part.SequenceVariant = "SK"
    part.ScanOptions = "FS" if sequence.is_planar else ""
    part.MRAcquisitionType = "2D"
    part.RepetitionTime = modules.decimal(sequence.repetition_time)
    part.EchoTime = modules.decimal(sequence.echo_time)
    if sequence.inversion_time:
        part.InversionTime = modules.decimal(sequence.inversion_time)
    part.NumberOfAverages = "1"
    part.ImagingFrequency = "63.87"
    part.ImagedNucleus = "1H"
    part.EchoNumbers = 1
    part.MagneticFieldStrength = "1.5"
    part.SpacingBetweenSlices = modules.decimal(scan.spacing_mm)
    part.EchoTrainLength = sequence.echo_train
    part.PixelBandwidth = "150"
    part.FlipAngle = "90"
    part.AcquisitionNumber = 1
    return part


def _scanning_sequence(sequence: mr.Sequence) -> list[str]:
    if sequence.is_planar:
        return ["SE", "EP"]
    return ["SE", "IR"] if sequence.inversion_time else ["SE"]


def _contrast(sequence: mr.Sequence) -> Own:
    # Vendors name the weighting in SequenceName; the b value has its own attribute only in the enhanced IOD.
    return {**modules.window(window_of(sequence)), "SequenceName": sequence.name}


def _own(scan: Scan, begun: datetime, series_number: int, number: int, index: int) -> Own:
    x, y, z = scan.painted.x, scan.painted.y, scan.painted.z
    own = modules.instance(scan.exam, series_number, number, begun + timedelta(seconds=number))
    return {**own, **modules.position(float(x[0]), float(y[0]), float(z[index]))}
