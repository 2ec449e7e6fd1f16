"""Bones: shapes joined with rounded seams, and the shell, the sponge and the marrow inside them."""

from collections.abc import Iterable

import numpy as np

from simulator.phantoms.anatomy import Canvas, Field, Mask, Point, Tube
from simulator.phantoms.tissues import Tissue


def blend(first: Field, second: Field, softness: float) -> Field:
    """Return the depth in the union of two shapes, their seam rounded over `softness` mm."""
    apart = first - second
    part = np.clip(0.5 + (0.5 / softness) * apart, 0, 1)
    return np.asarray(second + part * (apart + softness * (1 - part)), dtype=np.float32)


def meet(first: Field, second: Field, softness: float) -> Field:
    """Return the depth in what two shapes share, the edge rounded over `softness` mm."""
    return -blend(-first, -second, softness)


def tubes(part: Canvas, pieces: Iterable[Tube], softness: float = 3.0) -> Field:
    """Return the depth in the union of tubes."""
    found: Field | None = None
    for piece in pieces:
        depth = part.depth_in(piece)
        found = depth if found is None else blend(found, depth, softness)
    if found is None:
        raise ValueError("There is no tube.")
    return found


def ball(part: Canvas, centre: Point, radii: Point) -> Field:
    """Return about how many mm inside an ellipsoid each voxel lies."""
    return np.asarray(min(radii) * (1 - part.radius(centre, radii)), dtype=np.float32)


def paint(bones: Canvas, depth: Field, cortex: Field, shaft: Mask, grain: Field) -> None:
    """Paint a bone where `depth` is above 0: a shell `cortex` mm thick, sponge, and marrow where it is a `shaft`."""
    bones.fill(depth > 0, Tissue.CORTICAL_BONE)
    inside = depth > cortex
    bones.fill(inside, Tissue.CANCELLOUS_BONE)
    bones.fill(inside & (grain > 0.45), Tissue.STRONG_TRABECULAE)
    bones.fill(inside & (grain < -0.9), Tissue.MARROW)
    bones.fill(inside & shaft & (grain < 0.9), Tissue.MARROW)
