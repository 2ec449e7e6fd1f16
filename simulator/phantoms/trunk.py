"""Chest, abdomen and pelvis in one: the chest phantom's own patient, followed down to the thighs."""

import numpy as np

from simulator.phantoms import abdomen, pelvis
from simulator.phantoms.anatomy import Canvas, Lesion, Point
from simulator.phantoms.chest import Chest
from simulator.phantoms.hip import paint_soft_tissue
from simulator.phantoms.noise import Texture
from simulator.phantoms.tissues import Tissue

METASTASIS_DOUBLING_DAYS = 80.0
_METASTASIS_MM = 14.0
_HIPS_Z = -470.0
_PELVIS_FROM = -340.0
_WAIST_MM = 60.0  # over which the waist becomes the hips


class Trunk(Chest):
    """The painted trunk at one moment of its illness."""

    body_part = "CHESTABDPELVIS"

    def __init__(self, random: np.random.Generator, size: float, days: float) -> None:
        super().__init__(random, size, days)
        self.low = (self.low[0], self.low[1], -560 * size)
        self._trabeculae, self._loops = Texture(random, 3.0), Texture(random, 34)
        place = (-78 + random.uniform(-10, 10), -8 + random.uniform(-12, 12), -168 + random.uniform(-6, 6))
        centre: Point = (place[0] * size, place[1] * size, place[2] * size)
        diameter = _METASTASIS_MM * 2 ** (days / (3 * METASTASIS_DOUBLING_DAYS))
        self._metastasis = Lesion("liver-1", centre, diameter, Tissue.LIVER_LESION)
        self.lesions = (*self.lesions, self._metastasis)

    def paint(self, canvas: Canvas) -> None:
        """Paint the trunk where the canvas is: each part paints its own heights."""
        border = abdomen.TOP * self._size
        for low, high, painted in ((border, 1e6, super().paint), (-1e6, np.nextafter(border, -1e6), self._paint_below)):
            part = canvas.near((-1e6, -1e6, low), (1e6, 1e6, float(high)))
            if not part.is_empty:
                painted(part)
        radius = self._metastasis.diameter_mm / 2
        canvas.ellipsoid(self._metastasis.centre_mm, (radius, radius, radius), self._metastasis.tissue)

    def _paint_below(self, canvas: Canvas) -> None:
        scale = self._size
        unit = Canvas(canvas.x / scale, canvas.y / scale, canvas.z / scale, canvas.labels)
        upper = unit.near((-1e6, -1e6, _PELVIS_FROM), (1e6, 1e6, 1e6))
        if not upper.is_empty:
            textures = (self._broad, self._fine, self._loops)
            broad, fine, loops = (each.over(upper.x, upper.y, upper.z) for each in textures)
            abdomen.paint(upper, broad, fine, loops, self._rib_phase)
        self._paint_pelvis(unit)
        self._paint_couch(canvas)

    def _paint_pelvis(self, unit: Canvas) -> None:
        lower = unit.near((-1e6, -1e6, -1e6), (1e6, 1e6, float(np.nextafter(_PELVIS_FROM, -1e6))))
        if not lower.is_empty:
            placed = Canvas(lower.x, lower.y, lower.z - _HIPS_Z, lower.labels)
            broad, loops = (each.over(lower.x, lower.y, lower.z) for each in (self._broad, self._loops))
            waist = np.clip(1 - (_PELVIS_FROM - lower.z) / _WAIST_MM, 0, 1)
            depth = waist * abdomen.outline(lower, broad) + (1 - waist) * pelvis.outline(placed, broad)
            paint_soft_tissue(placed, depth.astype(np.float32), broad, loops)
        near = unit.near((-1e6, -1e6, -1e6), (1e6, 1e6, _HIPS_Z + 150))
        if not near.is_empty:
            pelvis.paint(Canvas(near.x, near.y, near.z - _HIPS_Z, near.labels), self._trabeculae, pelvis.Hips())


def make(random: np.random.Generator, size: float = 1.0, days: float = 0.0) -> Trunk:
    """Return a trunk; `size` 1.0 is an average adult, `days` count from the nodule's first scan."""
    return Trunk(random, size, days)
