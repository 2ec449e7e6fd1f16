"""Measured times and what can be said of them without inventing anything: exact percentiles, nearest rank."""

import math
import threading
from dataclasses import dataclass, field

PERCENTILES = (50, 90, 95, 99)


@dataclass
class Samples:
    """Every measured value, in seconds; values may be added from several threads."""

    values: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, value: float) -> None:
        """Count one more value."""
        with self._lock:
            self.values.append(value)

    def percentile(self, percent: float) -> float:
        """Return the smallest value that at least `percent` of all are not above. Raises ValueError without values."""
        if not self.values:
            raise ValueError("no values were measured")
        ordered = sorted(self.values)
        rank = max(1, math.ceil(len(ordered) * percent / 100))
        return ordered[rank - 1]

    def summary(self) -> dict[str, float]:
        """Return count, p50, p90, p95, p99 and max; only the count when nothing was measured."""
        if not self.values:
            return {"count": 0}
        found = {f"p{percent}": round(self.percentile(percent), 6) for percent in PERCENTILES}
        return {"count": len(self.values)} | found | {"max": round(max(self.values), 6)}


def in_words(name: str, samples: Samples) -> str:
    """Return one line of a report; milliseconds below ten seconds, seconds above."""
    if not samples.values:
        return f"{name}: nothing measured"
    named = [(f"p{percent}", samples.percentile(percent)) for percent in PERCENTILES] + [("max", max(samples.values))]
    return f"{name}: " + ", ".join(f"{label} {_time(value)}" for label, value in named)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"
