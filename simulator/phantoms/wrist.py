"""A wrist and hand with a broken radius, tilted to the back, that heals with time."""

import numpy as np

from simulator.phantoms import bones as shapes
from simulator.phantoms.anatomy import Canvas, Field, Lesion, Point, Tube, chain, profile
from simulator.phantoms.noise import Texture
from simulator.phantoms.tissues import Tissue

HEALING_DAYS = 28.0
FRESH_GAP_MM = 1.6

# Centre and radii of each carpal bone, for a left hand with the palm to the front: the thumb lies towards +x.
_CARPALS: tuple[tuple[Point, Point], ...] = (
    ((15.0, -1.0, -11.5), (8.2, 7.0, 10.6)),  # scaphoid
    ((1.5, 0.0, -7.6), (8.6, 8.0, 8.6)),  # lunate
    ((-11.5, 1.0, -11.5), (7.0, 7.0, 7.6)),  # triquetrum
    ((-13.5, -11.0, -14.5), (4.6, 4.8, 5.8)),  # pisiform
    ((22.5, -4.0, -27.5), (8.2, 7.0, 7.2)),  # trapezium
    ((12.2, 0.5, -29.0), (6.2, 7.0, 6.8)),  # trapezoid
    ((1.4, 1.0, -25.6), (7.6, 8.0, 11.0)),  # capitate
    ((-11.0, -1.0, -26.6), (8.2, 8.0, 8.8)),  # hamate
)
# Each ray: base and head of the metacarpal, then the end of the finger's first bone.
_RAYS: tuple[tuple[Point, Point, Point], ...] = (
    ((26, -8, -35), (47, -22, -72), (58, -28, -100)),
    ((14, 1, -35), (21, -1, -96), (24, -8, -140)),
    ((2, 2, -36), (2, -1, -97), (2, -9, -144)),
    ((-8, 1, -35), (-14, -2, -90), (-17, -9, -134)),
    ((-16, -1, -34), (-29, -4, -83), (-35, -10, -120)),
)


class Wrist:
    """The painted wrist; formulas are for a left one and a right one is its mirror."""

    body_part = "WRIST"
    lesions: tuple[Lesion, ...] = ()

    def __init__(self, random: np.random.Generator, size: float, days: float) -> None:
        self._size = size
        self.laterality = str(random.choice(("R", "L")))
        self._mirror = 1 if self.laterality == "L" else -1
        self.low: Point = (-74 * size, -48 * size, -132 * size)
        self.high: Point = (74 * size, 48 * size, 104 * size)
        self._gap = FRESH_GAP_MM * float(np.exp(-max(days, 0) / HEALING_DAYS))
        self._callus = max(days, 0) > HEALING_DAYS / 2
        self._broad, self._trabeculae = Texture(random, 40), Texture(random, 2.0)

    def paint(self, canvas: Canvas) -> None:
        """Paint the wrist where the canvas is."""
        scale = self._size
        unit = Canvas(canvas.x * self._mirror / scale, canvas.y / scale, canvas.z / scale, canvas.labels)
        _paint_soft_tissue(unit, self._broad.over(unit.x, unit.y, unit.z))
        part = unit.near((-50, -40, -1e4), (70, 30, 1e4))
        if part.is_empty:
            return
        grain = self._trabeculae.over(part.x, part.y, part.z)
        never = part.z > 1e5
        self._paint_radius(part, grain)
        shapes.paint(part, _ulna(part), _thickness(part.z), part.z - 4 * grain > 14, grain)
        if float(part.z.min()) > 6:
            return
        for centre, radii in _CARPALS:
            depth = _block(part, centre, radii)
            shapes.paint(part, depth, 0.9 + 0 * part.z, never, grain)
        for base, head, tip in _RAYS:
            self._paint_ray(part, base, head, tip)

    def _paint_radius(self, part: Canvas, grain: Field) -> None:
        # The end piece is pushed to the back and tipped: Colles' dinner fork.
        end = np.clip(20 - part.z, 0, 30)
        depth = _radius(part.x, part.y - (part.z < 20) * (2.2 + 0.16 * end), part.z)
        shapes.paint(part, depth, _thickness(part.z), part.z - 5 * grain > 26, grain)
        wobble = 1.6 * np.sin(part.x / 2.3) + 0.9 * np.sin(part.x / 0.9 + 1) + 0.8 * np.sin(part.y / 2)
        plane = np.abs(part.z - 20 + wobble)
        inside = depth > -0.4
        if self._callus:
            part.fill((depth > -2.2) & (plane < 4), Tissue.CALLUS)
        # The back is crushed: on the palm's side the break gapes, on the other it is dense.
        part.fill(inside & (plane < self._gap / 2) & (part.y < 2), Tissue.MUSCLE)
        part.fill(inside & (plane < self._gap) & (part.y >= 2), Tissue.STRONG_TRABECULAE)

    def _paint_ray(self, part: Canvas, base: Point, head: Point, tip: Point) -> None:
        for start, end, wide, narrow in ((base, head, 6.4, 4.1), (head, tip, 6.0, 3.7)):
            along = np.array(end) - np.array(start)
            unit = along / np.linalg.norm(along)
            first = np.array(start) + unit * (wide + 0.9)
            last = np.array(end) - unit * (wide + 0.4)
            stops = [tuple(first + part_of * (last - first)) for part_of in (0, 0.22, 0.5, 0.8, 1)]
            radii = [wide, narrow + 0.9, narrow, narrow + 0.8, wide * 0.98]
            pieces = chain([(float(x), float(y), float(z)) for x, y, z in stops], radii)
            low, high = sorted((start[2], end[2]))
            near = part.near((-60, -50, low - 8), (70, 40, high + 8))
            if near.is_empty:
                continue
            depth = shapes.tubes(near, pieces, 1.5)
            middle = (near.z > low + 14) & (near.z < high - 12)
            shell = np.where(middle, 1.7, 0.9) + 0 * near.z
            grain = self._trabeculae.over(near.x, near.y, near.z)
            shapes.paint(near, depth, shell.astype(np.float32), middle, grain)


