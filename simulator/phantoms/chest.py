"""A chest from the apices to the upper abdomen, with a nodule in the right upper lobe that grows."""

from functools import cached_property

import numpy as np

from simulator.phantoms import spine
from simulator.phantoms.anatomy import Canvas, Field, Lesion, Mask, Point, Tube, chain, mirrored, profile
from simulator.phantoms.branching import Thicket, grow
from simulator.phantoms.noise import Texture
from simulator.phantoms.tissues import Tissue

VOLUME_DOUBLING_DAYS = 110.0
FIRST_DIAMETER_MM = 9.6

_AORTA = chain(
    [
        (2, -16, -42),
        (-10, -26, -8),
        (-13, -27, 30),
        (-6, -14, 52),
        (10, 10, 58),
        (22, 32, 46),
        (24, 40, 10),
        (20, 44, -70),
        (10, 46, -160),
    ],
    [14, 16, 15.5, 14.5, 13.5, 12.5, 12, 11.5, 11],
)
_PULMONARY_ARTERY = [
    *chain([(14, -46, -22), (18, -36, 8), (6, -16, 16), (-44, -4, 6)], [14, 14, 12, 8]),
    *chain([(18, -36, 8), (34, -6, 22), (50, 12, 12)], [14, 11, 8]),
]
_VENAE_CAVAE = [
    *chain([(-27, -14, -30), (-27, -22, 20), (-26, -30, 84), (-36, -32, 124), (-40, -30, 160)], [10, 9, 8, 6, 6]),
    *chain([(-26, -30, 78), (6, -44, 92), (34, -36, 124), (40, -32, 160)], [7, 6.5, 6, 6]),
    *chain([(-24, 6, -50), (-24, 14, -90), (-22, 22, -160)], [13, 12, 11]),
]
_ARCH_BRANCHES = [
    *chain([(-6, -14, 56), (-16, -10, 96), (-28, -14, 130), (-30, -12, 160)], [7, 6.5, 4.5, 4]),
    *chain([(4, 0, 58), (16, -4, 100), (24, -6, 160)], [4, 3.6, 3.4]),
    *chain([(14, 16, 58), (30, 16, 104), (46, 10, 150)], [5, 4.6, 4.2]),
]
_AIRWAY = [
    *chain([(0, 8, 165), (0, 14, 90), (-1, 20, 42)], [9, 9, 8.5]),
    *chain([(-1, 20, 42), (-30, 18, 20), (-46, 12, 10), (-62, 14, -14)], [7.5, 6.5, 4.5, 3]),
    *chain([(-30, 18, 20), (-56, 2, 40)], [5, 2.6]),
    *chain([(-1, 20, 42), (38, 24, 12), (56, 24, -12), (68, 34, -44)], [7, 6, 4, 2.4]),
    *chain([(38, 24, 12), (62, 4, 30)], [4.6, 2.4]),
]
_LEFT_VENTRICLE = ((46.0, -26.0, -72.0), (30.0, 22.0, 26.0))
_CHAMBERS = (
    ((17.0, -50.0, -70.0), (34.0, 17.0, 32.0)),
    ((-24.0, -26.0, -52.0), (22.0, 25.0, 30.0)),
    ((8.0, 8.0, -36.0), (34.0, 17.0, 22.0)),
)


