"""A body's label slices on one grid, each painted once and kept packed."""

import zlib

import numpy as np

from simulator.phantoms.anatomy import Body, Field, Labels, label_slices, slices_at_once

_FAST = 1


class Painted:
    """The axial label slices of a body at the heights `z`; painted when first asked for.

    Labels pack thirtyfold, so a body that several series look at is painted once and a thousand slices need
    little memory. `kept` is where a modality that scans the same body again and again may leave what it has made of
    the labels; None for a body that is scanned once.
    """

    def __init__(self, body: Body, x: Field, y: Field, z: Field, *, keeps: bool = False) -> None:
        self.x, self.y, self.z = x, y, z
        self.kept: dict[tuple[object, ...], list[Field]] | None = {} if keeps else None
        self._body = body
        self._packed: dict[int, bytes] = {}
        self._together = slices_at_once(x, y)

    def labels(self, index: int) -> Labels:
        """Return the labels (rows x columns) of one height."""
        if index not in self._packed:
            first = index - index % self._together
            heights = self.z[first : first + self._together]
            for place, slab in enumerate(label_slices(self._body, self.x, self.y, heights), start=first):
                self._packed[place] = zlib.compress(slab.tobytes(), _FAST)
        flat = np.frombuffer(zlib.decompress(self._packed[index]), dtype=np.uint8)
        return flat.reshape(len(self.y), len(self.x))

    def within(self, z: float, thickness_mm: float) -> list[Labels]:
        """Return the label slices that a slice of that thickness around `z` contains, at least the nearest."""
        off = np.abs(self.z - z)
        inside = np.flatnonzero(off < thickness_mm / 2)
        return [self.labels(int(index)) for index in (inside if inside.size else [off.argmin()])]