def make(random: np.random.Generator, size: float = 1.0, days: float = 0.0) -> Wrist:
    """Return a wrist; `size` 1.0 is an average adult, `days` count from the fall."""
    return Wrist(random, size, days)


def _paint_soft_tissue(unit: Canvas, broad: Field) -> None:
    wide = profile(unit.z, (-132, 38), (-96, 42), (-60, 42), (-30, 35), (0, 29), (30, 29), (104, 37))
    deep = profile(unit.z, (-132, 13), (-96, 15), (-60, 16), (-30, 18), (0, 19), (30, 20), (104, 28))
    radius = (np.abs((unit.x + 2) / wide) ** 2.6 + np.abs((unit.y - 0) / deep) ** 2.6) ** (1 / 2.6)
    depth = np.sqrt((unit.x + 2) ** 2 + unit.y**2) * (1 / np.maximum(radius, 0.02) - 1) + 0.6 * broad
    # Between the fingers there is air.
    web = np.minimum(*(np.abs(unit.x - place - 0.05 * (unit.z + 110)) for place in (-11, 12)))
    depth = np.minimum(depth, web - 1.2 + np.clip((unit.z + 112) * 0.9, 0, 60)).astype(np.float32)
    thumb = [Tube((24, -8, -26), (47, -22, -72), 17, 12.5), Tube((47, -22, -72), (60, -29, -108), 12.5, 9.5)]
    for piece in thumb:
        depth = shapes.blend(depth, unit.depth_in(piece), 6)
    unit.fill(depth > 0, Tissue.SKIN)
    unit.fill(depth > 1.4, Tissue.FAT)
    unit.fill((depth > 3.6 + broad) & (np.abs(broad) > 0.06), Tissue.MUSCLE)


def _radius(x: Field, y: Field, z: Field) -> Field:
    middle = profile(z, (-10, 12), (10, 9.5), (40, 9), (110, 10))
    wide = profile(z, (-10, 15), (4, 15.5), (18, 13), (34, 8.6), (50, 7.2), (110, 7.0))
    deep = profile(z, (-10, 9.5), (4, 10), (18, 8.8), (34, 7.2), (110, 6.6))
    radius = (np.abs((x - middle) / wide) ** 2.4 + np.abs(y / deep) ** 2.4) ** (1 / 2.4)
    column = np.sqrt((x - middle) ** 2 + y * y) * (1 / np.maximum(radius, 0.03) - 1)
    # Inclined 22 degrees towards the little finger and dished for scaphoid and lunate.
    dish = 1.8 * np.exp(-(((x - 15) / 7) ** 2)) + 1.5 * np.exp(-(((x - 2) / 6) ** 2))
    end = z - (1.5 - 0.40 * (x - 6) + dish)
    return shapes.meet(column.astype(np.float32), end.astype(np.float32), 2.5)


def _ulna(part: Canvas) -> Field:
    shaft = chain([(-17, 2, 5), (-17, 2, 14), (-15, 2, 30), (-14, 2, 110)], [7.2, 6.6, 5.4, 5.8])
    spike = [Tube((-21, 4, 2), (-22, 5, -4.5), 2.8, 1.6)]
    return shapes.meet(shapes.tubes(part, [*shaft, *spike], 2), part.z + 6, 1)


def _block(part: Canvas, centre: Point, radii: Point) -> Field:
    # Carpal bones are nearer to dice than to eggs.
    sides = (
        (np.abs(axis - place) / size) ** 2.7
        for axis, place, size in zip((part.x, part.y, part.z), centre, radii, strict=True)
    )
    return np.asarray(min(radii) * (1 - sum(sides) ** (1 / 2.7)), dtype=np.float32)


def _thickness(z: Field) -> Field:
    return profile(z, (-10, 0.9), (14, 1.0), (30, 1.8), (50, 2.7), (110, 3.0))
