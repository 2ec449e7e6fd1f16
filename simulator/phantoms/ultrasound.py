"""Ultrasound: echoes of a label map under a curved probe, in the fan that it sweeps."""

import numpy as np
from numpy.typing import NDArray

from simulator.phantoms.anatomy import Field, Labels
from simulator.phantoms.noise import soften
from simulator.phantoms.tissues import Tissue, hounsfield

_NEAR, _DEPTH = 0.30, 0.93  # of the image's height, from the centre of the probe's curve
_HALF_ANGLE = 0.60
_LINES = 192
_TOP = 255
_BRIGHTEST, _DECIBELS = 0.7, 46.0
_ECHO_FREE = (Tissue.FLUID, Tissue.ENHANCED_BLOOD, Tissue.VENOUS_BLOOD, Tissue.CSF)
_MIRRORS = (Tissue.AIR, Tissue.LUNG, Tissue.DENSE_LUNG, Tissue.CORTICAL_BONE, Tissue.METAL)


def echogenicity() -> NDArray[np.float32]:
    """Return how strongly each label scatters, 0 to 1: fluid hardly at all, fat and walls most."""
    table = np.full(len(Tissue), 0.10, dtype=np.float32)
    table[[Tissue.FAT, Tissue.BOWEL_WALL, Tissue.VESSEL_WALL, Tissue.SKIN]] = 0.20
    table[Tissue.PANCREAS] = 0.14
    table[Tissue.MUSCLE] = 0.055
    table[Tissue.KIDNEY_CORTEX] = 0.07
    table[Tissue.KIDNEY_MEDULLA] = 0.035
    table[Tissue.LIVER_LESION] = 0.040
    table[list(_ECHO_FREE)] = 0.004
    table[list(_MIRRORS)] = 0.05
    return table


def fan(rows: int, columns: int) -> tuple[NDArray[np.bool_], Field, Field]:
    """Return which pixels the probe sees, and their depth (0 to 1) and angle (-1 to 1)."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    down = y / rows + _NEAR * np.float32(np.cos(_HALF_ANGLE))
    across = (x - (columns - 1) / 2) / rows
    radius, angle = np.hypot(down, across), np.arctan2(across, down)
    seen = (radius > _NEAR) & (radius < _NEAR + _DEPTH) & (np.abs(angle) < _HALF_ANGLE)
    return seen, ((radius - _NEAR) / _DEPTH).astype(np.float32), (angle / _HALF_ANGLE).astype(np.float32)


def image(labels: Labels, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return grey values (rows x columns, 8 bit) of labels that lie as the fan does, the probe at the top.

    Speckle is the magnitude of many scatterers' sum, so its amplitude is Rayleigh; an interface echoes by the step in
    density; bone and gas throw a shadow along the beam; the display compresses by the logarithm.
    """
    rows, columns = labels.shape
    seen, depth, angle = fan(rows, columns)
    beams = _along_beams(labels)
    impedance = hounsfield()[beams].clip(-1000, 1500).astype(np.float32)
    edge: Field = np.abs(np.diff(impedance, axis=0, prepend=impedance[:1]))
    walls = np.cumsum(edge > 500, axis=0, dtype=np.float32)
    fading = np.linspace(0, 0.5, len(beams), dtype=np.float32)[:, None]
    echoes = soften(_echoes(beams, edge, random) * np.exp(-0.9 * np.minimum(walls, 4) - fading))
    samples, lines = echoes.shape
    sample = (depth * (samples - 1)).clip(0, samples - 1).astype(np.int64)
    line = ((angle + 1) / 2 * (lines - 1)).clip(0, lines - 1).astype(np.int64)
    amplitude: Field = soften(echoes[sample, line])
    grey = _TOP * (1 + 20 * np.log10(np.maximum(amplitude, 1e-4) / _BRIGHTEST) / _DECIBELS)
    return np.where(seen, grey, 0).clip(0, _TOP).astype(np.uint8)


def _along_beams(labels: Labels) -> Labels:
    """Return the labels as the probe meets them: samples down, scan lines across."""
    rows, columns = labels.shape
    radius = np.linspace(_NEAR, _NEAR + _DEPTH, rows)[:, None]
    angle = np.linspace(-_HALF_ANGLE, _HALF_ANGLE, _LINES)[None, :]
    row = ((radius * np.cos(angle) - _NEAR * np.cos(_HALF_ANGLE)) * rows).clip(0, rows - 1)
    column = (radius * np.sin(angle) * rows + (columns - 1) / 2).clip(0, columns - 1)
    return np.asarray(labels[row.astype(np.int64), column.astype(np.int64)], dtype=np.uint8)


def _echoes(labels: Labels, edge: Field, random: np.random.Generator) -> Field:
    real, imaginary = (soften(random.standard_normal(labels.shape, dtype=np.float32)) for _ in range(2))
    speckle = np.hypot(real, imaginary) / 0.47
    return np.asarray(echogenicity()[labels] * speckle + 0.0007 * np.minimum(soften(edge), 900), dtype=np.float32)
