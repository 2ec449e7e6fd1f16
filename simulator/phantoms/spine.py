"""Vertebrae, discs, canal and the muscles of the back along a spinal curve."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulator.phantoms.anatomy import Canvas, Field
from simulator.phantoms.tissues import Tissue

Curve = Callable[[Field], Field]


@dataclass(frozen=True)
class Level:
    """Sizes in mm of the vertebrae of one region: height of body and disc, half width and half depth."""

    pitch: float
    disc: float
    half_width: float
    half_depth: float


THORACIC = Level(pitch=25, disc=4.5, half_width=18, half_depth=14.5)
LUMBAR = Level(pitch=37, disc=10, half_width=25, half_depth=18)


def paint(canvas: Canvas, line: Curve, level: Level, *, above: float = -1e6, below: float = 1e6) -> None:
    """Paint the spine whose bodies' centres have the y that `line` gives for a z, between two heights."""
    part = canvas.near((-60, 0, above), (60, 1e6, below))
    if part.is_empty:
        return
    y = part.y - line(part.z)
    phase = part.z % level.pitch
    _paint_body(part, y, phase, level)
    _paint_arch(part, y - level.half_depth, phase, level)


def paint_back_muscles(canvas: Canvas, line: Curve) -> None:
    """Paint the two columns of muscle beside the spinous processes."""
    part = canvas.near((-60, 20, -1e6), (60, 1e6, 1e6))
    if part.is_empty:
        return
    y = part.y - line(part.z) - 27
    column = ((np.abs(part.x) - 26) / 25) ** 2 + (y / 17) ** 2
    part.fill(column < 1.12, Tissue.FAT)
    part.fill(column < 1, Tissue.MUSCLE)


def _paint_body(part: Canvas, y: Field, phase: Field, level: Level) -> None:
    waist = 1 - 0.09 * np.sin(np.pi * np.clip((phase - level.disc) / (level.pitch - level.disc), 0, 1))
    radius = np.sqrt((part.x / (level.half_width * waist)) ** 2 + (y / (level.half_depth * waist)) ** 2)
    body = (radius < 1) & (y < level.half_depth - 3)
    in_disc = phase < level.disc
    plate = (phase < level.disc + 0.8) | (phase > level.pitch - 0.8)
    part.fill(body, Tissue.CANCELLOUS_BONE)
    part.fill(body & ((radius > 0.94) | plate | (y > level.half_depth - 4)), Tissue.STRONG_TRABECULAE)
    part.fill(body & in_disc, Tissue.DISC)


def _paint_arch(part: Canvas, y: Field, phase: Field, level: Level) -> None:
    has_pedicle = (phase > 0.5 * level.pitch) & (phase < 0.95 * level.pitch)
    ring = np.sqrt((part.x / 15) ** 2 + ((y - 5) / 13) ** 2)
    lamina = (ring < 1) & ((y > 7) | has_pedicle) & (y > -4)
    part.fill(lamina, Tissue.STRONG_TRABECULAE)
    part.fill(lamina & (ring > 0.78) & (ring < 0.9), Tissue.CANCELLOUS_BONE)
    wing = (np.abs(y - 8 - 0.28 * (np.abs(part.x) - 12)) < 4) & (np.abs(part.x) > 10) & (np.abs(part.x) < 34)
    part.fill(wing & has_pedicle, Tissue.STRONG_TRABECULAE)
    inner = np.abs(y - 8 - 0.28 * (np.abs(part.x) - 12)) < 2.4
    part.fill(wing & has_pedicle & inner & (np.abs(part.x) < 32), Tissue.CANCELLOUS_BONE)
    spine_phase = (part.z + 0.5 * y) % level.pitch
    process = (np.abs(part.x) < 3.2) & (y > 14) & (y < 34) & (spine_phase < 0.62 * level.pitch)
    part.fill(process, Tissue.STRONG_TRABECULAE)
    part.fill(process & (np.abs(part.x) < 1.6) & (y < 32), Tissue.CANCELLOUS_BONE)
    canal = (part.x / 9.5) ** 2 + ((y - 5) / 8) ** 2
    part.fill(canal < 1.0, Tissue.FAT)
    part.fill(canal < 0.86, Tissue.CSF)
    part.fill(canal < 0.28, Tissue.CORD)
