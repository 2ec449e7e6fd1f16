"""The lead letters a radiographer lays on the cassette."""

import numpy as np

from simulator.phantoms.anatomy import Field
from simulator.phantoms.noise import soften

LETTERS = {
    "R": ("####.", "#...#", "#...#", "####.", "#.#..", "#..#.", "#...#"),
    "L": ("#....", "#....", "#....", "#....", "#....", "#....", "#####"),
}
_HEIGHT_MM = 15.0
_EDGE_MM = 12.0


def marker(
    letter: str, rows: int, columns: int, pixel_mm: float, open_part: tuple[float, float], down: float = 0.3
) -> Field:
    """Return how much of each pixel of a film (rows x columns) lead covers, 0 to 1.

    The letter lies towards the image's right for L and left for R, as on a frontal film, inside the open part of
    the collimator, its top at the part `down` of the rows: below the corner where viewers write.
    """
    covered = np.zeros((rows, columns), dtype=np.float32)
    pattern = LETTERS[letter]
    block = max(1, round(_HEIGHT_MM / len(pattern) / pixel_mm))
    bitmap = np.array([[mark == "#" for mark in line] for line in pattern], dtype=np.float32)
    shape = soften(np.pad(np.kron(bitmap, np.ones((block, block), dtype=np.float32)), 2))
    edge = round(_EDGE_MM / pixel_mm + (1 - open_part[1]) / 2 * columns)
    left = columns - edge - shape.shape[1] if letter == "L" else edge
    top = round(down * rows)
    covered[top : top + shape.shape[0], left : left + shape.shape[1]] = shape
    return covered
