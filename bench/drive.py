"""Keeping a server busy: connections that stay open, each asking again as soon as it is answered."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.connection import Connection
from bench.processes import cpu_seconds, machine_cpu_seconds, own_cpu_seconds
from bench.requests import Request
from bench.targets import Target

CONNECTIONS = 8
_MOST_REQUESTS = 200_000


@dataclass
class Run:
    """What one run of a case saw; `others` is the CPU that neither client nor server used, in cores."""

    seconds: float = 0
    answered_ms: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0
    others: float = 0

    def percentile(self, share: float) -> float:
        """The time within which that share of the answers came, in milliseconds."""
        if not self.answered_ms:
            return 0
        return sorted(self.answered_ms)[min(len(self.answered_ms) - 1, int(share * len(self.answered_ms)))]


def drive(
    target: Target,
    request: Callable[[int], Request],
    numbers: "itertools.count[int]",
    seconds: float,
    connections: int = CONNECTIONS,
) -> Run:
    """Asks for `seconds`, and then waits for what is under way; `numbers` go on from run to run."""
    run = Run()
    before = cpu_seconds(target.pid), own_cpu_seconds(), machine_cpu_seconds()
    start = time.perf_counter()
    threads = [
        threading.Thread(target=_ask_on, args=(target, request, numbers, start + seconds, run), daemon=True)
        for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.seconds = time.perf_counter() - start
    run.cpu_seconds = cpu_seconds(target.pid) - before[0]
    foreign = machine_cpu_seconds() - before[2] - run.cpu_seconds - (own_cpu_seconds() - before[1])
    run.others = max(0.0, foreign / run.seconds)
    return run


def _ask_on(
    target: Target, request: Callable[[int], Request], numbers: "itertools.count[int]", end: float, run: Run
) -> None:
    connection = Connection(target.port)
    times: list[float] = []
    errors: Counter[str] = Counter()
    while (start := time.perf_counter()) < end and len(times) < _MOST_REQUESTS and errors.total() < 100:
        pieces = request(next(numbers)).pieces(target.port, target.prefix)
        start = time.perf_counter()
        try:
            answer = connection.ask(pieces)
        except (OSError, EOFError, ValueError) as error:
            errors[type(error).__name__] += 1
            connection.close()
            continue
        if answer.status == 200:
            times.append((time.perf_counter() - start) * 1000)
        else:
            errors[f"status {answer.status}"] += 1
    connection.close()
    run.answered_ms += times  # one step of the interpreter, so threads need no lock
    for name, count in errors.items():
        run.errors[name] += count
