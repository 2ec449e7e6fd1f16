"""Ultrasound: echoes of a label map under a curved probe, in the fan that it sweeps."""

import numpy as np
from numpy.typing import NDArray

from simulator.phantoms.anatomy import Field, Labels
from simulator.phantoms.noise import soften
from simulator.phantoms.tissues import Tissue, hounsfield

_NEAR, _FAR = 0.22, 0.96  # of the image's height, from the centre of the probe's curve
_HALF_ANGLE = 0.60
_TOP = 255
_ECHO_FREE = (Tissue.FLUID, Tissue.ENHANCED_BLOOD, Tissue.VENOUS_BLOOD, Tissue.CSF)
_MIRRORS = (Tissue.AIR, Tissue.LUNG, Tissue.DENSE_LUNG, Tissue.CORTICAL_BONE, Tissue.METAL)


def echogenicity() -> NDArray[np.float32]:
    """Return how strongly each label scatters, 0 to 1: fluid not at all, fat and walls most."""
    table = np.full(len(Tissue), 0.42, dtype=np.float32)
    table[[Tissue.FAT, Tissue.BOWEL_WALL, Tissue.VESSEL_WALL, Tissue.SKIN]] = 0.62
    table[Tissue.MUSCLE] = 0.34
    table[Tissue.KIDNEY_CORTEX] = 0.36
    table[Tissue.KIDNEY_MEDULLA] = 0.24
    table[Tissue.LIVER_LESION] = 0.28
    table[list(_ECHO_FREE)] = 0.02
    table[list(_MIRRORS)] = 0.30
    return table


def fan(rows: int, columns: int) -> tuple[NDArray[np.bool_], Field, Field]:
    """Return which pixels the probe sees, and their depth (0 to 1) and angle (-1 to 1)."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    down = (y / rows * (1 - 0.02) + _NEAR * np.cos(_HALF_ANGLE)).astype(np.float32)
    across = ((x - (columns - 1) / 2) / rows).astype(np.float32)
    radius, angle = np.hypot(down, across), np.arctan2(across, down)
    seen = (radius > _NEAR) & (radius < _NEAR + _FAR) & (np.abs(angle) < _HALF_ANGLE)
    return seen, ((radius - _NEAR) / _FAR).astype(np.float32), (angle / _HALF_ANGLE).astype(np.float32)


def image(labels: Labels, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return grey values (rows x columns, 8 bit) of labels that lie as the fan does, the probe at the top.

    Speckle is the magnitude of many scatterers' sum, so its amplitude is Rayleigh; an interface echoes by the step in
    density; bone and gas throw a shadow; the display compresses by the logarithm.
    """
    rows, columns = labels.shape
    seen, depth, _ = fan(rows, columns)
    impedance = hounsfield()[labels].clip(-1000, 1500).astype(np.float32)
    edge: Field = np.abs(np.diff(impedance, axis=0, prepend=impedance[:1]))
    walls = np.cumsum(edge > 500, axis=0, dtype=np.float32)
    amplitude = _echoes(labels, edge, random) * np.exp(-0.37 * walls - 0.35 * depth)
    grey = 255 * (1 + 20 * np.log10(np.maximum(soften(amplitude) + 0.004, 1e-4)) / 48)
    return np.where(seen, grey, 0).clip(0, _TOP).astype(np.uint8)


def _echoes(labels: Labels, edge: Field, random: np.random.Generator) -> Field:
    real, imaginary = (soften(random.standard_normal(labels.shape, dtype=np.float32)) for _ in range(2))
    speckle = np.hypot(real, imaginary) / 0.47
    return np.asarray(echogenicity()[labels] * speckle + 0.0016 * np.minimum(soften(edge), 500), dtype=np.float32)