class Chest:
    """The painted chest at one moment of its illness."""

    body_part = "CHEST"
    laterality = ""

    def __init__(self, random: np.random.Generator, size: float, days: float) -> None:
        self._size = size
        self.low: Point = (-198 * size, -155 * size, -150 * size)
        self.high: Point = (198 * size, 155 * size, 150 * size)
        # The volume doubles in a fixed time, so the radius follows its cube root.
        diameter = FIRST_DIAMETER_MM * 2 ** (days / (3 * VOLUME_DOUBLING_DAYS))
        place = (-74 + random.uniform(-8, 8), -6 + random.uniform(-14, 14), 62 + random.uniform(-8, 8))
        centre = (place[0] * size, place[1] * size, place[2] * size)
        self.lesions: tuple[Lesion, ...] = (Lesion("nodule-1", centre, diameter, Tissue.LUNG_NODULE),)
        self._broad, self._fine = Texture(random, 60), Texture(random, 14)
        self._rib_phase = random.uniform(0, 26)
        [self._random] = random.spawn(1)

    def paint(self, canvas: Canvas) -> None:
        """Paint the chest where the canvas is."""
        unit = Canvas(canvas.x / self._size, canvas.y / self._size, canvas.z / self._size, canvas.labels)
        broad = self._broad.over(unit.x, unit.y, unit.z)
        fine = self._fine.over(unit.x, unit.y, unit.z)
        outside_cage = _beyond_cage(unit.x, unit.y, unit.z)
        self._paint_wall(unit, outside_cage, broad)
        self._paint_cage(unit, outside_cage)
        self._paint_inside(unit, outside_cage, broad, fine)
        self._paint_mediastinum(unit)
        spine.paint(unit, _spine_line, spine.THORACIC)
        self._paint_couch(canvas)
        for lesion in self.lesions:
            radius = lesion.diameter_mm / 2
            canvas.ellipsoid(lesion.centre_mm, (radius, radius, radius), lesion.tissue)

    def _paint_couch(self, canvas: Canvas) -> None:
        surface = 131 * self._size
        part = canvas.near((-178, surface - 80, -1e6), (178, 1e6, 1e6))
        if part.is_empty:
            return
        top = np.abs(np.hypot(part.x, part.y + 320) - 320 - surface) < 1.2
        under = np.abs(part.y - surface - 14 + 0.0006 * part.x**2) < 1.2
        part.turn(top | under, (Tissue.AIR,), Tissue.COUCH)

    def _paint_wall(self, unit: Canvas, outside_cage: Field, broad: Field) -> None:
        depth = _body_depth(unit.x, unit.y, unit.z) + 1.5 * broad
        unit.fill(depth > 0, Tissue.SKIN)
        unit.fill(depth > 2, Tissue.FAT)
        side = np.abs(unit.x) / (np.abs(unit.x) + np.abs(unit.y) + 1)
        muscle_from = 9 + 9 * side + 3 * broad
        unit.fill(depth > muscle_from, Tissue.MUSCLE)
        # Muscles lie in layers round the cage with fat between them; the armpit parts those of the front from the back.
        layer = outside_cage + 4 * broad
        between = (np.abs(layer - 23) < 0.7) | (np.abs(layer - 37) < 0.8)
        armpit = (np.abs(unit.y - 14 - 9 * broad) < 1.2 + 0.05 * (outside_cage - 12)) & (np.abs(unit.x) > 60)
        unit.fill((between | armpit) & (depth > muscle_from), Tissue.FAT)
        unit.fill(outside_cage < 12, Tissue.MUSCLE)
        unit.fill((outside_cage > 10.5) & (outside_cage < 12) & (depth > 8), Tissue.FAT)
        shoulder_blade = (
            (outside_cage > 15)
            & (outside_cage < 18.5 + 3 * (np.abs(unit.x) > 108))
            & (unit.y > 20)
            & (np.abs(unit.x) > 62 + 0.35 * (95 - unit.z))
            & (unit.z > -12 + 0.8 * np.abs(np.abs(unit.x) - 112))
        )
        unit.fill(shoulder_blade & (depth > 8), Tissue.CORTICAL_BONE)
        unit.fill(shoulder_blade & (depth > 8) & (outside_cage > 16) & (outside_cage < 17.6), Tissue.CANCELLOUS_BONE)
        spine.paint_back_muscles(unit, _spine_line)

    def _paint_cage(self, unit: Canvas, outside_cage: Field) -> None:
        slanted = unit.z - 0.55 * unit.y + 10 * np.abs(unit.x) / 140 + self._rib_phase
        from_rib = slanted - 26 * np.floor(slanted / 26) - 13
        across = ((outside_cage - 5) / 4.6) ** 2 + (from_rib / 6.8) ** 2
        rib = (across < 1) & (outside_cage > 0) & (outside_cage < 10)
        front = unit.y < -58 - 0.1 * unit.z
        unit.fill(rib, Tissue.CORTICAL_BONE)
        unit.fill(rib & (across < 0.5), Tissue.CANCELLOUS_BONE)
        unit.fill(rib & front, Tissue.CARTILAGE)
        middle = _cage_depth(unit.z)
        breastbone = np.maximum(
            ((unit.x / profile(unit.z, (-60, 10), (60, 16), (95, 26))) ** 2 + ((unit.y + middle + 6) / 6) ** 2),
            (unit.z > 98) * 9.0 + (unit.z < -62) * 9.0,
        )
        unit.fill(breastbone < 1, Tissue.CORTICAL_BONE)
        unit.fill(breastbone < 0.62, Tissue.CANCELLOUS_BONE)
        collar = chain([(-14, -50, 98), (-60, -62, 116), (-110, -30, 140)], [7, 5.5, 5.5])
        for bones in (collar, mirrored(collar)):
            unit.tubes(bones, Tissue.CORTICAL_BONE)
            unit.tubes(bones, Tissue.CANCELLOUS_BONE, thicker=-2)

    def _paint_inside(self, unit: Canvas, outside_cage: Field, broad: Field, fine: Field) -> None:
        inside = outside_cage < -1.2
        above = unit.z - _diaphragm(unit.x, unit.y)
        unit.fill(inside, Tissue.FAT)
        _paint_abdomen(unit, inside & (above < -3), above, fine)
        unit.fill(inside & (above < 0) & (above > -3), Tissue.MUSCLE)
        lung = inside & (above > 0) & (_beyond_mediastinum(unit.x, unit.y, unit.z) + 1.5 * broad > 0)
        unit.fill(lung, Tissue.LUNG)
        # Lying on the back, blood and weight make the back of the lung denser.
        unit.fill(lung & (fine + 0.5 * broad + unit.y / 60 > 1.1), Tissue.DENSE_LUNG)
        fissure = np.abs(unit.z + 0.95 * unit.y + 14 + 5 * broad) < 0.55
        unit.turn(fissure & (np.abs(unit.x) > 30), (Tissue.LUNG,), Tissue.VESSEL_WALL)
        vessels = self._vessels.between(float(unit.z.min()), float(unit.z.max()))
        unit.tubes(vessels, Tissue.ENHANCED_BLOOD, within=(Tissue.LUNG, Tissue.DENSE_LUNG))

    def _paint_mediastinum(self, unit: Canvas) -> None:
        unit.ellipsoid((18, -24, -60), (66, 54, 62), Tissue.FAT)
        for centre, (rx, ry, rz) in _CHAMBERS:
            unit.ellipsoid(centre, (rx + 3, ry + 3, rz + 3), Tissue.MYOCARDIUM)
        centre, (rx, ry, rz) = _LEFT_VENTRICLE
        unit.ellipsoid(centre, (rx + 11, ry + 11, rz + 11), Tissue.MYOCARDIUM)
        for centre, radii in (_LEFT_VENTRICLE, *_CHAMBERS):
            unit.ellipsoid(centre, radii, Tissue.ENHANCED_BLOOD)
        for vessel in (_VENAE_CAVAE, _PULMONARY_ARTERY, _AORTA, _ARCH_BRANCHES):
            unit.tubes(vessel, Tissue.VESSEL_WALL, thicker=1.2)
            unit.tubes(vessel, Tissue.ENHANCED_BLOOD)
        unit.tubes([Tube((2, 30, -160), (4, 32, 165), 7, 6)], Tissue.MUSCLE)
        unit.tubes([Tube((3, 30, 20), (4, 31, 165), 1.5, 2)], Tissue.AIR)
        unit.tubes(_AIRWAY, Tissue.VESSEL_WALL, thicker=1.4)
        unit.tubes(_AIRWAY, Tissue.AIR)

    @cached_property
    def _vessels(self) -> Thicket:
        # Grown when the first slice is painted: most studies of a list never are.
        tubes: list[Tube] = []
        for side, root in ((-1, (-44.0, -2.0, 6.0)), (1, (50.0, 12.0, 10.0))):
            scattered = self._random.uniform((20, -95, -130), (150, 95, 150), size=(9000, 3)) * (side, 1, 1)
            x, y, z = (scattered[:, axis].astype(np.float32) for axis in range(3))
            kept = (_beyond_cage(x, y, z) < -4) & (z > _diaphragm(x, y) + 4) & (_beyond_mediastinum(x, y, z) > 3)
            tubes += grow(root, scattered[kept][:2000], 0.62)
        return Thicket(tubes)


