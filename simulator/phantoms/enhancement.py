"""Contrast medium: what it does to the CT numbers of blood and organs as it passes through them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.phantoms.tissues import Tissue, hounsfield


@dataclass(frozen=True)
class Phase:
    """A moment after the injection: its name, its delay in seconds, and the CT numbers that differ, in HU."""

    name: str
    delay_s: int
    hu: Mapping[Tissue, int] = field(default_factory=dict)


PORTAL = Phase("portal venous", 70)
ARTERIAL = Phase(
    "arterial",
    30,
    {
        Tissue.ENHANCED_BLOOD: 330,
        Tissue.VENOUS_BLOOD: 95,
        Tissue.MYOCARDIUM: 120,
        Tissue.LIVER: 72,
        Tissue.SPLEEN: 135,
        Tissue.PANCREAS: 120,
        Tissue.KIDNEY_CORTEX: 210,
        Tissue.KIDNEY_MEDULLA: 80,
        Tissue.LIVER_LESION: 55,
        Tissue.LUNG_NODULE: 34,
    },
)
NATIVE = Phase(
    "native",
    0,
    {
        Tissue.ENHANCED_BLOOD: 44,
        Tissue.VENOUS_BLOOD: 44,
        Tissue.MYOCARDIUM: 46,
        Tissue.LIVER: 58,
        Tissue.SPLEEN: 50,
        Tissue.PANCREAS: 42,
        Tissue.KIDNEY_CORTEX: 34,
        Tissue.KIDNEY_MEDULLA: 30,
        Tissue.LIVER_LESION: 40,
        Tissue.LUNG_NODULE: 28,
    },
)


def hounsfield_in(phase: Phase) -> NDArray[np.int16]:
    """Return the CT number in HU of every label in a phase; the tissue table itself is the portal venous one."""
    table = hounsfield()
    for tissue, hu in phase.hu.items():
        table[tissue] = hu
    return table
