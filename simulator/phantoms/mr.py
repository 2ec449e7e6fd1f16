"""MR: the label map as the signal of a sequence, under a coil's uneven sensitivity, with Rician noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.phantoms.anatomy import Field
from simulator.phantoms.noise import Texture, soften
from simulator.phantoms.tissues import relaxation

FULL_SCALE = 3600.0  # stored value of a signal of 1 before the sequence's own gain


@dataclass(frozen=True)
class Sequence:
    """A spin-echo sequence: times in ms, `inversion_time` 0 for none, and the receiver's gain."""

    name: str
    repetition_time: float
    echo_time: float
    inversion_time: float
    echo_train: int
    gain: float


T1 = Sequence("T1", 500, 12, 0, 3, 1.15)
T2 = Sequence("T2", 4600, 102, 0, 15, 1.15)
FLAIR = Sequence("FLAIR", 9000, 120, 2440, 21, 2.2)


def signal(sequence: Sequence) -> NDArray[np.float64]:
    """Return the signal of every label, from 0 to about 1: PD (1 - e^(-TR/T1)) e^(-TE/T2), or its inversion form."""
    density, t1, t2 = relaxation()
    recovered = 1 - np.exp(-sequence.repetition_time / t1)
    if sequence.inversion_time:
        recovered = np.abs(1 - 2 * np.exp(-sequence.inversion_time / t1) + np.exp(-sequence.repetition_time / t1))
    return np.asarray(density * recovered * np.exp(-sequence.echo_time / t2))


def image(
    labels: NDArray[np.uint8], sequence: Sequence, sensitivity: Field, noise: float, random: np.random.Generator
) -> NDArray[np.uint16]:
    """Return stored values, 12 bit, of one slice (rows x columns) of labels.

    `noise` is the standard deviation of each of the two receive channels as a part of full scale; a magnitude
    image of noise alone has a Rayleigh background, never a mean of zero.
    """
    table = (signal(sequence) * sequence.gain * FULL_SCALE).astype(np.float32)
    real = soften(table[labels]) * sensitivity
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
