"""Enhanced CT Image Storage, PS3.3 A.38: a whole helical scan as the frames of one instance."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import EnhancedCTImageStorage

from simulator.iods import ct_dose_report, modules, multiframe
from simulator.iods.barcode import marked
from simulator.iods.ct import RESCALE_INTERCEPT, field_mm, grid_of
from simulator.iods.ct_protocols import PROTOCOLS, Protocol
from simulator.iods.exam import Exam, Image, Series
from simulator.phantoms import ct
from simulator.phantoms.anatomy import Body
from simulator.phantoms.painted import Painted

MODALITY = "Enhanced CT"
_NUMBER = 2
_THICKER = {"full": 1.0, "small": 4.0}
_TYPE = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
_PER_FRAME_S = 0.02
_REGIONS = {"CHEST": ("816094009", "SCT", "Chest"), "BRAIN": ("12738006", "SCT", "Brain")}
_ROTATION_S = 0.5


def acquire(exam: Exam, body: Body) -> tuple[Series, ...]:
    """Return one series of one instance."""
    protocol = PROTOCOLS[exam.protocol or "thorax"]
    thickness = exam.thickness_mm * _THICKER[exam.scale]
    if exam.slices:
        thickness = round((body.high[2] - body.low[2]) / exam.slices, 3)
    grid = grid_of(exam.scale, body, thickness, exam.slices)
    begun = exam.start + timedelta(seconds=110)
    one, phase = protocol.reconstructions[0], protocol.phases[0]

    def images() -> Iterator[Image]:
        painted = Painted(body, grid.x, grid.y, grid.z)
        found = ct.images(painted, grid, one.kernel, protocol.mas, exam.random("noise", _NUMBER), phase)
        frames = [
            marked(exam, (hounsfield - np.int16(RESCALE_INTERCEPT)).view(np.uint16), number)
            for number, hounsfield in enumerate(found, start=1)
        ]
        own = modules.instance(exam, _NUMBER, 1, begun)
        yield Image(modules.without(own, "Acquisition"), np.stack(frames))

    description = f"{protocol.name.removesuffix(' contrast')} {grid.thickness_mm:.1f} {one.kernel.name} enhanced"
    frames = multiframe.planes(grid.z, (float(grid.x[0]), float(grid.y[0])), begun, _PER_FRAME_S)
    shared = modules.join(
        modules.sop_common(exam, EnhancedCTImageStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, _NUMBER, "CT", description, protocol.name, begun),
        modules.frame_of_reference(exam),
        modules.equipment(exam, "Reference CT", "CT1"),
        modules.image_pixel(len(grid.y), len(grid.x), bits_stored=12),
        multiframe.image(begun, 1000 * _PER_FRAME_S * len(grid.z), _TYPE),
        multiframe.module(exam, _shared_groups(exam, body, protocol, grid), frames),
        _contrast(),
    )
    return (Series(str(shared.SeriesInstanceUID), _NUMBER, "CT", description, 1, shared, images, phase=phase),)


def _shared_groups(exam: Exam, body: Body, protocol: Protocol, grid: ct.Grid) -> Dataset:
    one = protocol.reconstructions[0]
    frame_type = multiframe.description(_TYPE, is_frame=True)
    region = _REGIONS.get(body.body_part, ("416775004", "SCT", "Chest, Abdomen and Pelvis"))
    return modules.join(
        multiframe.common((grid.pixel_mm, grid.pixel_mm), grid.thickness_mm, region, one.windows[0]),
        multiframe.one("CTImageFrameTypeSequence", **frame_type),
        multiframe.one(
            "PixelValueTransformationSequence",
            RescaleIntercept=modules.decimal(RESCALE_INTERCEPT),
            RescaleSlope="1",
            RescaleType="HU",
        ),
        multiframe.one("CTReconstructionSequence", **_reconstruction(body, protocol, grid)),
        multiframe.one(
            "ContrastBolusUsageSequence",
            ContrastBolusAgentNumber=1,
            ContrastBolusAgentAdministered="YES",
            ContrastBolusAgentDetected="YES",
        ),
        multiframe.one(
            "IrradiationEventIdentificationSequence",
            IrradiationEventUID=ct_dose_report.event_uid(exam, protocol.phases[0]),
        ),
        _acquisition(protocol),
        _exposure(protocol),
    )


def _acquisition(protocol: Protocol) -> Dataset:
    """PS3.3 C.8.15.3.2 to C.8.15.3.6: how gantry and table moved."""
    return modules.join(
        multiframe.one(
            "CTAcquisitionTypeSequence", AcquisitionType="SPIRAL", ConstantVolumeFlag="NO", FluoroscopyFlag="NO"
        ),
        multiframe.one(
            "CTAcquisitionDetailsSequence",
            RotationDirection="CW",
            RevolutionTime=_ROTATION_S,
            SingleCollimationWidth=0.6,
            TotalCollimationWidth=38.4,
            TableHeight="150",
            GantryDetectorTilt="0",
            DataCollectionDiameter="500",
        ),
        multiframe.one("CTTableDynamicsSequence", TableSpeed=76.8, TableFeedPerRotation=38.4, SpiralPitchFactor=1.0),
        multiframe.one(
            "CTPositionSequence",
            TablePosition=0.0,
            DataCollectionCenterPatient=[0.0, 0.0, 0.0],
            ReconstructionTargetCenterPatient=[0.0, 0.0, 0.0],
        ),
        multiframe.one(
            "CTGeometrySequence", DistanceSourceToDetector="1085", DistanceSourceToDataCollectionCenter=595.0
        ),
        multiframe.one(
            "CTXRayDetailsSequence",
            KVP=modules.decimal(protocol.kvp),
            FocalSpots=["0.9"],
            FilterType="FLAT",
            FilterMaterial=["ALUMINUM"],
        ),
    )


def _reconstruction(body: Body, protocol: Protocol, grid: ct.Grid) -> dict[str, object]:
    return {
        "ReconstructionAlgorithm": "FILTER_BACK_PROJ",
        "ConvolutionKernel": protocol.reconstructions[0].kernel.name,
        "ConvolutionKernelGroup": "SOFT_TISSUE",
        "ReconstructionDiameter": modules.decimal(field_mm(body)),
        "ReconstructionPixelSpacing": [grid.pixel_mm, grid.pixel_mm],
        "ReconstructionAngle": 360.0,
        "ImageFilter": "NONE",
    }


def _exposure(protocol: Protocol) -> Dataset:
    return multiframe.one(
        "CTExposureSequence",
        ExposureTimeInms=1000 * _ROTATION_S,
        XRayTubeCurrentInmA=protocol.mas / _ROTATION_S,
        ExposureInmAs=float(protocol.mas),
        ExposureModulationType="NONE",
        CTDIvol=protocol.ctdi_mgy,
        CTDIPhantomTypeCodeSequence=[ct_dose_report.phantom_code(protocol)],
    )


def _contrast() -> Dataset:
    """PS3.3 C.7.6.4b Enhanced Contrast/Bolus."""
    agent = modules.code("109218000", "SCT", "Iohexol")
    agent.ContrastBolusAgentNumber = 1
    agent.ContrastBolusIngredientCodeSequence = [modules.code("44588005", "SCT", "Iodine")]
    agent.ContrastBolusAdministrationRouteSequence = [modules.code("47625008", "SCT", "Intravenous route")]
    agent.ContrastBolusVolume = "80"
    agent.ContrastBolusIngredientConcentration = 300.0
    agent.ContrastBolusIngredientOpaque = "YES"
    part = Dataset()
    part.ContrastBolusAgentSequence = [agent]
    return part
