"""The phantoms the simulator has, by name."""

from collections.abc import Callable

import numpy as np

from simulator.phantoms import chest, head, hip, knee, trunk, wrist
from simulator.phantoms.anatomy import Body

Make = Callable[[np.random.Generator, float, float], Body]

PHANTOMS: dict[str, Make] = {
    "chest": chest.make,
    "head": head.make,
    "hip": hip.make,
    "knee": knee.make,
    "trunk": trunk.make,
    "wrist": wrist.make,
}
