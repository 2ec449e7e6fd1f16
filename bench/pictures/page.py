"""The page docs/reference/performance-pictures.md: pictures beside the peer's, planes, memory, and the reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.measure import Row
from bench.pictures.alone import Alone
from bench.pictures.memory import Scrolled
from bench.report import heading, line
from bench.targets import OURS


@dataclass
class Findings:
    """All that one run has found; `rows` with the ratio of CPU that is aimed at, 0 for none."""

    taken: str
    how: Mapping[str, str]
    stored: str
    peer: str = ""
    absent: str = ""
    rows: list[tuple[Row, float]] = field(default_factory=list)
    alone: list[Alone] = field(default_factory=list)
    scrolled: Scrolled | None = None


def page(findings: Findings, notes: str) -> str:
    """The whole page in Markdown."""
    return "\n".join([*_head(findings), *_pictures(findings), *_alone(findings.alone), *_memory(findings), notes])


def _head(findings: Findings) -> Iterator[str]:
    yield "# Performance of pictures"
    yield ""
    yield f"Written by `make bench` on {findings.taken} (alone: `python -m bench.pictures`); do not edit it by hand."
    yield "The other figures of the server are in [performance](performance.md)."
    yield ""
    for name, text in findings.how.items():
        yield f"- {name}: {text}"
    yield ""


def _pictures(findings: Findings) -> Iterator[str]:
    yield "## Pictures"
    yield ""
    yield f"{findings.stored} Eight connections ask again as soon as they are answered. CPU is that of all of"
    yield "a server's processes for one picture; it is the steady figure on a machine where others work too."
    if others := [figure.others for row, _ in findings.rows for figure in row.figures.values()]:
        yield f"While this was measured, others used {median(others):.1f} cores (median of the cases)."
    if findings.peer:
        yield f"{OURS} and {findings.peer} take turns inside every case."
    else:
        yield f"No peer was measured beside it. {findings.absent}".strip()
    yield ""
    yield from heading(["", f"{OURS} /s", "p50 ms", "CPU ms", "peer /s", "p50 ms", "CPU ms", "CPU peer/ours", "aim"])
    for row, aim in findings.rows:
        cells = [row.case]
        for name in (OURS, findings.peer):
            figure = row.figures.get(name)
            told = [f"{figure.rate:.0f}", f"{figure.p50_ms:.1f}", f"{figure.cpu_ms:.2f}"] if figure else ["–"] * 3
            cells += told
        ratios = row.ratios(OURS, findings.peer)
        cells += [f"{ratios[1]:.1f}" if ratios else "–", f"{aim:g}" if aim else "–"]
        yield line(cells)
    yield ""
    for row, _ in findings.rows:
        for name, text in row.faults.items():
            yield f"- {row.case}: {name} left out, its first answer failed the check: {text}."
    yield ""


def _alone(alone: Sequence[Alone]) -> Iterator[str]:
    yield "## Planes through a volume, and a frame without a server"
    yield ""
    yield "One request after the other, on one connection; no peer makes these."
    yield ""
    yield from heading(["", "times", "median ms", "CPU ms", "aim: CPU ms below"])
    for one in alone:
        aim = f"{one.aim:g}" if one.aim else "–"
        yield line([one.name, str(one.times), f"{one.ms:.1f}", f"{one.cpu_ms:.2f}", aim])
    yield ""


def _memory(findings: Findings) -> Iterator[str]:
    scrolled = findings.scrolled
    if scrolled is None:
        return
    yield "## Memory while scrolling"
    yield ""
    yield "Eight readers scroll at random through all of these CTs and films, each picture in a window of its own; the"
    yield f"server may take {scrolled.bound:.0f} MB (`rendering.cache_bytes`) for frames and pictures, those that it is"
    yield "drawing among them: a film is 15 MB."
    yield ""
    yield from heading(["pictures", "errors", "MB after two pictures", "MB at its highest", "grown by", "bound"])
    figures = (scrolled.before, scrolled.highest, scrolled.grown, scrolled.bound)
    yield line([str(scrolled.pictures), str(scrolled.errors), *(f"{one:.0f}" for one in figures)])
    yield ""
