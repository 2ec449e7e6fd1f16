"""The bony pelvis and upper thighs: hip bones, sacrum, femora; a broken neck, or the new hip that replaced it."""

from dataclasses import dataclass

import numpy as np

from simulator.phantoms import bones as shapes
from simulator.phantoms.anatomy import Canvas, Field, Tube, chain, profile
from simulator.phantoms.noise import Texture
from simulator.phantoms.tissues import Tissue

HIP_X = 88.0
_HEAD_MM = 23.5
_NECK_BREAK_MM = 3.0
_FEMUR = [
    *chain([(88, 0, 0), (108, 3, -16), (122, 6, -28)], [15, 14.5, 17]),
    *chain([(122, 6, -28), (120, 5, -60), (115, 0, -110), (110, -6, -260)], [18, 17.5, 14.5, 14]),
]
_ISCHIUM = chain([(84, 22, 6), (76, 32, -24), (62, 30, -62), (54, 26, -74)], [13, 12, 15, 12])
_PUBIS = [
    *chain([(76, -16, -6), (46, -34, -14), (18, -42, -26), (7, -42, -38)], [12, 8, 8.5, 9]),
    *chain([(7, -40, -46), (26, -22, -62), (52, 18, -76)], [8.5, 6.5, 9]),
]


@dataclass(frozen=True)
class Hips:
    """What has happened to the hip on the side `side` (1 is the left, +x); `is_broken` or `is_replaced` or neither."""

    side: int = 0
    is_broken: bool = False
    is_replaced: bool = False


def paint(unit: Canvas, trabeculae: Texture, hips: Hips) -> None:
    """Paint all bones where the canvas is; the middle between the femoral heads is at 0."""
    _paint_sacrum(unit, trabeculae)
    for side in (1, -1):
        half = Canvas(unit.x * side, unit.y, unit.z, unit.labels)
        near = half.near((0, -75, -105), (165, 100, 140))
        if not near.is_empty:
            _paint_hip_bone(near, trabeculae.over(near.x, near.y, near.z))
        here = hips if side == hips.side else Hips()
        thigh = half.near((55, -40, -1e6), (160, 50, 45))
        if not thigh.is_empty:
            _paint_femur(thigh, trabeculae.over(thigh.x, thigh.y, thigh.z), here)
        if here.is_replaced:
            _paint_prosthesis(half)
    unit.fill((np.abs(unit.x) < 2.4) & (np.abs(unit.y + 42) < 9) & (np.abs(unit.z + 40) < 15), Tissue.CARTILAGE)


def _paint_hip_bone(half: Canvas, grain: Field) -> None:
    never = half.z > 1e5
    shell = 1.8 + 0 * half.z
    wing = _ilium(half)
    cup = _acetabulum(half)
    lower = shapes.blend(shapes.tubes(half, _ISCHIUM, 5), shapes.tubes(half, _PUBIS, 5), 5)
    whole = shapes.blend(shapes.blend(wing, cup, 7), lower, 6)
    # The head needs its socket: joint space, then bone.
    space = _HEAD_MM + 2.6 - _from_head(half)
    opens = (half.x - HIP_X) * 0.72 - half.y * 0.25 - half.z * 0.62
    whole = np.where((space > 0) | ((opens > 11) & (space > -9)), -1.0, whole).astype(np.float32)
    shapes.paint(half, np.where(half.x > 2.2, whole, -1.0).astype(np.float32), shell, never, grain)


def _from_head(half: Canvas) -> Field:
    return np.asarray(np.sqrt((half.x - HIP_X) ** 2 + half.y**2 + half.z**2), dtype=np.float32)


def _acetabulum(half: Canvas) -> Field:
    x, z = half.x - HIP_X, half.z
    ball = 38.0 - _from_head(half)
    roof = np.minimum(ball, 12 - (x * 0.72 - half.y * 0.25 - z * 0.62))
    return np.asarray(roof, dtype=np.float32)


def _ilium(half: Canvas) -> Field:
    x, y, z = half.x, half.y, half.z
    # A blade that runs from the sacrum forwards and outwards, and leans out towards its crest.
    lean = 0.30 * np.clip(z - 30, 0, 200)
    along = x - lean
    surface = 54 - 1.02 * (along - 38) + 0.006 * (along - 70) ** 2
    thick = profile(z, (10, 13), (35, 8), (70, 4.6), (105, 4.0), (132, 6.5)) + 3.5 * np.exp(-(((along - 40) / 9) ** 2))
    blade = thick - np.abs(y - surface) * 0.70
    crest = 134 - 0.0105 * (x - 78) ** 2 - z
    front = 108 + 0.34 * (z - 20) - x
    notch = x - profile(z, (-10, 78), (20, 62), (48, 47), (62, 38), (140, 40))
    bottom = z - 4
    shape = np.minimum(np.minimum(blade, crest), np.minimum(front, np.minimum(notch, bottom)))
    return np.asarray(shape, dtype=np.float32)


