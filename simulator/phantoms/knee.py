"""A knee with a split of the lateral tibial plateau held by a plate and screws, which heals with time."""

import numpy as np

from simulator.phantoms import bones as shapes
from simulator.phantoms.anatomy import Canvas, Field, Lesion, Point, Tube, chain, profile
from simulator.phantoms.noise import Texture
from simulator.phantoms.tissues import Tissue

HEALING_DAYS = 70.0
FRESH_GAP_MM = 2.8

_FIBULA = chain([(38, 16, -20), (38, 18, -34), (36, 20, -60), (34, 20, -170)], [8.5, 8, 5.6, 6.2])
_SCREWS_BELOW = (-62.0, -80.0, -98.0, -116.0)
_SCREWS_ABOVE = (-9.0, 2.0, 13.0)


class Knee:
    """The painted knee; formulas are for a left one, where lateral is +x, and a right one is its mirror."""

    body_part = "KNEE"
    lesions: tuple[Lesion, ...] = ()

    def __init__(self, random: np.random.Generator, size: float, days: float) -> None:
        self._size = size
        self.laterality = str(random.choice(("R", "L")))
        self._mirror = 1 if self.laterality == "L" else -1
        self.low: Point = (-90 * size, -102 * size, -152 * size)
        self.high: Point = (90 * size, 102 * size, 152 * size)
        # A fracture's edges resorb and callus fills them: the gap closes as an exponential.
        self._gap = FRESH_GAP_MM * float(np.exp(-max(days, 0) / HEALING_DAYS))
        self._callus = max(days, 0) > HEALING_DAYS / 3
        self._broad, self._trabeculae = Texture(random, 50), Texture(random, 2.8)

    def paint(self, canvas: Canvas) -> None:
        """Paint the knee where the canvas is."""
        scale = self._size
        unit = Canvas(canvas.x * self._mirror / scale, canvas.y / scale, canvas.z / scale, canvas.labels)
        _paint_soft_tissue(unit, self._broad.over(unit.x, unit.y, unit.z))
        bones = unit.near((-48, -60, -1e4), (52, 50, 1e4))
        if bones.is_empty:
            return
        self._paint_femur(bones)
        self._paint_tibia(bones)
        self._paint_kneecap(bones)
        bones.tubes(_FIBULA, Tissue.CORTICAL_BONE)
        bones.tubes(_FIBULA, Tissue.MARROW, thicker=-3.2)
        _paint_implant(bones)

    def _paint_femur(self, bones: Canvas) -> None:
        part = bones.near((-1e4, -1e4, -12), (1e4, 1e4, 1e4))
        if not part.is_empty:
            grain = self._trabeculae.over(part.x, part.y, part.z)
            shapes.paint(part, _femur(part), _cortex_of_femur(part.z), part.z + 10 * grain > 64, grain)

    def _paint_kneecap(self, bones: Canvas) -> None:
        part = bones.near((-25, -60, -2), (27, -35, 50))
        if not part.is_empty:
            grain = self._trabeculae.over(part.x, part.y, part.z)
            depth = 21 - 21 * part.radius((1, -47, 24), (22, 10, 23))
            shapes.paint(part, depth, 1.6 + 0 * part.z, part.z > 1e5, grain)

    def _paint_tibia(self, bones: Canvas) -> None:
        part = bones.near((-1e4, -1e4, -1e4), (1e4, 1e4, 4))
        if part.is_empty:
            return
        grain = self._trabeculae.over(part.x, part.y, part.z)
        depth = _tibia(part)
        shapes.paint(part, depth, _cortex_of_tibia(part.z), part.z + 10 * grain < -80, grain)
        # The split runs down from the lateral plateau.
        wobble = 1.2 * np.sin(part.z / 3.1) + 0.8 * np.sin(part.z / 1.3 + 1) + 0.4 * np.sin(part.y / 5)
        plane = part.x - 15 - 0.42 * (-8 - part.z) + wobble
        inside = (part.z < -4) & (part.z > -62) & (depth > -0.5)
        if self._callus:
            part.fill(inside & (np.abs(plane) < self._gap / 2 + 1.1), Tissue.CALLUS)
        part.fill(inside & (np.abs(plane) < self._gap / 2), Tissue.MUSCLE)


def make(random: np.random.Generator, size: float = 1.0, days: float = 0.0) -> Knee:
    """Return a knee; `size` 1.0 is an average adult, `days` count from the operation."""
    return Knee(random, size, days)


def _paint_soft_tissue(unit: Canvas, broad: Field) -> None:
    wide = profile(unit.z, (-152, 50), (-90, 56), (-40, 55), (0, 60), (50, 64), (152, 78))
    deep = profile(unit.z, (-152, 56), (-90, 62), (-40, 58), (0, 62), (50, 66), (152, 80))
    back = profile(unit.z, (-152, 22), (-90, 22), (-30, 8), (20, 4), (152, 10))
    x, y = unit.x, unit.y - back
    radius = np.sqrt((x / wide) ** 2 + (y / deep) ** 2)
    depth = np.sqrt(x * x + y * y) * (1 / np.maximum(radius, 0.02) - 1) + 1.0 * broad
    unit.fill(depth > 0, Tissue.SKIN)
    unit.fill(depth > 1.8, Tissue.FAT)
    fat = profile(unit.z, (-152, 7), (-40, 6), (10, 8), (152, 14)) + 2 * broad
    joint = (np.abs(unit.z - 4) < 30) & (unit.y < -20) & (np.abs(unit.x) < 34)
    unit.fill((depth > fat) & (np.abs(broad) > 0.07) & ~joint, Tissue.MUSCLE)
    tendon = (np.abs(unit.x) < 13) & (np.abs(unit.y + 50 - 0.14 * (unit.z - 10)) < 2.6)
    unit.fill(tendon & (unit.z > -42) & (unit.z < 5) & (depth > 2), Tissue.MUSCLE)
    quadriceps = (np.abs(unit.x) < 16) & (np.abs(unit.y + 48 - 0.02 * (unit.z - 40)) < 3.6)
    unit.fill(quadriceps & (unit.z > 40) & (depth > 2), Tissue.MUSCLE)


