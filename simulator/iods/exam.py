"""One examination as it is ordered, and what it gives: series of instances, each ready to be encoded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from simulator import uids
from simulator.encoding import Own
from simulator.identities import Person
from simulator.phantoms.enhancement import PORTAL, Phase

Scale = Literal["small", "full"]


@dataclass(frozen=True)
class Exam:
    """Everything the modality is told before it starts; `slices` 0 leaves the number to the protocol.

    `protocol` names one of the modality's own; `has_barcode` has each slice carry its number as bars; `is_pooled`
    says that many examinations look at the same body, so that what is made of it is worth keeping.
    """

    seed: int
    name: str
    person: Person
    start: datetime
    accession_number: str
    study_id: str
    description: str
    referrer: str
    thickness_mm: float
    scale: Scale
    slices: int = 0
    protocol: str = ""
    has_barcode: bool = False
    is_pooled: bool = False

    def uid(self, *path: str | int) -> str:
        """Return the UID of something in this examination; without a path, of the study itself.

        Whatever changes the pixels or the dates changes the UIDs: one UID never names two different images.
        """
        marked = ("barcode",) if self.has_barcode else ()
        return uids.uid(self.seed, self.name, self.scale, self.slices, self.start.isoformat(), *marked, *path)

    def instance_uid(self, series_number: int, number: int) -> str:
        """Return the SOP Instance UID of an instance; both numbers are the ones it says of itself."""
        return self.uid("series", series_number, "instance", number)

    def random(self, *path: str | int) -> np.random.Generator:
        """Return the randomness of one thing in this examination, the same each time it is asked for."""
        return generator(self.seed, self.name, *path)


@dataclass(frozen=True)
class Image:
    """One instance: the attributes that are its own, and its stored values.

    `pixels` is rows x columns, or frames x rows x columns; None for a document.
    """

    own: Own
    pixels: NDArray[np.uint16] | NDArray[np.uint8] | None


@dataclass(frozen=True)
class Series:
    """A series before it is encoded; `images` makes them anew, one after the other, each time it is called.

    `shows_lesions` is whether the body's lesions can be found in it, `phase` the contrast they have. Where each
    instance is one axial slice, `heights` has their z and `corner_mm` x and y of the first pixel, LPS.
    """

    uid: str
    number: int
    modality: str
    description: str
    size: int
    shared: Dataset
    images: Callable[[], Iterator[Image]]
    shows_lesions: bool = True
    phase: Phase = PORTAL
    heights: tuple[float, ...] = ()
    corner_mm: tuple[float, float] = (0.0, 0.0)


def generator(seed: int, *path: str | int) -> np.random.Generator:
    """Return numpy randomness that follows from a seed and a path of names, in any process."""
    name = "/".join(str(part) for part in path).encode()
    return np.random.default_rng([seed, *name])