def _paint_sacrum(unit: Canvas, trabeculae: Texture) -> None:
    part = unit.near((-62, 20, -40), (62, 110, 118))
    if part.is_empty:
        return
    middle = profile(part.z, (-40, 62), (0, 78), (40, 84), (75, 72), (110, 52))
    wide = profile(part.z, (-40, 3), (-14, 8), (8, 16), (40, 34), (72, 52), (104, 50), (110, 30))
    deep = profile(part.z, (-40, 4), (0, 8), (50, 14), (90, 21), (110, 20))
    radius = (np.abs(part.x / wide) ** 2.6 + np.abs((part.y - middle) / deep) ** 2.6) ** (1 / 2.6)
    depth = np.asarray(np.minimum(wide, deep) * (1 - radius), dtype=np.float32)
    holes = np.minimum(*(np.hypot(part.x - side * 20, (part.z - 8) % 21 - 10.5) for side in (-1, 1)))
    grain = trabeculae.over(part.x, part.y, part.z)
    depth = np.where((holes < 3.8) & (part.z > 6) & (part.z < 92), -1.0, depth).astype(np.float32)
    shapes.paint(part, depth, 1.5 + 0 * part.z, part.z > 1e5, grain)


def _paint_femur(half: Canvas, grain: Field, hips: Hips) -> None:
    moved = half
    if hips.is_broken:
        # The shaft rides up and turns out; the head stays in its socket.
        moved = Canvas(half.x + 2, half.y + 5, half.z - 11, half.labels)
    shaft = shapes.tubes(moved, _FEMUR, 6)
    greater = shapes.ball(moved, (133, 12, -12), (13, 18, 22))
    lesser = shapes.ball(moved, (106, 18, -62), (10, 10, 12))
    lower = shapes.blend(shapes.blend(shaft, greater, 7), lesser, 5)
    head = _HEAD_MM - _from_head(half)
    across = (moved.x - 106) * 0.78 - (moved.z + 14) * 0.62
    cortex = profile(moved.z, (-260, 6.5), (-110, 6.5), (-60, 4.2), (-30, 1.8), (30, 1.4))
    is_shaft = moved.z + 6 * grain < -60
    if hips.is_broken:
        wobble = 1.8 * np.sin(half.z / 2.7) + 1.2 * np.sin(half.y / 2)
        lower = np.where(across + wobble > _NECK_BREAK_MM, lower, -1.0)
        stump = np.where(
            (half.x - 104) * 0.78 - (half.z + 12) * 0.62 + wobble < 0, shapes.tubes(half, _FEMUR[:1], 2), -1
        )
        head = np.maximum(head, stump).astype(np.float32)
        shapes.paint(half, lower.astype(np.float32), cortex, is_shaft, grain)
        shapes.paint(half, head, 1.2 + 0 * half.z, half.z > 1e5, grain)
        return
    if hips.is_replaced:
        # The head and most of the neck are sawn off.
        cut = np.where(across > 1.5, lower, -1.0).astype(np.float32)
        shapes.paint(half, cut, cortex, is_shaft, grain)
        return
    shapes.paint(half, shapes.blend(lower, head, 5), cortex, is_shaft, grain)


def _paint_prosthesis(half: Canvas) -> None:
    away = _from_head(half)
    outside = (half.x - HIP_X) * 0.66 - half.y * 0.25 - half.z * 0.70
    half.fill((away < 26.5) & (outside < 4), Tissue.METAL)
    half.fill((away < 23) & (outside < 6), Tissue.POLYETHYLENE)
    stem = chain([(97, 1, -9), (107, 3, -22), (116, 4, -50), (116, 1, -100), (113, -2, -150)], [6, 7.5, 9.5, 7.5, 4.5])
    half.tubes(stem, Tissue.METAL)
    half.tubes([Tube((84, 0, 3), (100, 1, -13), 6.2, 6.2)], Tissue.METAL)
    half.fill(away < 16, Tissue.METAL)
    half.tubes([Tube((HIP_X - 6, 6, 18), (HIP_X - 22, 16, 46), 2.6, 2.4)], Tissue.METAL)


def outline(unit: Canvas, broad: Field) -> Field:
    """Return how deep below the skin each voxel lies: the hips, then two thighs."""
    x, y, z = unit.x, unit.y, unit.z
    wide = profile(z, (-260, 172), (-60, 186), (-10, 184), (60, 170), (130, 152))
    deep = profile(z, (-260, 92), (-60, 116), (0, 120), (60, 116), (130, 108))
    radius = (np.abs(x / wide) ** 2.5 + np.abs((y - 10) / deep) ** 2.5) ** (1 / 2.5)
    whole = np.sqrt(x * x + (y - 10) ** 2) * (1 / np.maximum(radius, 0.02) - 1)
    cleft = np.abs(x) - np.clip((-88 - z) * 0.10, -60, 11)
    return np.asarray(np.minimum(whole, cleft) + 1.2 * broad, dtype=np.float32)