def make(random: np.random.Generator, size: float = 1.0, days: float = 0.0) -> Chest:
    """Return a chest; `size` 1.0 is an average adult, `days` count from the nodule's first scan."""
    return Chest(random, size, days)


def _body_depth(x: Field, y: Field, z: Field) -> Field:
    wide = profile(z, (-150, 166), (-60, 168), (60, 170), (110, 178), (150, 182))
    deep = profile(z, (-150, 120), (40, 118), (100, 110), (150, 98))
    flat = (np.abs(x / wide) ** 2.4 + np.abs((y - 2) / deep) ** 2.4) ** (1 / 2.4)
    return _millimetres_inside(x, y - 2, flat)


def _cage_width(z: Field) -> Field:
    return profile(z, (-150, 138), (-90, 140), (-20, 134), (50, 116), (100, 90), (130, 66), (150, 46))


def _cage_depth(z: Field) -> Field:
    return profile(z, (-150, 90), (-60, 89), (20, 82), (80, 68), (120, 54), (150, 40))


def _beyond_cage(x: Field, y: Field, z: Field) -> Field:
    back = profile(z, (-150, 0), (60, 4), (150, 26))
    wide, deep = _cage_width(z), _cage_depth(z)
    flat = (np.abs(x / wide) ** 2.3 + np.abs((y - back) / deep) ** 2.3) ** (1 / 2.3)
    return -_millimetres_inside(x, y - back, flat)


