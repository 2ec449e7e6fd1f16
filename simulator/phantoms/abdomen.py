"""An abdomen below the chest: liver, spleen, kidneys, pancreas, bowel, great vessels, and one lesion in the liver."""

import numpy as np

from simulator.phantoms import bones as shapes
from simulator.phantoms import spine
from simulator.phantoms.anatomy import Canvas, Field, Mask, Tube, chain, mirrored, profile
from simulator.phantoms.tissues import Tissue

TOP = -172.0  # the lungs reach down to here beside the diaphragm
_AORTA = chain([(10, 46, -140), (6, 44, -230), (2, 40, -318)], [11, 9.5, 8.5])
_ILIACS = chain([(2, 40, -316), (34, 30, -356), (62, -4, -400), (72, -38, -440)], [6, 5.5, 5, 4.5])
_CAVA = chain([(-22, 22, -140), (-22, 34, -220), (-16, 42, -322)], [12, 11, 10.5])
_ILIAC_VEINS = chain([(-12, 44, -318), (36, 40, -360), (62, 6, -400), (70, -28, -440)], [7, 6.5, 6, 5.5])
_PORTAL = chain([(2, 6, -214), (-22, 4, -186), (-54, 6, -160)], [6.5, 6.5, 5])
_MESENTERIC = chain([(4, 30, -200), (4, 14, -216), (-4, 0, -290)], [4, 4, 3])
_PSOAS = chain([(30, 52, -196), (42, 48, -260), (58, 34, -330), (80, -6, -400), (100, 10, -470)], [9, 19, 23, 18, 10])
_COLON = [
    *chain([(-92, 22, -390), (-98, 24, -300), (-94, 10, -232)], [25, 23, 21]),
    *chain([(-94, 10, -232), (-40, -54, -252), (20, -62, -262), (84, -22, -212)], [20, 18, 18, 17]),
    *chain([(84, -22, -212), (102, 30, -250), (104, 30, -340), (80, 12, -392)], [17, 15, 14, 14]),
]
_PANCREAS = chain([(-24, 2, -226), (2, -8, -214), (40, 14, -200), (74, 34, -186)], [15, 11, 11, 9])


def outline(unit: Canvas, broad: Field) -> Field:
    """Return how deep below the skin each voxel lies, from the chest's girth through the waist to the hips'."""
    wide = profile(unit.z, (-450, 186), (-400, 182), (-330, 164), (-250, 156), (-150, 166))
    deep = profile(unit.z, (-450, 118), (-330, 112), (-250, 114), (-150, 120))
    middle = profile(unit.z, (-450, 10), (-330, 4), (-150, 2))
    x, y = unit.x, unit.y - middle
    flat = (np.abs(x / wide) ** 2.4 + np.abs(y / deep) ** 2.4) ** (1 / 2.4)
    return np.asarray(np.sqrt(x * x + y * y) * (1 / np.maximum(flat, 0.02) - 1) + 1.5 * broad, dtype=np.float32)


def paint(unit: Canvas, broad: Field, fine: Field, loops: Field, rib_phase: float) -> None:
    """Paint the abdomen where the canvas is; `fine` scatters vessels in the liver, `loops` is the bowel's."""
    depth = outline(unit, broad)
    unit.fill(depth > 0, Tissue.SKIN)
    unit.fill(depth > 2, Tissue.FAT)
    wall = _beyond_cavity(unit)
    unit.fill(wall < 11, Tissue.MUSCLE)
    unit.fill((wall > 3.2) & (wall < 4.0) & (unit.y < 40), Tissue.FAT)
    unit.fill((wall > 6.8) & (wall < 7.6) & (unit.y < 40), Tissue.FAT)
    spine.paint_back_muscles(unit, spine_line)
    cavity = wall < -1
    unit.fill(cavity, Tissue.FAT)
    _paint_ribs(unit, wall, rib_phase)
    _paint_bowel(unit, cavity, loops)
    _paint_organs(unit, cavity, fine, broad)
    _paint_vessels(unit)
    spine.paint(unit, spine_line, spine.LUMBAR)


def spine_line(z: Field) -> Field:
    """Return the y of the vertebral bodies' centres: the lumbar curve goes forward."""
    return profile(z, (-330, 60), (-290, 64), (-240, 66), (-190, 62), (-150, 58)) + 0 * z


def _beyond_cavity(unit: Canvas) -> Field:
    wide = profile(unit.z, (-440, 118), (-330, 134), (-250, 132), (-150, 138))
    deep = profile(unit.z, (-440, 76), (-330, 84), (-250, 88), (-150, 90))
    x, y = unit.x, unit.y - profile(unit.z, (-330, -4), (-150, 0))
    flat = (np.abs(x / wide) ** 2.3 + np.abs(y / deep) ** 2.3) ** (1 / 2.3)
    return np.asarray(-np.sqrt(x * x + y * y) * (1 / np.maximum(flat, 0.02) - 1), dtype=np.float32)


