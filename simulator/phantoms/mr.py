"""MR: the label map as the signal of a sequence, under a coil's uneven sensitivity, with Rician noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.phantoms.anatomy import Field
from simulator.phantoms.noise import Texture, soften
from simulator.phantoms.tissues import Tissue, diffusion, relaxation

FULL_SCALE = 3600.0  # stored value of a signal of 1 before the sequence's own gain


@dataclass(frozen=True)
class Sequence:
    """A spin-echo sequence: times in ms, `inversion_time` 0 for none, and the receiver's gain.

    `b_value` is the diffusion weighting in s/mm2; `is_planar` an echo-planar readout: coarser, and blind to fat.
    """

    name: str
    repetition_time: float
    echo_time: float
    inversion_time: float
    echo_train: int
    gain: float
    b_value: int = 0
    is_planar: bool = False


T1 = Sequence("T1", 500, 12, 0, 3, 1.15)
T2 = Sequence("T2", 4600, 102, 0, 15, 1.15)
FLAIR = Sequence("FLAIR", 9000, 120, 2440, 21, 2.2)
PD = Sequence("PD", 2600, 14, 0, 5, 0.95)
DIFFUSION = tuple(Sequence(f"EPI_B{b}", 5200, 84, 0, 1, 1.9, b, is_planar=True) for b in (0, 500, 1000))
_FAT = (Tissue.FAT, Tissue.MARROW, Tissue.SKIN)


def signal(sequence: Sequence) -> NDArray[np.float64]:
    """Return the signal of every label, from 0 to about 1: PD (1 - e^(-TR/T1)) e^(-TE/T2), or its inversion form.

    Diffusion takes e^(-bD) of it.
    """
    density, t1, t2 = relaxation()
    recovered = 1 - np.exp(-sequence.repetition_time / t1)
    if sequence.inversion_time:
        recovered = np.abs(1 - 2 * np.exp(-sequence.inversion_time / t1) + np.exp(-sequence.repetition_time / t1))
    found = density * recovered * np.exp(-sequence.echo_time / t2) * np.exp(-sequence.b_value * diffusion())
    if sequence.is_planar:
        found[list(_FAT)] *= 0.06
    return np.asarray(found)


def apparent_diffusion(
    unweighted: NDArray[np.uint16], weighted: NDArray[np.uint16], b_value: int
) -> NDArray[np.uint16]:
    """Return the map of ln(S0/Sb)/b in units of 1e-6 mm2/s, 0 where there is only noise."""
    floor = 0.05 * FULL_SCALE
    before, after = (np.maximum(image.astype(np.float32), 1) for image in (unweighted, weighted))
    found = np.log(before / after) * np.float32(1e6 / b_value)
    return np.where(before > floor, np.rint(found), 0).clip(0, 4095).astype(np.uint16)


def image(
    labels: NDArray[np.uint8], sequence: Sequence, sensitivity: Field, noise: float, random: np.random.Generator
) -> NDArray[np.uint16]:
    """Return stored values, 12 bit, of one slice (rows x columns) of labels.

    `noise` is the standard deviation of each of the two receive channels as a part of full scale; a magnitude
    image of noise alone has a Rayleigh background, never a mean of zero.
    """
    table = (signal(sequence) * sequence.gain * FULL_SCALE).astype(np.float32)
    real = soften(table[labels], 4 if sequence.is_planar else 1) * sensitivity
    deviation = np.float32(noise * FULL_SCALE)
    shape = real.shape
    real = real + deviation * random.standard_normal(shape, dtype=np.float32)
    imaginary = deviation * random.standard_normal(shape, dtype=np.float32)
    magnitude = np.hypot(real, imaginary)
    return np.asarray(np.rint(magnitude).clip(0, 4095), dtype=np.uint16)


def sensitivity(random: np.random.Generator, x: Field, y: Field, z: Field) -> Field:
    """Return the coil's sensitivity on the grid of three axes in LPS mm, (z, y, x), about 1 with a slow drift."""
    drift = Texture(random, 420).over(x, y, z)
    near_coil = ((x.reshape(1, 1, -1) / 110) ** 2 + (y.reshape(1, -1, 1) / 130) ** 2) * 0.10
    return (0.94 + 0.07 * drift + near_coil).astype(np.float32)