def _millimetres_inside(x: Field, y: Field, radius: Field) -> Field:
    return (np.sqrt(x * x + y * y) * (1 / np.maximum(radius, 0.02) - 1)).astype(np.float32)


def _beyond_mediastinum(x: Field, y: Field, z: Field) -> Field:
    half = profile(y, (-95, 3), (-66, 7), (-44, 18), (-20, 24), (20, 22), (44, 21), (60, 25), (90, 30))
    upper = profile(z, (-150, 0), (70, 0), (110, 10), (150, 14))
    return (np.abs(x - 2) - half - upper * (y < 40)).astype(np.float32)


def _diaphragm(x: Field, y: Field) -> Field:
    right = -84 - 0.0085 * (x + 66) ** 2 - 0.0078 * (y + 12) ** 2
    left = -97 - 0.0085 * (x - 70) ** 2 - 0.0078 * (y + 12) ** 2
    return np.maximum(np.maximum(right, left), -170).astype(np.float32)


def _spine_line(z: Field) -> Field:
    return (66 - (z / 150) ** 2 * 8).astype(np.float32)


def _paint_abdomen(unit: Canvas, inside: Mask, above: Field, fine: Field) -> None:
    liver = inside & (above < -4) & (unit.x < 26 - 0.5 * unit.y) & (unit.y < 92 - 0.005 * (unit.x + 55) ** 2)
    unit.fill(liver, Tissue.LIVER)
    unit.fill(liver & (np.abs(fine) > 2.05), Tissue.ENHANCED_BLOOD)
    stomach = unit.radius((58, -28, -142), (42, 36, 40))
    unit.fill(inside & (stomach < 1), Tissue.MUSCLE)
    unit.fill(inside & (stomach < 0.9), Tissue.FLUID)
    unit.fill(inside & (stomach < 0.9) & (unit.y < -34), Tissue.AIR)
    unit.fill(inside & (unit.radius((98, 42, -134), (30, 44, 38)) < 1), Tissue.SPLEEN)