def _paint_ribs(unit: Canvas, wall: Field, phase: float) -> None:
    if float(unit.z.max()) < -240:
        return
    slanted = unit.z - 0.55 * unit.y + 10 * np.abs(unit.x) / 140 + phase
    from_rib = slanted - 26 * np.floor(slanted / 26) - 13
    across = ((wall - 5) / 4.6) ** 2 + (from_rib / 6.8) ** 2
    end = unit.z > -208 + 0.9 * (60 - unit.y)
    rib = (across < 1) & end & (np.abs(unit.x) > 20)
    unit.fill(rib, Tissue.CORTICAL_BONE)
    unit.fill(rib & (across < 0.5), Tissue.CANCELLOUS_BONE)


def _paint_organs(unit: Canvas, cavity: Mask, fine: Field, broad: Field) -> None:
    edge = 26 - 0.5 * unit.y - 1.15 * np.clip(-160 - unit.z, 0, 200) + 4 * broad
    # The back of the right lobe and its lower edge are round.
    front = unit.y < 92 - 0.9 * np.clip(-176 - unit.z, 0, 100) - 0.005 * (unit.x + 55) ** 2
    liver = cavity & (unit.x < edge) & front & (unit.z > -256 + 0.004 * (unit.x + 85) ** 2)
    unit.fill(liver, Tissue.LIVER)
    unit.fill(liver & (np.abs(fine) > 2.05), Tissue.VENOUS_BLOOD)
    gall = unit.radius((-42, -38, -216), (13, 17, 24))
    unit.fill(gall < 1, Tissue.BOWEL_WALL)
    unit.fill(gall < 0.88, Tissue.FLUID)
    stomach = unit.radius((58, -28, -142), (42, 36, 40))
    unit.fill(cavity & (stomach < 1), Tissue.BOWEL_WALL)
    unit.fill(cavity & (stomach < 0.89), Tissue.FLUID)
    unit.fill(cavity & (stomach < 0.89) & (unit.y < -34), Tissue.AIR)
    unit.fill(cavity & (unit.radius((98, 42, -134), (30, 44, 38)) < 1), Tissue.SPLEEN)
    unit.tubes(_PANCREAS, Tissue.PANCREAS)
    for side in (-1, 1):
        _paint_kidney(Canvas(unit.x * side, unit.y, unit.z + 7 * (side < 0), unit.labels))
    for muscle in (_PSOAS, mirrored(_PSOAS)):
        unit.tubes(muscle, Tissue.MUSCLE)


def _paint_kidney(half: Canvas) -> None:
    part = half.near((20, 10, -290), (110, 100, -150))
    if part.is_empty:
        return
    off, back, up = part.x - 62 - 0.22 * (-222 - part.z), part.y - 52, part.z + 222
    across, along = off * 0.86 + back * 0.5, back * 0.86 - off * 0.5
    shape = np.sqrt((across / 27) ** 2 + (along / 22) ** 2 + (up / 54) ** 2)
    part.fill(shape < 1, Tissue.KIDNEY_CORTEX)
    lobes = 0.72 + 0.09 * np.sin(up / 5.5) * np.cos(np.arctan2(along, across) * 3)
    part.fill(shape < lobes, Tissue.KIDNEY_MEDULLA)
    sinus = ((across + 12) / 19) ** 2 + ((along + 8) / 11) ** 2 + (up / 30) ** 2
    part.fill((shape < 0.97) & (sinus < 1), Tissue.FAT)
    part.fill((shape < 0.97) & (sinus < 0.25), Tissue.FLUID)


def _paint_bowel(unit: Canvas, cavity: Mask, loops: Field) -> None:
    inside = cavity & (unit.z < -236) & (unit.z > -430) & (unit.y < 36)
    unit.fill(inside & (np.abs(loops) > 0.22), Tissue.BOWEL_WALL)
    unit.fill(inside & (np.abs(loops) > 0.38), Tissue.BOWEL_CONTENT)
    unit.fill(inside & (loops > 1.2) & (unit.y < -20), Tissue.AIR)
    low, high = (-125, -90, -420), (125, 60, -190)
    part = unit.near(low, high)
    if part.is_empty:
        return
    depth = shapes.tubes(part, _COLON, 4)
    pouches = 2.2 * np.sin((part.z + 0.6 * part.x) / 5)
    part.fill(depth + pouches > 0, Tissue.BOWEL_WALL)
    inner = depth + pouches > 2.2
    part.fill(inner, Tissue.BOWEL_CONTENT)
    # Gas rises to the front.
    axis = profile(part.z, (-420, 14), (-252, 6), (-251, -50), (-200, -20))
    part.fill(inner & (part.y < axis - 2), Tissue.AIR)


def _paint_vessels(unit: Canvas) -> None:
    arteries: tuple[list[Tube], ...] = (_AORTA, _ILIACS, mirrored(_ILIACS), _MESENTERIC)
    veins: tuple[list[Tube], ...] = (_CAVA, _ILIAC_VEINS, mirrored(_ILIAC_VEINS), _PORTAL)
    for vessel in veins:
        unit.tubes(vessel, Tissue.VENOUS_BLOOD)
    for vessel in arteries:
        unit.tubes(vessel, Tissue.VESSEL_WALL, thicker=1.2)
        unit.tubes(vessel, Tissue.ENHANCED_BLOOD)
    renal = [Tube((10, 40, -214), (46, 48, -222), 3, 2.4)]
    for vessel in (renal, mirrored(renal)):
        unit.tubes(vessel, Tissue.ENHANCED_BLOOD)
