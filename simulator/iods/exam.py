"""One examination as it is ordered, and what it gives: series of images, each ready to be encoded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from simulator import uids
from simulator.identities import Person

Scale = Literal["small", "full"]


@dataclass(frozen=True)
class Exam:
    """Everything the modality is told before it starts; `slices` 0 leaves the number to the protocol."""

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

    def uid(self, *path: str | int) -> str:
        """Return the UID of something in this examination; without a path, of the study itself.

        Whatever changes the pixels or the dates changes the UIDs: one UID never names two different images.
        """
        return uids.uid(self.seed, self.name, self.scale, self.slices, self.start.isoformat(), *path)

    def random(self, *path: str | int) -> np.random.Generator:
        """Return the randomness of one thing in this examination, the same each time it is asked for."""
        return generator(self.seed, self.name, *path)


@dataclass(frozen=True)
class Image:
    """One image: the attributes that are its own, and rows x columns of stored values."""

    own: Dataset
    pixels: NDArray[np.uint16]


@dataclass(frozen=True)
class Series:
    """A series before it is encoded; `images` makes them anew, one after the other, each time it is called."""

    uid: str
    number: int
    modality: str
    description: str
    size: int
    shared: Dataset
    images: Callable[[], Iterator[Image]]


def generator(seed: int, *path: str | int) -> np.random.Generator:
    """Return numpy randomness that follows from a seed and a path of names, in any process."""
    name = "/".join(str(part) for part in path).encode()
    return np.random.default_rng([seed, *name])
