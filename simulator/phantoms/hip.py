"""A pelvis for plain films: a broken neck of femur before the operation (days below 0), a new hip after it."""

import numpy as np

from simulator.phantoms import pelvis, spine
from simulator.phantoms.anatomy import Canvas, Field, Lesion, Mask, Point
from simulator.phantoms.noise import Texture
from simulator.phantoms.tissues import Tissue

_SPOKES = (-2.1, -1.0, -0.2, 0.9, 1.9)  # in rad, 0 to the side and rising to the back


class Hip:
    """The painted pelvis and thighs."""

    body_part = "HIP"
    lesions: tuple[Lesion, ...] = ()

    def __init__(self, random: np.random.Generator, size: float, days: float) -> None:
        self._size = size
        self.laterality = str(random.choice(("R", "L")))
        side = 1 if self.laterality == "L" else -1
        self._hips = pelvis.Hips(side, is_broken=days < 0, is_replaced=days >= 0)
        self.low: Point = (-205 * size, -135 * size, -205 * size)
        self.high: Point = (205 * size, 155 * size, 175 * size)
        self._broad, self._trabeculae, self._gas = Texture(random, 60), Texture(random, 3.0), Texture(random, 34)

    def paint(self, canvas: Canvas) -> None:
        """Paint the pelvis where the canvas is."""
        scale = self._size
        unit = Canvas(canvas.x / scale, canvas.y / scale, canvas.z / scale, canvas.labels)
        broad = self._broad.over(unit.x, unit.y, unit.z)
        depth = pelvis.outline(unit, broad)
        paint_soft_tissue(unit, depth, broad, self._gas.over(unit.x, unit.y, unit.z))
        spine.paint(unit, _lumbar_line, spine.LUMBAR, above=100)
        pelvis.paint(unit, self._trabeculae, self._hips)


def make(random: np.random.Generator, size: float = 1.0, days: float = 0.0) -> Hip:
    """Return a pelvis; `size` 1.0 is an average adult, `days` count from the operation."""
    return Hip(random, size, days)


def paint_soft_tissue(unit: Canvas, depth: Field, broad: Field, gas: Field) -> None:
    """Paint skin, fat, muscle and what the pelvis holds: bladder, bowel and its gas."""
    unit.fill(depth > 0, Tissue.SKIN)
    unit.fill(depth > 2, Tissue.FAT)
    fat = 16 + 8 * np.clip(np.abs(unit.x) / 150, 0, 1) + 3 * broad
    unit.fill(depth > fat, Tissue.MUSCLE)
    unit.fill((depth > fat) & _between_muscles(unit, depth, broad), Tissue.FAT)
    # The floor of the pelvis is a bowl.
    bowl = np.sqrt(np.clip((unit.z + 40) / 46, 1e-3, 1))
    cavity = (unit.x / (84 * bowl)) ** 2 + ((unit.y + 6) / (62 * bowl)) ** 2
    top = cavity < 1
    unit.fill(top, Tissue.FAT)
    loops = np.abs(gas)
    bowel = top & (unit.z > 22 + 14 * broad) & (cavity < 0.86) & (unit.y < 38)
    unit.fill(bowel & (loops > 0.25), Tissue.BOWEL_WALL)
    unit.fill(bowel & (loops > 0.45), Tissue.BOWEL_CONTENT)
    unit.fill(bowel & (gas > 1.1) & (unit.y < 6), Tissue.AIR)
    bladder = unit.radius((0, -18, 4), (38, 30, 26))
    unit.fill(bladder < 1, Tissue.MUSCLE)
    unit.fill(bladder < 0.91, Tissue.FLUID)
    rectum = np.hypot(unit.x, (unit.y - 46) / 0.9)
    unit.fill(top & (rectum < 17), Tissue.BOWEL_WALL)
    unit.fill(top & (rectum < 14), Tissue.BOWEL_CONTENT)
    unit.fill(top & (rectum < 9 + 3 * gas) & (unit.y < 44), Tissue.AIR)


def _between_muscles(unit: Canvas, depth: Field, broad: Field) -> Mask:
    """Where fat parts the muscles: under the outermost layer, and like spokes round each hip."""
    found = np.abs(depth - 36 - 6 * broad) < 0.8
    aside = np.abs(unit.x) - pelvis.HIP_X - 8
    for angle in _SPOKES:
        cosine, sine = np.cos(angle), np.sin(angle)
        found |= (np.abs(aside * sine - unit.y * cosine + 5 * broad) < 0.7) & (aside * cosine + unit.y * sine > 24)
    return np.asarray(found)


def _lumbar_line(z: Field) -> Field:
    return (44 + 0.0022 * (z - 150) ** 2 * np.sign(150 - z)).astype(np.float32)
