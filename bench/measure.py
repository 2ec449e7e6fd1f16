"""Measuring a case on every target in turns, A B A B, so that what else happens on the machine meets both."""

import itertools
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.cases import Case
from bench.checks import fault
from bench.drive import CONNECTIONS, Run, drive
from bench.from_memory import FromMemory
from bench.targets import OURS, Target

_APART = 1_000_000
"""So that no request of a case is ever repeated with more connections."""


@dataclass(frozen=True)
class Figure:
    """A case on one target: medians over the runs, CPU over all of them together."""

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    errors: Counter[str]
    others: float


@dataclass(frozen=True)
class Row:
    """A case on every target, by the target's name; `faults` says why a target is left out."""

    case: str
    unit: str
    figures: dict[str, Figure]
    faults: dict[str, str]
    connections: int = CONNECTIONS
    from_memory: Figure | None = None

    def ratios(self, ours: str, peer: str) -> tuple[float, float] | None:
        """How many times the peer's rate is ours, and how many times our CPU is the peer's; None without both."""
        if ours not in self.figures or peer not in self.figures:
            return None
        a, b = self.figures[ours], self.figures[peer]
        return a.rate / b.rate, b.cpu_ms / a.cpu_ms if a.cpu_ms else 0.0


def measure(
    case: Case,
    targets: Sequence[Target],
    repetitions: int,
    seconds: float,
    connections: int = CONNECTIONS,
    memory: FromMemory | None = None,
) -> Row:
    """Checks the case's first answer on each target, then measures where it was right.

    With `memory`, also how fast our first answer can be sent by it, where the case asks for that.
    """
    numbers = {target.name: itertools.count(connections * _APART) for target in targets}
    faults = {target.name: _first_fault(case, target, next(numbers[target.name])) for target in targets}
    runs: dict[str, list[Run]] = {target.name: [] for target in targets if not faults[target.name]}
    limit: list[Run] = []
    same = memory.like(case, targets) if memory and case.from_memory and OURS in runs else None
    for _ in range(repetitions):
        if memory and same:
            limit.append(drive(memory.target, same, itertools.count(), seconds, connections))
        for target in targets:
            if target.name in runs:
                if case.unit == "instances":
                    os.sync()  # what one server left to be written must not slow the next one
                runs[target.name].append(drive(target, case.request, numbers[target.name], seconds, connections))
    figures = {}
    for name, several in runs.items():
        if any(run.answered_ms for run in several):
            figures[name] = _figure(several, case.units)
        else:
            faults[name] = f"no answer was right: {sum((run.errors for run in several), Counter())}"
    said = {name: text for name, text in faults.items() if text}
    return Row(case.name, case.unit, figures, said, connections, _figure(limit, 1) if limit else None)


def _first_fault(case: Case, target: Target, number: int) -> str:
    try:
        return fault(target.ask(case.request(number)), case.check)
    except (OSError, EOFError, ValueError) as error:
        return type(error).__name__


def _figure(runs: Sequence[Run], units: int) -> Figure:
    answered = sum(len(run.answered_ms) for run in runs)
    return Figure(
        rate=median(units * len(run.answered_ms) / run.seconds for run in runs),
        p50_ms=median(run.percentile(0.5) for run in runs),
        p99_ms=median(run.percentile(0.99) for run in runs),
        cpu_ms=1000 * sum(run.cpu_seconds for run in runs) / (answered * units),
        errors=sum((run.errors for run in runs), Counter()),
        others=median(run.others for run in runs),
    )
