"""The page docs/reference/performance.md: what was measured, where, how to repeat it, and what the figures mean."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.report import Report, case_table, faults, limit_table, loaded_table, timing_table
from bench.targets import OURS

NOTES = Path(__file__).parent / "notes.md"


def page(report: Report) -> str:
    """The whole page in Markdown."""
    return "\n".join([*_head(report), *_servers(report), *_browser(report), *_reading(report), NOTES.read_text()])


def _head(report: Report) -> Iterator[str]:
    yield "# Performance"
    yield ""
    yield f"Written by `make bench` on {report.taken}; do not edit it by hand. To repeat it: `make bench`. To see"
    yield "whether the bench itself works, in half a minute and without writing this page: `python -m bench --quick`."
    yield ""
    yield "Everything ran on one machine and over loopback: servers, client and browser shared its cores."
    yield ""
    for name, text in (report.machine | report.how).items():
        yield f"- {name}: {text}"
    yield ""


def _servers(report: Report) -> Iterator[str]:
    yield "## The server"
    yield ""
    yield f"{report.archive}"
    yield "The connections of a row stay open, and each asks again as soon as it is answered."
    if report.peer:
        yield f"{OURS} and the peer take turns inside every case, each in its default configuration."
    else:
        yield f"No peer was measured beside it. {report.absent}".strip()
    yield "Stores are counted in instances: their rate and CPU are for one instance, their times for a whole request."
    yield ""
    yield from case_table(report)
    yield ""
    yield from faults(report)
    yield "- From memory: what Starlette on uvicorn does, in the same run and on as many connections, when it sends the"
    yield "  bytes of our answer from memory and does nothing else; its CPU, and how many times that ours is."
    for name, megabytes in report.memory_mb.items():
        yield f"- {name} used {megabytes:.0f} MB of memory at the end."
    yield ""
    yield from limit_table(report)
    yield ""


def _browser(report: Report) -> Iterator[str]:
    yield "## The first image in a browser"
    yield ""
    yield "Chromium without a graphics card opens the chest CT. A picture counts from the moment the canvas has it; the"
    yield "screen shows it with its next refresh. With a cold cache the browser has never been here; the server has"
    yield "been asked before, but for the very first visit."
    yield ""
    yield from timing_table(report)
    yield ""
    yield from loaded_table(report)
    yield ""


def _reading(report: Report) -> Iterator[str]:
    others = [figure.others for row in report.rows for figure in row.figures.values()]
    yield "## How to read this"
    yield ""
    yield "- Rates and times depend on what else the machine does. The steady figures are CPU per request, user and"
    yield "  system time of all the server's processes and threads, and the two ratios: above 1 is in our favour."
    if others:
        yield f"  While this was measured, others used {median(others):.2f} cores (median of the cases)."
    yield "- p50 and p99 are the times within which half and 99 in 100 of the requests were answered, with all"
    yield "  connections busy. With fewer than 100 requests, as in the store of 50 together, p99 is the longest."
    yield "- Every case's first answer is checked: its status, how many items or bytes it has, the size of its picture."
    yield "- Pictures have a page of their own: [performance of pictures](performance-pictures.md)."
    yield "- A stored instance is answered for when it is safe on disk with us; a peer may promise less. Work that a"
    yield "  server does after its answers is charged to it only as far as it happens while the case still runs."
    yield ""
