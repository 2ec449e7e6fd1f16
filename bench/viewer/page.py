"""The page docs/reference/performance-viewer.md: both viewers' figures side by side, and the lines to reach.

Each round, one study over one line, is kept by itself in `rounds/` with the day and the machine it was measured on, so
that rounds can be measured one by one; the page is put together from those that are there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.viewer.measured import Figures, middle, share
from bench.viewer.subjects import OHIF, OURS
from e2e.line import Quality

ROUNDS = Path(__file__).parent / "rounds"


@dataclass(frozen=True)
class Row:
    """One line of the table; `aim` is what ours over theirs should at most or at least be, where there is one."""

    name: str
    ours: float
    theirs: float
    aim: float = 0
    more_is_better: bool = False
    digits: int = 0

    def text(self) -> str:
        ratio = self.ours / self.theirs if self.theirs else 0.0
        reached = ratio >= self.aim if self.more_is_better else ratio <= self.aim
        aim = f"{'≥' if self.more_is_better else '≤'} {self.aim:g}" if self.aim else "–"
        verdict = "–" if not self.aim or not self.theirs else "yes" if reached else "**no**"
        theirs, shown = (f"{self.theirs:.{self.digits}f}", f"{ratio:.2f}") if self.theirs else ("–", "–")
        return f"| {self.name} | {self.ours:.{self.digits}f} | {theirs} | {shown} | {aim} | {verdict} |"


@dataclass(frozen=True)
class Round:
    """One study over one line, as it was measured on one day on one machine; `missed` turns of the wheel by viewer."""

    date: str
    slices: int
    quality: Quality
    machine: Mapping[str, str]
    rows: Sequence[Row]
    missed: Mapping[str, int]

    def keep(self, folder: Path = ROUNDS) -> None:
        """Writes it down, in place of the same round of an earlier day."""
        told = asdict(self)
        told |= told.pop("quality")
        name = f"{self.slices}-slices-{self.quality.round_trip_ms:g}-ms.json"
        (folder / name).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def measured_round(
    date: str, slices: int, quality: Quality, machine: Mapping[str, str], figures: Mapping[str, Figures]
) -> Round:
    """The round of these figures."""
    rows = list(_rows(quality, figures[OURS], figures[OHIF]))
    return Round(
        date, slices, quality, machine, rows, {name: one.missed for name, one in figures.items() if one.missed}
    )


def kept_rounds(folder: Path = ROUNDS) -> list[Round]:
    """All rounds that were ever measured, small studies and short lines first."""
    found = []
    for path in folder.glob("*.json"):
        told = json.loads(path.read_text())
        quality = Quality(told.pop("round_trip_ms"), told.pop("megabits"))
        rows = [Row(**row) for row in told.pop("rows")]
        found.append(Round(quality=quality, rows=rows, **told))
    return sorted(found, key=lambda one: (one.slices, one.quality.round_trip_ms))


def page(rounds: Sequence[Round], notes: str, missing: Sequence[str] = ()) -> str:
    """The whole page in Markdown; `missing` names the rounds that nobody has measured yet."""
    machines: list[Mapping[str, str]] = []
    for one in rounds:
        if one.machine not in machines:
            machines.append(one.machine)
    lines = (
        line for one in rounds for line in _round(one, machines.index(one.machine) + 1 if len(machines) > 1 else 0)
    )
    unmeasured = [f"Not measured yet: {'; '.join(missing)}.", ""] if missing else []
    return "\n".join([*_head(machines), *unmeasured, *lines, notes])


def _head(machines: Sequence[Mapping[str, str]]) -> Iterator[str]:
    yield "# Performance of the viewer"
    yield ""
    yield "Written by `make bench-viewer`, round by round; do not edit it by hand. The server's own figures are in"
    yield "[performance](performance.md)."
    yield ""
    yield "Lightbox and OHIF show the same chest CT of 512 × 512 from the same Lightbox server, in headless Chromium"
    yield "without a graphics card, in turns, each visit in a browser of its own with an empty cache. OHIF is its ready"
    yield "build, served compressed from a server of its own; without a graphics card it draws with its CPU renderer."
    yield "Each figure is the middle of two visits; browser, servers and line share this machine's cores."
    yield ""
    for number, machine in enumerate(machines, 1):
        if len(machines) > 1:
            yield f"Machine {number}:"
            yield ""
        for name, text in machine.items():
            yield f"- {name}: {text}"
        yield ""


def _round(one: Round, machine: int) -> Iterator[str]:
    yield f"## {one.slices} slices, {one.quality}"
    yield ""
    yield f"Measured on {one.date}{f', on machine {machine}' if machine else ''}."
    yield ""
    yield f"| | {OURS} | {OHIF} | ours/theirs | to reach | reached |"
    yield "|---|---:|---:|---:|---:|---|"
    yield from (row.text() for row in one.rows)
    yield ""
    for name, count in one.missed.items():
        yield f"- {name}: {count} single turns of the wheel showed no new picture within five seconds."
    yield ""


def _rows(quality: Quality, ours: Figures, theirs: Figures) -> Iterator[Row]:
    step_aim = 1.2 if not quality.round_trip_ms else 1.5 if quality.round_trip_ms <= 40 else 0
    yield Row("address to first picture, cold, ms", middle(ours.cold_ms), middle(theirs.cold_ms), 0.25)
    yield Row("address to first exact picture, cold, ms", middle(ours.cold_exact_ms), middle(theirs.cold_exact_ms))
    yield Row("address to first picture, warm, ms", middle(ours.warm_ms), middle(theirs.warm_ms))
    yield Row("click in the list to first picture, ms", middle(ours.click_ms), middle(theirs.click_ms), 0.4)
    yield Row("network to the first picture, kB", middle(ours.kilobytes), middle(theirs.kilobytes), 0.1)
    yield Row("network to the first exact picture, kB", middle(ours.exact_kilobytes), middle(theirs.exact_kilobytes))
    yield Row("modules to the first picture", middle(ours.modules), middle(theirs.modules))
    yield Row("the modules unpacked, kB", middle(ours.module_kilobytes), middle(theirs.module_kilobytes))
    yield Row("wheel step p50, ms", share(ours.step_ms, 0.5), share(theirs.step_ms, 0.5))
    yield Row("wheel step p95, ms", share(ours.step_ms, 0.95), share(theirs.step_ms, 0.95), step_aim)
    yield Row("scroll forward, slices/s", middle(ours.forward), middle(theirs.forward), 1.3, True, 1)
    yield Row("scroll back, slices/s", middle(ours.backward), middle(theirs.backward), 1.3, True, 1)
    yield Row("turns of the wheel that counted, %", 100 * middle(ours.honoured), 100 * middle(theirs.honoured))
    yield Row(
        "scroll at once after opening, slices/s", middle(ours.cold_scroll), middle(theirs.cold_scroll), 2, True, 1
    )
    yield Row("turns that counted there, %", 100 * middle(ours.cold_honoured), 100 * middle(theirs.cold_honoured))
    yield Row("window dragged, pictures/s", middle(ours.drags), middle(theirs.drags), 0, True, 1)
    yield Row("memory of the browser, MiB", middle(ours.megabytes), middle(theirs.megabytes))
    yield Row("memory above that of an empty page, MiB", middle(ours.own_megabytes), middle(theirs.own_megabytes), 0.5)
