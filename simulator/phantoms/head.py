"""A head from the skull base to the vertex, with folded cortex, ventricles and one lesion in white matter."""

import numpy as np

from simulator.phantoms.anatomy import Canvas, Field, Lesion, Mask, Point, Tube, chain, mirrored, profile
from simulator.phantoms.noise import Texture
from simulator.phantoms.tissues import Tissue

LESION_DIAMETER_MM = 13.0

_VENTRICLE = [
    *chain(
        [(7, -36, 10), (9, -24, 17), (10, 0, 25), (13, 22, 24), (25, 38, 12), (23, 58, 6), (19, 70, 4)],
        [3.2, 5, 4.6, 4.8, 6.5, 4.5, 1.5],
    ),
    *chain([(25, 38, 12), (36, 22, -10), (33, 0, -20)], [5.5, 3, 2]),
]
# Half a midbrain: the peduncle in front, the middle, and the tectum behind.
_MIDBRAIN = [
    Tube((9, -5, -11), (7, -3, -20), 6.5, 7),
    Tube((5, 8, -13), (5, 8, -24), 9.5, 9.5),
    Tube((4.5, 18, -10), (4.5, 19, -18), 4.8, 4.8),
]
_BRAINSTEM = chain([(0, 8, -7), (0, 9, -16), (0, 6, -34), (0, 16, -58), (0, 22, -75)], [9, 12.5, 14.5, 8.5, 7.5])


class Head:
    """The painted head."""

    body_part = "BRAIN"
    laterality = ""

    def __init__(self, random: np.random.Generator, size: float) -> None:
        self._size = size
        self.low: Point = (-100 * size, -110 * size, -58 * size)
        self.high: Point = (100 * size, 110 * size, 82 * size)
        side = random.choice((-1, 1))
        place = (side * (29 + random.uniform(-3, 3)), 12 + random.uniform(-10, 18), 31 + random.uniform(-3, 4))
        centre = (place[0] * size, place[1] * size, place[2] * size)
        self.lesions = (Lesion("lesion-1", centre, LESION_DIAMETER_MM, Tissue.BRAIN_LESION),)
        self._folds, self._small_folds = Texture(random, 25), Texture(random, 14)
        self._broad = Texture(random, 70)

    def paint(self, canvas: Canvas) -> None:
        """Paint the head where the canvas is."""
        unit = Canvas(canvas.x / self._size, canvas.y / self._size, canvas.z / self._size, canvas.labels)
        broad = self._broad.over(unit.x, unit.y, unit.z)
        depth = _depth(unit) + 0.8 * broad
        _paint_scalp_and_skull(unit, depth, broad)
        _paint_face(unit)
        vault = (depth > 15) & _above_skull_base(unit, broad)
        unit.fill(vault, Tissue.CSF)
        self._paint_hemispheres(unit, depth, vault)
        _paint_deep(unit)
        _paint_hindbrain(unit, self._small_folds)
        for lesion in self.lesions:
            radius = lesion.diameter_mm / 2
            canvas.ellipsoid(lesion.centre_mm, (radius, radius, radius), lesion.tissue)

    def _paint_hemispheres(self, unit: Canvas, depth: Field, vault: Mask) -> None:
        fold = self._fold(unit)
        # A sulcus runs where the field crosses zero; dividing by the slope would cost more than it shows.
        crease = np.abs(fold)
        callosal = ((unit.y - 4) / 44) ** 2 + ((unit.z - 6) / 30) ** 2
        midline = np.abs(unit.x) + 60 * np.clip(1.04 - callosal, 0, 1)
        under = depth - 15
        reach = np.clip(1.15 - (under - 4) / 24, 0, 1)
        beside_midline = np.clip(1 - (midline - 2) / 12, 0, 1)
        reach = np.maximum(reach, beside_midline)
        brain = vault & (under > 1.6) & (midline > 1.1)
        grey = (under < 4.6) | (midline < 4.0) | ((crease < 0.62 * np.sqrt(reach)) & (reach > 0))
        unit.fill(brain, Tissue.WHITE_MATTER)
        unit.fill(brain & grey, Tissue.GREY_MATTER)
        unit.fill(brain & (crease < 0.17 * reach) & (under < 24), Tissue.CSF)
        side = np.abs(unit.x)
        insula = np.abs(side - 41 + 0.008 * (unit.y + 2) ** 2 + 1.2 * fold)
        near = ((unit.y + 2) / 25) ** 2 + ((unit.z - 2) / 18) ** 2 < 1
        unit.fill(brain & near & (insula < 4.6), Tissue.GREY_MATTER)
        unit.fill(brain & near & (insula < 1.3), Tissue.CSF)
        sylvian = np.abs(0.85 * (unit.y + 14) + 0.5 * unit.z + 2.2 * fold - 0.2 * (side - 45))
        near = (side > 40 + 0.6 * np.abs(fold)) & (np.abs(unit.z) < 24) & (unit.y < 20) & (unit.y > -34)
        unit.fill(brain & near & (sylvian < 4.8), Tissue.GREY_MATTER)
        unit.fill(brain & near & (sylvian < 1.5), Tissue.CSF)

    def _fold(self, unit: Canvas) -> Field:
        # Sulci run inwards from the surface, so the field is read as if all depths lay nearly on one shell.
        radius = np.sqrt((unit.x / 0.8) ** 2 + unit.y**2 + (unit.z + 5) ** 2)
        shell = (80 / np.maximum(radius, 8)) ** 0.75
        x, y, z = unit.x * shell, unit.y * shell, (unit.z + 5) * shell
        return self._folds.at(x, y, z) + 0.5 * self._small_folds.at(x, y, z)


