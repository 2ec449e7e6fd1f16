"""The modalities the simulator has, by the value of Modality."""

from collections.abc import Callable

from simulator.iods import cr, ct, mr
from simulator.iods.exam import Exam, Series
from simulator.phantoms.anatomy import Body

Acquire = Callable[[Exam, Body], tuple[Series, ...]]

MODALITIES: dict[str, Acquire] = {
    ct.MODALITY: ct.acquire,
    cr.MODALITY: cr.acquire,
    mr.MODALITY: mr.acquire,
}
