"""All that one run of the bench has found, and its tables in Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.first_image import Loaded, Timing
from bench.limits import Limit
from bench.measure import Figure, Row
from bench.targets import OURS


@dataclass
class Report:
    """The findings in the order they are made; `peer` is empty when there was none, and `absent` says why."""

    taken: str
    machine: dict[str, str]
    how: dict[str, str]
    peer: str = ""
    absent: str = ""
    archive: str = ""
    limits: Sequence[Limit] = ()
    rows: list[Row] = field(default_factory=list)
    timings: list[Timing] = field(default_factory=list)
    loaded: list[Loaded] = field(default_factory=list)
    memory_mb: dict[str, float] = field(default_factory=dict)


def case_table(report: Report) -> Iterator[str]:
    """Every case, ours beside the peer's."""
    columns = ["case", "connections", f"{OURS} /s", "p50 ms", "p99 ms", "CPU ms", "errors"]
    if report.peer:
        columns += [f"{report.peer} /s", "p50 ms", "p99 ms", "CPU ms", "errors", "rate ours/peer", "CPU peer/ours"]
    columns += ["from memory /s", "CPU ms", "CPU ours/memory"]
    yield from heading(columns)
    for row in report.rows:
        cells = [row.case, str(row.connections), *_cells(row.figures.get(OURS))]
        if report.peer:
            ratios = row.ratios(OURS, report.peer)
            cells += [*_cells(row.figures.get(report.peer)), *([f"{r:.2f}" for r in ratios] if ratios else ["–", "–"])]
        yield line(cells + _limit(row))


def faults(report: Report) -> Iterator[str]:
    """What was left out and why, and which errors were counted."""
    for row in report.rows:
        for name, text in row.faults.items():
            yield f"- {row.case}: {name} left out, its first answer failed the check: {text}."
        for name, figure in row.figures.items():
            for error, count in figure.errors.items():
                yield f"- {row.case}: {name} had {count} × {error}."


def timing_table(report: Report) -> Iterator[str]:
    """Every time that was measured in a browser."""
    yield from heading(["in the browser", "times", "p50 ms", "p95 ms", "longest ms", "missed"])
    for timing in report.timings:
        shares = [f"{timing.share(share):.0f}" for share in (0.5, 0.95, 1)]
        yield line([timing.name, str(len(timing.times)), *shares, str(timing.missed)])


def loaded_table(report: Report) -> Iterator[str]:
    """What the viewer had loaded at its first picture."""
    yield from heading(["visit", "requests", "kB over the network", "modules of our own", "kB of them, unpacked"])
    for one in report.loaded:
        numbers = [str(one.requests), f"{one.kilobytes:.0f}", str(one.modules), f"{one.module_kilobytes:.0f}"]
        yield line([f"browser cache {one.visit}", *numbers])


def limit_table(report: Report) -> Iterator[str]:
    """What the machine allows."""
    yield from heading(["limit of this machine", "rate"])
    for limit in report.limits:
        yield line([limit.name, f"{limit.rate:.0f} {limit.unit}"])


def heading(columns: Sequence[str]) -> Iterator[str]:
    """The first two lines of a table: names on the left, numbers on the right."""
    yield line(columns)
    yield "|---|" + "---:|" * (len(columns) - 1)


def line(cells: Sequence[str]) -> str:
    """One line of a table."""
    return "| " + " | ".join(cells) + " |"


def spoken(row: Row, peer: str) -> str:
    """One case as a line for the terminal."""
    words = [f"{row.case:48} {row.connections:2}"]
    for name, figure in row.figures.items():
        words.append(f"{name} {figure.rate:8.1f}/s p50 {figure.p50_ms:7.2f} ms, CPU {figure.cpu_ms:6.2f} ms")
    words += [f"{name} left out: {text}" for name, text in row.faults.items()]
    if ratios := row.ratios(OURS, peer):
        words.append(f"rate x{ratios[0]:.2f}, CPU x{ratios[1]:.2f}")
    if row.from_memory:
        words.append(f"from memory {row.from_memory.rate:.0f}/s, CPU {row.from_memory.cpu_ms:.3f} ms")
    return " | ".join(words)


def _limit(row: Row) -> list[str]:
    """How fast the same bytes can be sent, and how many times the CPU of that is ours."""
    limit, ours = row.from_memory, row.figures.get(OURS)
    if limit is None or ours is None:
        return ["–"] * 3
    return [f"{limit.rate:.0f}", f"{limit.cpu_ms:.2f}", f"{ours.cpu_ms / limit.cpu_ms:.1f}"]


def _cells(figure: Figure | None) -> list[str]:
    if figure is None:
        return ["–"] * 5
    times = [f"{figure.p50_ms:.1f}", f"{figure.p99_ms:.1f}", f"{figure.cpu_ms:.2f}"]
    return [f"{figure.rate:.0f}" if figure.rate >= 100 else f"{figure.rate:.1f}", *times, str(figure.errors.total())]
