"""The page docs/reference/performance-viewer.md: both viewers' figures side by side, and the lines to reach."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.viewer.line import Quality
from bench.viewer.measured import Figures, middle, share
from bench.viewer.subjects import OHIF, OURS


@dataclass(frozen=True)
class Round:
    """One study over one line."""

    slices: int
    quality: Quality
    figures: Mapping[str, Figures]


@dataclass(frozen=True)
class _Row:
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


def page(taken: str, machine: Mapping[str, str], rounds: list[Round], notes: str) -> str:
    """The whole page in Markdown."""
    return "\n".join([*_head(taken, machine), *(line for one in rounds for line in _round(one)), notes])


def _head(taken: str, machine: Mapping[str, str]) -> Iterator[str]:
    yield "# Performance of the viewer"
    yield ""
    yield f"Written by `make bench-viewer` on {taken}; do not edit it by hand. The server's own figures are in"
    yield "[performance](performance.md)."
    yield ""
    yield "Lightbox and OHIF show the same chest CT of 512 × 512 from the same Lightbox server, in headless Chromium"
    yield "without a graphics card, in turns, each visit in a browser of its own with an empty cache. OHIF is its ready"
    yield "build, served compressed from a server of its own; without a graphics card it draws with its CPU renderer."
    yield "Each figure is the middle of two visits; browser, servers and line share this machine's cores."
    yield ""
    for name, text in machine.items():
        yield f"- {name}: {text}"
    yield ""


def _round(one: Round) -> Iterator[str]:
    yield f"## {one.slices} slices, {one.quality}"
    yield ""
    yield f"| | {OURS} | {OHIF} | ours/theirs | to reach | reached |"
    yield "|---|---:|---:|---:|---:|---|"
    yield from (row.text() for row in _rows(one.quality, one.figures[OURS], one.figures[OHIF]))
    yield ""
    missed = {name: figures.missed for name, figures in one.figures.items() if figures.missed}
    for name, count in missed.items():
        yield f"- {name}: {count} single turns of the wheel showed no new picture within five seconds."
    yield ""


def _rows(quality: Quality, ours: Figures, theirs: Figures) -> Iterator[_Row]:
    step_aim = 1.2 if not quality.round_trip_ms else 1.5 if quality.round_trip_ms <= 40 else 0
    yield _Row("address to first picture, cold, ms", middle(ours.cold_ms), middle(theirs.cold_ms), 0.25)
    yield _Row("address to first exact picture, cold, ms", middle(ours.cold_exact_ms), middle(theirs.cold_exact_ms))
    yield _Row("address to first picture, warm, ms", middle(ours.warm_ms), middle(theirs.warm_ms))
    yield _Row("click in the list to first picture, ms", middle(ours.click_ms), middle(theirs.click_ms), 0.4)
    yield _Row("network to the first picture, kB", middle(ours.kilobytes), middle(theirs.kilobytes), 0.1)
    yield _Row("modules to the first picture", middle(ours.modules), middle(theirs.modules))
    yield _Row("the modules unpacked, kB", middle(ours.module_kilobytes), middle(theirs.module_kilobytes))
    yield _Row("wheel step p50, ms", share(ours.step_ms, 0.5), share(theirs.step_ms, 0.5))
    yield _Row("wheel step p95, ms", share(ours.step_ms, 0.95), share(theirs.step_ms, 0.95), step_aim)
    yield _Row("scroll forward, slices/s", middle(ours.forward), middle(theirs.forward), 1.3, True, 1)
    yield _Row("scroll back, slices/s", middle(ours.backward), middle(theirs.backward), 1.3, True, 1)
    yield _Row("turns of the wheel that counted, %", *(100 * middle(one.honoured) for one in (ours, theirs)))
    yield _Row(
        "scroll at once after opening, slices/s", middle(ours.cold_scroll), middle(theirs.cold_scroll), 2, True, 1
    )
    yield _Row("turns that counted there, %", *(100 * middle(one.cold_honoured) for one in (ours, theirs)))
    yield _Row("window dragged, pictures/s", middle(ours.drags), middle(theirs.drags), 0, True, 1)
    yield _Row("memory of the browser, MiB", middle(ours.megabytes), middle(theirs.megabytes))
    yield _Row("memory above that of an empty page, MiB", middle(ours.own_megabytes), middle(theirs.own_megabytes), 0.5)
