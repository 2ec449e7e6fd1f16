"""Enhanced MR Image Storage, PS3.3 A.36: each contrast as the frames of one instance."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import EnhancedMRImageStorage

from simulator.iods import modules, multiframe
from simulator.iods.barcode import marked
from simulator.iods.exam import Exam, Image, Series
from simulator.iods.mr import NOISE, PROTOCOLS, Protocol, Scan, scan_of, window_of
from simulator.phantoms import mr
from simulator.phantoms.anatomy import Body

MODALITY = "Enhanced MR"
_BRAIN = ("12738006", "SCT", "Brain")
_PER_FRAME_S = 2.0
_MEGAHERTZ = 63.87


def acquire(exam: Exam, body: Body) -> tuple[Series, ...]:
    """Return a series of one instance for each contrast."""
    scan = scan_of(exam, body)
    return tuple(_series(scan, one) for one in PROTOCOLS["brain"])


def _series(scan: Scan, one: Protocol) -> Series:
    exam, painted, sequence = scan.exam, scan.painted, one.sequences[0]
    begun = exam.start + timedelta(minutes=4 * (one.number - 2))

    def images() -> Iterator[Image]:
        random, coil = exam.random("noise", one.number), scan.coil()
        frames = [
            marked(exam, mr.image(painted.labels(index), sequence, coil[index], NOISE, random), index + 1)
            for index in range(len(painted.z))
        ]
        own = modules.without(modules.instance(exam, one.number, 1, begun), "Acquisition")
        yield Image(own, np.stack(frames))

    description = f"{one.description} enhanced"
    shared = _shared(scan, one, description, begun)
    uid = str(shared.SeriesInstanceUID)
    return Series(uid, one.number, "MR", description, 1, shared, images)


def _shared(scan: Scan, one: Protocol, description: str, begun: datetime) -> Dataset:
    exam, painted, sequence = scan.exam, scan.painted, one.sequences[0]
    pixel = float(painted.x[1] - painted.x[0])
    image_type = ["ORIGINAL", "PRIMARY", _weighting(sequence), "NONE"]
    frames = multiframe.planes(painted.z, (float(painted.x[0]), float(painted.y[0])), begun, _PER_FRAME_S)
    groups = modules.join(
        multiframe.common((pixel, pixel), 0.9 * scan.spacing_mm, _BRAIN, window_of(sequence)),
        multiframe.one("PixelValueTransformationSequence", RescaleIntercept="0", RescaleSlope="1", RescaleType="US"),
        multiframe.one(
            "MRImageFrameTypeSequence",
            **multiframe.description(image_type, is_frame=True),
            ComplexImageComponent="MAGNITUDE",
            AcquisitionContrast=_weighting(sequence),
        ),
        _timing(sequence),
        _geometry(len(painted.y)),
        _coils(),
    )
    return modules.join(
        modules.sop_common(exam, EnhancedMRImageStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, one.number, "MR", description, one.description, begun),
        modules.frame_of_reference(exam),
        modules.equipment(exam, "Reference MR 1.5T", "MR1"),
        modules.image_pixel(len(painted.y), len(painted.x), bits_stored=12),
        multiframe.image(begun, 1000 * _PER_FRAME_S * len(painted.z), image_type),
        multiframe.module(exam, groups, frames),
        _mr_image(sequence),
        _pulse_sequence(sequence),
    )


def _weighting(sequence: mr.Sequence) -> str:
    return {"T1": "T1", "T2": "T2", "FLAIR": "FLUID_ATTENUATED", "PD": "PROTON_DENSITY"}[sequence.name]


def _mr_image(sequence: mr.Sequence) -> Dataset:
    """PS3.3 C.8.13.1 Enhanced MR Image and C.8.13.2 MR Image and Spectroscopy Instance macro."""
    part = Dataset()
    part.ComplexImageComponent = "MAGNITUDE"
    part.AcquisitionContrast = _weighting(sequence)
    part.ResonantNucleus = "1H"
    part.KSpaceFiltering = "NONE"
    part.MagneticFieldStrength = 1.5
    part.ApplicableSafetyStandardAgency = "IEC"
    part.ApplicableSafetyStandardDescription = "IEC 60601-2-33"
    return part


def _pulse_sequence(sequence: mr.Sequence) -> Dataset:
    """PS3.3 C.8.13.4 MR Pulse Sequence."""
    part = Dataset()
    part.PulseSequenceName = sequence.name
    part.MRAcquisitionType = "2D"
    part.EchoPulseSequence = "SPIN"
    part.MultipleSpinEcho = "YES" if sequence.echo_train > 1 else "NO"
    part.MultiPlanarExcitation = "NO"
    part.PhaseContrast = "NO"
    part.TimeOfFlightContrast = "NO"
    part.SteadyStatePulseSequence = "NONE"
    part.EchoPlanarPulseSequence = "NO"
    part.SaturationRecovery = "NO"
    part.SpectrallySelectedSuppression = "NONE"
    part.OversamplingPhase = "NONE"
    part.RectilinearPhaseEncodeReordering = "LINEAR"
    part.SegmentedKSpaceTraversal = "PARTIAL" if sequence.echo_train > 1 else "SINGLE"
    part.GeometryOfKSpaceTraversal = "RECTILINEAR"
    part.NumberOfKSpaceTrajectories = 1
    return part


def _timing(sequence: mr.Sequence) -> Dataset:
    """PS3.3 C.8.13.5.2, .4, .5 and .6: times, echo and what prepares the signal."""
    mode = Dataset()
    mode.OperatingModeType = "STATIC FIELD"
    mode.OperatingMode = "IEC_NORMAL"
    modifier: dict[str, object] = {
        "InversionRecovery": "YES" if sequence.inversion_time else "NO",
        "FlowCompensation": "NONE",
        "Spoiling": "NONE",
        "T2Preparation": "NO",
        "SpectrallySelectedExcitation": "NONE",
        "SpatialPresaturation": "NONE",
        "PartialFourier": "NO",
        "ParallelAcquisition": "NO",
    }
    if sequence.inversion_time:
        modifier["InversionTimes"] = [float(sequence.inversion_time)]
    return modules.join(
        multiframe.one(
            "MRTimingAndRelatedParametersSequence",
            RepetitionTime=modules.decimal(sequence.repetition_time),
            FlipAngle="90",
            EchoTrainLength=sequence.echo_train,
            RFEchoTrainLength=sequence.echo_train,
            GradientEchoTrainLength=0,
            GradientOutputType="DB_DT",
            GradientOutput=12.0,
            OperatingModeSequence=[mode],
            SpecificAbsorptionRateSequence=[_absorption()],
        ),
        multiframe.one("MREchoSequence", EffectiveEchoTime=float(sequence.echo_time)),
        multiframe.one("MRModifierSequence", **modifier),
        multiframe.one(
            "MRImagingModifierSequence",
            MagnetizationTransfer="NONE",
            BloodSignalNulling="NO",
            Tagging="NONE",
            TransmitterFrequency=_MEGAHERTZ,
            PixelBandwidth="150",
        ),
        multiframe.one("MRAveragesSequence", NumberOfAverages="1"),
    )


def _absorption() -> Dataset:
    part = Dataset()
    part.SpecificAbsorptionRateDefinition = "IEC_HEAD"
    part.SpecificAbsorptionRateValue = 1.1
    return part


def _geometry(matrix: int) -> Dataset:
    """PS3.3 C.8.13.5.3 MR FOV/Geometry."""
    return multiframe.one(
        "MRFOVGeometrySequence",
        InPlanePhaseEncodingDirection="ROW",
        MRAcquisitionFrequencyEncodingSteps=matrix,
        MRAcquisitionPhaseEncodingStepsInPlane=matrix,
        PercentSampling="100",
        PercentPhaseFieldOfView="100",
    )


def _coils() -> Dataset:
    """PS3.3 C.8.13.5.7 and .8: receive and transmit coils."""
    return modules.join(
        multiframe.one(
            "MRReceiveCoilSequence",
            ReceiveCoilName="HEAD",
            ReceiveCoilManufacturerName=modules.MANUFACTURER,
            ReceiveCoilType="VOLUME",
            QuadratureReceiveCoil="YES",
        ),
        multiframe.one(
            "MRTransmitCoilSequence",
            TransmitCoilName="BODY",
            TransmitCoilManufacturerName=modules.MANUFACTURER,
            TransmitCoilType="BODY",
        ),
    )