def _femur(bones: Canvas) -> Field:
    x, y, z = bones.x, bones.y, bones.z
    wide = profile(z, (8, 34), (22, 38), (36, 31), (52, 22), (72, 16.5), (110, 14.5), (170, 14.5))
    deep = profile(z, (8, 20), (22, 21), (36, 19), (52, 17), (72, 15.5), (170, 15))
    middle = profile(z, (8, -4), (40, -8), (80, -4), (170, -8))
    radius = (np.abs(x / wide) ** 2.4 + np.abs((y - middle) / deep) ** 2.4) ** (1 / 2.4)
    shaft = shapes.meet(np.sqrt(x * x + (y - middle) ** 2) * (1 / np.maximum(radius, 0.03) - 1), z - 10, 8)
    medial = 22 * (1 - bones.radius((-22, 6, 17), (19, 31, 21)))
    lateral = 22 * (1 - bones.radius((22, 4, 18), (18.5, 30, 20.5)))
    trochlea = 18 * (1 - bones.radius((2, -16, 22), (26, 17, 17)))
    whole = shapes.blend(shapes.blend(shaft, np.maximum(medial, lateral), 6), trochlea, 6)
    notch = 1 - np.sqrt((x / 9) ** 2 + ((y - 22) / 24) ** 2 + ((z - 2) / 22) ** 2)
    return shapes.meet(whole, -9 * notch, 3)


def _tibia(bones: Canvas) -> Field:
    x, y, z = bones.x, bones.y, bones.z
    wide = profile(z, (-170, 12), (-110, 12.5), (-78, 16), (-52, 24), (-34, 34), (-20, 39.5), (-4, 39))
    deep = profile(z, (-170, 14), (-110, 14.5), (-78, 17), (-52, 20), (-34, 23), (-20, 26), (-4, 26))
    middle = profile(z, (-170, 6), (-60, 0), (-20, 4), (-4, 5))
    radius = (np.abs(x / wide) ** 2.5 + np.abs((y - middle) / deep) ** 2.5) ** (1 / 2.5)
    column = np.sqrt(x * x + (y - middle) ** 2) * (1 / np.maximum(radius, 0.03) - 1)
    dish = 1.6 * np.exp(-(((np.abs(x) - 21) / 12) ** 2))
    top = -9.5 - dish - 0.05 * y + 0.9 - z
    shape = shapes.meet(column, top.astype(np.float32), 5)
    spines = np.maximum(*(9 * (1 - bones.radius((side * 6, 4, -12), (5, 9, 9 + side))) for side in (-1, 1)))
    tuberosity = 10 * (1 - bones.radius((2, -19, -42), (10, 10, 18)))
    return shapes.blend(shapes.blend(shape, spines, 3), tuberosity, 6)


def _cortex_of_femur(z: Field) -> Field:
    return profile(z, (0, 1.3), (30, 1.4), (60, 3.0), (100, 5.2), (170, 6.0))


def _cortex_of_tibia(z: Field) -> Field:
    return profile(z, (-170, 5.4), (-110, 5.0), (-75, 3.4), (-45, 1.6), (-12, 1.5), (-4, 1.8))


def _paint_implant(bones: Canvas) -> None:
    # The plate lies on the lateral face and follows it as it narrows below the plateau.
    face = profile(bones.z, (-128, 14), (-78, 18), (-52, 26), (-34, 36), (-18, 41))
    half = profile(bones.z, (-128, 5.5), (-50, 6.0), (-30, 12), (-17, 15))
    plate = (bones.x > face - 1) & (bones.x < face + 2.6) & (np.abs(bones.y - 2) < half)
    plate = plate & (bones.z > -126) & (bones.z < -16)
    holes = (bones.z + 71) % 18
    hole = ((holes - 9) ** 2 + (bones.y - 2) ** 2 < 2.4**2) & (bones.z < -50)
    bones.fill(plate & ~hole, Tissue.METAL)
    for y in _SCREWS_ABOVE:
        bones.tubes([Tube((42, y, -20), (-24, y - 1, -20), 1.75, 1.75)], Tissue.METAL)
    for z in _SCREWS_BELOW:
        place = float(np.interp(z, (-128, -78, -52), (14, 18, 26)))
        bones.tubes([Tube((place + 2, 2, z), (-16, 3, z), 1.75, 1.75)], Tissue.METAL)
        bones.tubes([Tube((place + 1.8, 2, z), (place, 2, z), 3.0, 2.6)], Tissue.METAL)
