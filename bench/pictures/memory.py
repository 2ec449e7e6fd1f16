"""How much memory the server takes for pictures: CTs and films scrolled at random, many times more than it may keep."""

import itertools
import random
import threading
from dataclasses import dataclass

from bench.drive import drive
from bench.pictures.subjects import Subjects
from bench.processes import memory_mb
from bench.requests import JPEG, Request
from bench.targets import Target

_SEED = 5


@dataclass(frozen=True)
class Scrolled:
    """MB of the server when it had drawn one film and one slice, and at its highest; `bound` is what it may keep."""

    pictures: int
    errors: int
    bound: float
    before: float
    highest: float

    @property
    def grown(self) -> float:
        """MB that it took for all that followed."""
        return self.highest - self.before


def scroll(target: Target, subjects: Subjects, bound_mb: float, seconds: float) -> Scrolled:
    """Eight readers scroll through the subjects at random, with random windows, for that long."""
    everything = [*subjects.slices, *subjects.films]
    for path in (subjects.slices[0], subjects.films[0]):
        target.ask(Request(f"{path}/rendered?viewport=512,512", JPEG))
    before = memory_mb(target.pid)
    seen = [before]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.1):
            seen.append(memory_mb(target.pid))

    def anything(number: int) -> Request:
        choice = random.Random(_SEED + number)
        window = f"window={choice.randrange(4000)},{choice.randrange(50, 4000)},linear"
        return Request(f"{choice.choice(everything)}/rendered?viewport=512,512&{window}", JPEG)

    watching = threading.Thread(target=look)
    watching.start()
    run = drive(target, anything, itertools.count(), seconds)
    ended.set()
    watching.join()
    return Scrolled(len(run.answered_ms), run.errors.total(), bound_mb, before, max(seen))