def make(random: np.random.Generator, size: float = 1.0, days: float = 0.0) -> Head:  # noqa: ARG001
    """Return a head; `size` 1.0 is an average adult; its lesion does not change with `days`."""
    return Head(random, size)


def _depth(unit: Canvas) -> Field:
    shrink = np.sqrt(np.clip(1 - (np.maximum(unit.z, 0) / 98) ** 2, 0.001, 1))
    lower = profile(unit.z, (-80, 0.9), (-40, 0.96), (0, 1.0))
    wide = (77 - 5 * np.clip(-unit.y / 90, 0, 1)) * shrink * lower
    deep = 98 * shrink * lower
    radius = np.sqrt((unit.x / wide) ** 2 + (unit.y / deep) ** 2)
    flat = np.sqrt(unit.x**2 + unit.y**2) * (1 / np.maximum(radius, 0.02) - 1)
    # Near the vertex the surface lies flat, and its depth is less than the distance within the slice.
    return np.asarray(np.minimum(flat * np.sqrt(0.25 + 0.75 * shrink**2), 98 - unit.z), dtype=np.float32)


def _paint_scalp_and_skull(unit: Canvas, depth: Field, broad: Field) -> None:
    unit.fill(depth > 0, Tissue.SKIN)
    unit.fill(depth > 1.8, Tissue.FAT)
    temporal = (np.abs(unit.x) > 45) & (unit.y < 25) & (unit.z < 20)
    unit.fill((depth > 3.5 + broad) & temporal, Tissue.MUSCLE)
    nape = (unit.y > 55) & (unit.z < -30)
    unit.fill((depth > 5) & nape, Tissue.MUSCLE)
    unit.fill(depth > 7, Tissue.CORTICAL_BONE)
    unit.fill((depth > 8.8) & (depth < 12.4 + 0.8 * broad), Tissue.CANCELLOUS_BONE)
    unit.fill((depth > 14.2) & (unit.z > -14), Tissue.CSF)


def _above_skull_base(unit: Canvas, broad: Field) -> Mask:
    front = profile(unit.y, (-60, -29), (-32, -29), (-24, -46), (14, -46), (26, -62), (100, -78))
    sphenoid = 11 * np.exp(-((unit.x / 13) ** 2) - ((unit.y + 18) / 22) ** 2)
    return np.asarray(unit.z > front + sphenoid + 1.5 * broad, dtype=np.bool_)


def _paint_face(unit: Canvas) -> None:
    part = unit.near((-100, -110, -90), (100, 60, -28))
    if part.is_empty:
        return
    deep = _depth(part)
    part.fill((deep > 6) & (part.y < -24) & (part.z < -30), Tissue.FAT)
    part.fill((deep > 9) & (part.y < 26) & (part.y > -30), Tissue.MUSCLE)
    petrous = np.abs(part.y - 16 - 0.45 * (42 - np.abs(part.x))) < 8
    part.fill(petrous & (deep > 8) & (np.abs(part.x) > 16) & (part.z < -36), Tissue.CORTICAL_BONE)
    part.fill((np.abs(part.x) < 20) & (np.abs(part.y + 4) < 22) & (part.z < -34), Tissue.CORTICAL_BONE)
    part.fill((np.abs(part.x) < 17) & (np.abs(part.y + 4) < 18) & (part.z < -37), Tissue.MARROW)
    for side in (-1, 1):
        _paint_orbit(part, side)
    nose = (np.abs(part.x) < 15) & (part.y > -84) & (part.y < -36) & (part.z < -30)
    part.fill(nose, Tissue.CARTILAGE)
    cells = (np.abs(np.abs(part.x) - 7.5) < 5.8) & ((part.y % 12) > 1.6)
    part.fill(nose & cells & (part.y > -80), Tissue.AIR)
    sphenoid = (np.abs(np.abs(part.x) - 8) < 6.5) & (np.abs(part.y + 26) < 9) & (part.z < -34)
    part.fill(sphenoid, Tissue.AIR)


