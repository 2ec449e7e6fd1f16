"""The protocols of the CT: phases, reconstructions, and a tube current that belongs to their noise."""

from dataclasses import dataclass

from simulator.phantoms.ct import HEAD, SHARP, SOFT, Kernel
from simulator.phantoms.enhancement import ARTERIAL, NATIVE, PORTAL, Phase

Windows = tuple[tuple[float, float, str], ...]
SOFT_TISSUE: Windows = ((40, 400, "SOFT_TISSUE"), (-600, 1500, "LUNG"))
LUNG: Windows = ((-600, 1500, "LUNG"), (40, 400, "SOFT_TISSUE"))
BRAIN: Windows = ((40, 80, "BRAIN"), (300, 1500, "BONE"))
BONE: Windows = ((300, 1500, "BONE"), (40, 80, "BRAIN"))


@dataclass(frozen=True)
class Reconstruction:
    """One series from the raw data; a thickness of 0 is the examination's own."""

    kernel: Kernel
    thickness_mm: float
    windows: Windows


@dataclass(frozen=True)
class Protocol:
    """What the radiographer chooses at the console; `mas` is what the tube gives one rotation's slice.

    `ctdi_per_mas` is the scanner's dose in mGy for each mAs in the phantom of `ctdi_phantom_cm`.
    """

    name: str
    phases: tuple[Phase, ...]
    reconstructions: tuple[Reconstruction, ...]
    mas: int = 150
    kvp: int = 120
    ctdi_per_mas: float = 0.0676
    ctdi_phantom_cm: int = 32
    has_localizer: bool = True
    has_dose_report: bool = True

    @property
    def ctdi_mgy(self) -> float:
        """CTDIvol of one phase, PS3.3 C.8.2.1."""
        return round(self.mas * self.ctdi_per_mas, 2)


PROTOCOLS: dict[str, Protocol] = {
    "thorax": Protocol(
        "Thorax contrast",
        (PORTAL,),
        (Reconstruction(SOFT, 0, SOFT_TISSUE),),
        has_localizer=False,
        has_dose_report=False,
    ),
    "thorax-full": Protocol(
        "Thorax contrast",
        (PORTAL,),
        (Reconstruction(SOFT, 5, SOFT_TISSUE), Reconstruction(SOFT, 1, SOFT_TISSUE), Reconstruction(SHARP, 3, LUNG)),
    ),
    "body": Protocol(
        "Thorax Abdomen Pelvis",
        (ARTERIAL, PORTAL),
        (Reconstruction(SOFT, 5, SOFT_TISSUE),),
        mas=180,
    ),
    "head": Protocol(
        "Head",
        (NATIVE,),
        (Reconstruction(HEAD, 5, BRAIN), Reconstruction(SHARP, 5, BONE)),
        mas=310,
        ctdi_per_mas=0.155,
        ctdi_phantom_cm=16,
    ),
}
