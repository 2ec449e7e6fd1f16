"""Trying faults on an archive, one after the other, and comparing verdicts got with verdicts wanted."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.faults.bench import Bench
from simulator.faults.index import FAULTS
from simulator.faults.verdict import Fault, Got, Verdict
from simulator.faults.wire import Wire
from simulator.studies import make_study
from simulator.workload.dicomweb import connection

_MOST_NEIGHBOURS = 100


@dataclass(frozen=True)
class Trial:
    """One fault, and what the archive did."""

    fault: Fault
    got: Got

    @property
    def agrees(self) -> bool:
        """Whether that was right."""
        return self.fault.agrees(self.got)

    def to_json(self) -> dict[str, Any]:
        """The trial as a row of a report."""
        return {
            "fault": self.fault.name,
            "group": self.fault.group,
            "what": self.fault.what,
            "why": self.fault.why,
            "wanted": [str(one) for one in self.fault.wanted],
            "got": str(self.got),
            "detail": self.got.detail,
            "agrees": self.agrees,
        }


def neighbours(rate: float) -> int:
    """How many good instances go with one that is faulty, when `rate` of all are. Raises ValueError."""
    if not 0 < rate <= 1:
        raise ValueError(f"a rate is above 0 and at most 1, not {rate:g}")
    return min(round(1 / rate) - 1, _MOST_NEIGHBOURS)


def try_faults(
    root: str, names: Sequence[str], *, seed: int, rate: float = 1.0, timeout: float = 15.0, asks_first: bool = True
) -> Iterator[Trial]:
    """Yield a trial for each fault named, in an order that follows from the seed; for none named, for all.

    Unless told otherwise, it asks first whether there is an archive at all, and raises Unreachable when there is none.
    Raises KeyError for an unknown name.
    """
    chosen = [FAULTS[name] for name in names or FAULTS]
    random.Random(seed).shuffle(chosen)  # noqa: S311 - an order, no secret
    beside = neighbours(rate)
    good = next(make_study("brain-mr", seed, scale="small", slices=2).instances()).data
    wire = Wire(root, timeout)
    archive = connection(root, timeout)
    try:
        if asks_first:
            archive.held("2.25.0", "2.25.0")
        for fault in chosen:
            yield Trial(fault, _try(fault, Bench(wire, archive, good, seed, fault.name, neighbours=beside)))
    finally:
        archive.close()


def _try(fault: Fault, bench: Bench) -> Got:
    try:
        return fault.run(bench)
    except OSError as error:
        return Got(Verdict.BROKEN, 0, f"{type(error).__name__}: {error}")