def _paint_orbit(part: Canvas, side: int) -> None:
    place = (side * 31.0, -58.0, -40.0)
    part.ellipsoid(place, (20, 34, 19), Tissue.CORTICAL_BONE)
    part.ellipsoid(place, (18, 32, 17), Tissue.FAT)
    muscles = [
        Tube((side * 46, -66, -40), (side * 19, -30, -40), 2, 1.6),
        Tube((side * 18, -66, -40), (side * 15, -30, -40), 2, 1.6),
    ]
    part.tubes(muscles, Tissue.MUSCLE)
    part.tubes([Tube((side * 31, -60, -40), (side * 16, -28, -38), 2.2, 2)], Tissue.WHITE_MATTER)
    globe = (side * 32.0, -74.0, -40.0)
    part.ellipsoid(globe, (12.6, 12.6, 12.6), Tissue.SKIN)
    part.ellipsoid(globe, (11.4, 11.4, 11.4), Tissue.FLUID)
    part.ellipsoid((side * 32, -82.5, -40), (4.6, 2.2, 4.6), Tissue.CARTILAGE)


def _paint_deep(unit: Canvas) -> None:
    for side in (-1, 1):
        unit.ellipsoid((side * 27, -4, 5), (6.5, 18, 13), Tissue.DEEP_GREY_MATTER)
        unit.ellipsoid((side * 15, -22, 13), (6, 10, 11), Tissue.DEEP_GREY_MATTER)
        unit.ellipsoid((side * 11, 10, 8), (8.5, 15, 10), Tissue.DEEP_GREY_MATTER)
    for tubes in (_VENTRICLE, mirrored(_VENTRICLE)):
        unit.tubes(tubes, Tissue.CSF)
    unit.ellipsoid((0, 2, 2), (2.4, 14, 11), Tissue.CSF)
    unit.fill((np.abs(unit.x) < 1.2) & (np.abs(unit.y + 12) < 22) & (np.abs(unit.z - 18) < 9), Tissue.WHITE_MATTER)


def _paint_hindbrain(unit: Canvas, folds: Texture) -> None:
    part = unit.near((-62, -12, -90), (62, 100, 4))
    if part.is_empty:
        return
    narrower = 0.45 * np.clip((part.z + 32) / 22, 0, 1)
    tent = part.radius((0, 46, -42), (52, 37, 36)) + narrower * (np.abs(part.x) / 26)
    inside = (tent < 1.08) & (part.labels != Tissue.CORTICAL_BONE) & (part.labels != Tissue.MUSCLE)
    part.fill(inside & (part.z < -8), Tissue.CSF)
    cerebellum = (tent < 1) & (part.z < -9) & (part.labels == Tissue.CSF)
    wave = folds.over(part.x, part.y, part.z)
    layer = (part.radius((0, 34, -36), (1, 0.8, 1)) + 1.6 * wave) % 5.2
    part.fill(cerebellum, Tissue.GREY_MATTER)
    part.fill(cerebellum & (layer < 1.5) & (tent > 0.45) & (tent < 0.93), Tissue.WHITE_MATTER)
    part.fill(cerebellum & (np.abs(tent - 0.42 + 0.05 * wave) < 0.16) & (np.abs(part.x) > 9), Tissue.WHITE_MATTER)
    part.tubes(_BRAINSTEM[2:], Tissue.CSF, thicker=3)
    part.tubes([*_MIDBRAIN, *mirrored(_MIDBRAIN)], Tissue.CSF, thicker=1.8)
    part.ellipsoid((0, -9, -12), (5.5, 6, 7), Tissue.CSF)
    part.ellipsoid((0, 27, -11), (9, 6, 6), Tissue.CSF)
    part.tubes([*_BRAINSTEM[2:], *_MIDBRAIN, *mirrored(_MIDBRAIN)], Tissue.WHITE_MATTER)
    part.tubes([Tube((0, 17, -4), (0, 19, -24), 1.1, 1.3)], Tissue.CSF)
    part.ellipsoid((0, 24, -36), (7, 5, 10), Tissue.CSF)
    part.tubes([Tube((0, -10, -50), (0, -8, -18), 1.8, 1.8)], Tissue.FLOWING_BLOOD)
