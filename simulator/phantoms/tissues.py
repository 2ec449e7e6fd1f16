"""What a label map is made of: the tissues, and one look-up table of them per modality."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Beam(NamedTuple):
    """An X-ray beam: how water weakens it per mm, and how much more than its CT number bone counts in it."""

    water_per_mm: float
    bone: float


LIMB_BEAM = Beam(0.0206, 1.6)  # about 60 keV effective
CHEST_BEAM = Beam(0.0158, 1.12)  # 125 kV, well filtered


class Properties(NamedTuple):
    """A tissue's CT number in HU, and its proton density (0 to 1), T1 and T2 in ms at 1.5 T.

    The CT numbers are those 70 s after contrast; `enhancement` has the other phases.
    """

    hu: int
    proton_density: float
    t1_ms: float
    t2_ms: float


class Tissue(IntEnum):
    """The values a label map holds; 0 is the air around the body."""

    AIR = 0
    LUNG = 1
    DENSE_LUNG = 2
    FAT = 3
    SKIN = 4
    MUSCLE = 5
    CARTILAGE = 6
    MARROW = 7
    CANCELLOUS_BONE = 8
    CORTICAL_BONE = 9
    ENHANCED_BLOOD = 10
    MYOCARDIUM = 11
    LIVER = 12
    SPLEEN = 13
    FLUID = 14
    DISC = 15
    CSF = 16
    CORD = 17
    GREY_MATTER = 18
    WHITE_MATTER = 19
    DEEP_GREY_MATTER = 20
    FLOWING_BLOOD = 21
    LUNG_NODULE = 22
    BRAIN_LESION = 23
    CALLUS = 24
    METAL = 25
    STRONG_TRABECULAE = 26
    VESSEL_WALL = 27
    COUCH = 28
    VENOUS_BLOOD = 29
    KIDNEY_CORTEX = 30
    KIDNEY_MEDULLA = 31
    PANCREAS = 32
    BOWEL_WALL = 33
    BOWEL_CONTENT = 34
    LIVER_LESION = 35
    POLYETHYLENE = 36


PROPERTIES: dict[Tissue, Properties] = {
    Tissue.AIR: Properties(-1000, 0.0, 1000, 10),
    Tissue.LUNG: Properties(-865, 0.1, 1200, 5),
    Tissue.DENSE_LUNG: Properties(-815, 0.12, 1200, 5),
    Tissue.FAT: Properties(-100, 0.90, 260, 80),
    Tissue.SKIN: Properties(10, 0.55, 500, 40),
    Tissue.MUSCLE: Properties(58, 0.75, 950, 46),
    Tissue.CARTILAGE: Properties(115, 0.55, 900, 40),
    Tissue.MARROW: Properties(-40, 0.80, 300, 60),
    Tissue.CANCELLOUS_BONE: Properties(210, 0.55, 400, 50),
    Tissue.CORTICAL_BONE: Properties(1150, 0.04, 800, 5),
    Tissue.ENHANCED_BLOOD: Properties(190, 0.10, 1400, 50),
    Tissue.MYOCARDIUM: Properties(105, 0.75, 950, 48),
    Tissue.LIVER: Properties(102, 0.72, 580, 45),
    Tissue.SPLEEN: Properties(118, 0.78, 1050, 75),
    Tissue.FLUID: Properties(12, 0.98, 3200, 900),
    Tissue.DISC: Properties(85, 0.60, 950, 60),
    Tissue.CSF: Properties(8, 1.00, 4200, 1900),
    Tissue.CORD: Properties(34, 0.75, 800, 80),
    Tissue.GREY_MATTER: Properties(38, 0.85, 1080, 100),
    Tissue.WHITE_MATTER: Properties(29, 0.72, 570, 76),
    Tissue.DEEP_GREY_MATTER: Properties(36, 0.81, 900, 86),
    Tissue.FLOWING_BLOOD: Properties(55, 0.06, 1400, 50),
    Tissue.LUNG_NODULE: Properties(42, 0.80, 1200, 70),
    Tissue.BRAIN_LESION: Properties(22, 0.94, 1350, 190),
    Tissue.CALLUS: Properties(360, 0.40, 700, 40),
    Tissue.METAL: Properties(7500, 0.0, 1000, 1),
    Tissue.STRONG_TRABECULAE: Properties(420, 0.40, 420, 40),
    Tissue.VESSEL_WALL: Properties(62, 0.70, 950, 46),
    Tissue.COUCH: Properties(-60, 0.0, 1000, 1),
    Tissue.VENOUS_BLOOD: Properties(165, 0.10, 1400, 50),
    Tissue.KIDNEY_CORTEX: Properties(185, 0.80, 960, 85),
    Tissue.KIDNEY_MEDULLA: Properties(165, 0.85, 1400, 85),
    Tissue.PANCREAS: Properties(98, 0.75, 580, 45),
    Tissue.BOWEL_WALL: Properties(88, 0.75, 900, 50),
    Tissue.BOWEL_CONTENT: Properties(35, 0.80, 700, 60),
    Tissue.LIVER_LESION: Properties(52, 0.80, 1000, 80),
    Tissue.POLYETHYLENE: Properties(-70, 0.0, 1000, 1),
}


def hounsfield() -> NDArray[np.int16]:
    """Return the CT number in HU of every label."""
    return np.array([PROPERTIES[tissue].hu for tissue in Tissue], dtype=np.int16)


def attenuation(beam: Beam = LIMB_BEAM) -> NDArray[np.float32]:
    """Return the linear attenuation per mm of every label for a plain film's beam.

    A CT number is a contrast against water; in a film's softer beam the part of it that is bone counts more,
    because photoelectric absorption grows as the energy falls.
    """
    contrast = hounsfield().astype(np.float32) / 1000
    photoelectric = np.where(contrast > 0.15, beam.bone, 1.0)
    return np.maximum(beam.water_per_mm * (1 + contrast * photoelectric), 0).astype(np.float32)


def relaxation() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return proton density, T1 in ms and T2 in ms of every label."""
    rows = [PROPERTIES[tissue] for tissue in Tissue]
    return (
        np.array([row.proton_density for row in rows]),
        np.array([row.t1_ms for row in rows]),
        np.array([row.t2_ms for row in rows]),
    )


def diffusion() -> NDArray[np.float64]:
    """Return the apparent diffusion coefficient of every label in mm2/s."""
    fluids = dict.fromkeys((Tissue.CSF, Tissue.FLUID), 3.0e-3)
    brain = {
        Tissue.GREY_MATTER: 0.82e-3,
        Tissue.WHITE_MATTER: 0.72e-3,
        Tissue.DEEP_GREY_MATTER: 0.75e-3,
        Tissue.CORD: 0.9e-3,
        Tissue.BRAIN_LESION: 1.35e-3,
        Tissue.FAT: 0.05e-3,
        Tissue.MARROW: 0.1e-3,
    }
    known = fluids | brain
    return np.array([known.get(tissue, 1.4e-3) for tissue in Tissue])
