"""Trees of vessels that fill an organ, grown from a root towards scattered points."""

import numpy as np
from numpy.typing import NDArray

from simulator.phantoms.anatomy import Point, Tube, as_rows

_MURRAY = 1 / 2.8  # a parent's flow is its children's: the radius goes with the number of tips, Murray's law


class Thicket:
    """Very many tubes, from which those that a slab of the body meets are found at once."""

    def __init__(self, tubes: list[Tube]) -> None:
        self._tubes = tubes
        rows = as_rows(tubes)
        radii = rows[:, 6:].max(axis=1)
        self._bottoms = rows[:, (2, 5)].min(axis=1) - radii
        self._tops = rows[:, (2, 5)].max(axis=1) + radii

    def between(self, bottom: float, top: float) -> list[Tube]:
        """Return the tubes that have a part between two heights, in the order they were given."""
        return [self._tubes[index] for index in np.flatnonzero((self._tops >= bottom) & (self._bottoms <= top))]


def grow(root: Point, tips: NDArray[np.float64], tip_radius: float) -> list[Tube]:
    """Return the tubes of a tree from `root` through `tips` (n x 3, mm), thicker where they carry more.

    Points join in order of distance from the root, each to the place on the tree that keeps both the new
    twig and the way back to the root short; so branches spread outwards as vessels do.
    """
    order = np.argsort(np.linalg.norm(tips - np.array(root), axis=1))
    places = np.vstack([root, tips[order]])
    parents = np.zeros(len(places), dtype=np.int64)
    way = np.zeros(len(places))
    x, y, z = (np.ascontiguousarray(along) for along in places.T)
    for node in range(1, len(places)):
        twig = np.sqrt((x[:node] - x[node]) ** 2 + (y[:node] - y[node]) ** 2 + (z[:node] - z[node]) ** 2)
        parent = parents[node] = (twig + 0.28 * way[:node]).argmin()
        way[node] = way[parent] + twig[parent]
    carried = np.ones(len(places))
    for node in range(len(places) - 1, 0, -1):
        carried[parents[node]] += carried[node]
    radii = tip_radius * carried**_MURRAY
    return [
        Tube(
            _point(places[parents[node]]),
            _point(places[node]),
            min(radii[parents[node]], 1.6 * radii[node]),
            radii[node],
        )
        for node in range(1, len(places))
    ]


def _point(place: NDArray[np.float64]) -> Point:
    return float(place[0]), float(place[1]), float(place[2])
