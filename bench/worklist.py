"""The worklist over an archive of 100,000 studies: `python -m bench.worklist --out` writes its page.

A catalogue as `bench.scale` makes it, our server over it, and headless Chromium: first rows, jumps into the middle and
to the end, the bar dragged from top to bottom, typing, and memory. A blank is a time in which one of three places of
the list shows no row of a study, looked at in every frame.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from bench.machine import described, disk_folder
from bench.scale import fill
from bench.viewer.visits import browser_megabytes
from e2e.conftest import CHROMIUM, FLAGS
from e2e.running import RunningServer
from server.catalogue import entries
from server.database.sqlite import Database

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "performance-worklist.md"
WATCH = (Path(__file__).parent / "watch-list.js").read_text()
_TYPED = ("s", "sm", "smi", "smith", "smith o", "patel ame", "9990001", "RX00031", "eastgate", "moorland")
_NOTES = """
- The bar dragged over all passes 20,000 rows a second: what flies by is only numbered, where it rests is read.
- A load average far above the number of cores means that others were computing: the times are then upper bounds."""
_ROUNDS = 3
_JUMPS = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Fills a catalogue, measures, writes the page."""
    parser = argparse.ArgumentParser("bench.worklist", description=__doc__)
    parser.add_argument("--studies", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="folder for the archive, used again when it is there")
    parser.add_argument("--out", action="store_true", help=f"write {PAGE.name}; otherwise only print it")
    parser.add_argument("--date", default=date.today().isoformat(), help="the date on the page (today)")  # noqa: DTZ011
    options = parser.parse_args(arguments)
    with ExitStack() as ending:
        folder = options.keep or Path(
            ending.enter_context(tempfile.TemporaryDirectory(prefix="lightbox-worklist-", dir=disk_folder()))
        )
        _filled(folder / "root", options.studies)
        server = RunningServer(folder / "root").start()
        ending.callback(server.stop)
        chromium = ending.enter_context(sync_playwright()).chromium
        browser = chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        ending.callback(browser.close)
        busy = {"load average when it began": f"{os.getloadavg()[0]:.1f}"}
        rows = list(_measured(browser, server.address))
        text = "\n".join(_page(options.date, options.studies, described(folder) | busy, rows))
    print(text)
    if options.out:
        PAGE.write_text(text)
    return 0


def _filled(root: Path, studies: int) -> None:
    if (root / "catalogue.sqlite").exists():
        return
    root.mkdir(parents=True, exist_ok=True)
    with closing(Database(root / "catalogue.sqlite")) as catalogue:
        entries.prepare(catalogue)
        fill(catalogue, studies)


def _measured(browser: Browser, address: str) -> Iterator[tuple[str, str]]:
    """Every line of the table: what, and its figures."""
    empty = _megabytes(browser)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(WATCH)
    page, cold = _opened(context.new_page(), address)
    counted: float = page.evaluate("benchList.counted()")
    yield "address to the first rows, nothing cached, ms", f"{cold:.0f}"
    yield "address to knowing how many there are, ms", f"{counted:.0f}"
    warm = []
    for _ in range(_ROUNDS):
        other, milliseconds = _opened(context.new_page(), address)
        warm.append(milliseconds)
        other.close()
    yield "address to the first rows again, ms", f"{median(warm):.0f}"
    yield "memory of the browser above an empty page, first rows, MiB", f"{_megabytes(browser) - empty:.0f}"
    yield "rows that exist in the page", f"{page.evaluate('benchList.rows()')}"
    rng = random.Random(1)
    for name, share in (("to the middle", 0.5), ("to the end", 1.0)):
        yield f"jump {name} to rows, ms", f"{page.evaluate('share => benchList.jump(share)', share)['settled']:.0f}"
    jumps = [page.evaluate("share => benchList.jump(share)", rng.random())["longest"] for _ in range(_JUMPS)]
    yield f"{_JUMPS} jumps anywhere, blank p50 / p95 / longest, ms", _shares(jumps)
    wheel = [page.evaluate("benchList.wheel(3, 120)") for _ in range(_ROUNDS)]
    yield "wheel at 200 rows a second, longest blank, ms", f"{max(one['longest'] for one in wheel):.0f}"
    drags = [page.evaluate("benchList.drag(5)") for _ in range(_ROUNDS)]
    yield "bar dragged over all in 5 s, longest blank, ms", f"{max(one['longest'] for one in drags):.0f}"
    yield "rows after it is let go, ms", f"{max(one['settled'] for one in drags):.0f}"
    yield "memory after all that, above an empty page, MiB", f"{_megabytes(browser) - empty:.0f}"
    typed = [page.evaluate("text => benchList.type(text)", text) for _ in range(_ROUNDS) for text in _TYPED]
    yield "a letter typed to what it finds, p50 / p95 / longest, ms", _shares(typed)
    context.close()


def _opened(page: Page, address: str) -> tuple[Page, float]:
    page.goto(f"{address}/", wait_until="commit")
    milliseconds: float | None = page.evaluate("benchList.first()")
    if milliseconds is None:
        raise TimeoutError("no rows came")
    return page, milliseconds


def _megabytes(browser: Browser) -> float:
    if not browser.contexts:
        context = browser.new_context()
        context.new_page()
        megabytes = browser_megabytes(browser)
        context.close()
        return megabytes
    return browser_megabytes(browser)


def _shares(times: Sequence[float]) -> str:
    ordered = sorted(times)
    return f"{median(ordered):.0f} / {ordered[int(len(ordered) * 0.95)]:.0f} / {ordered[-1]:.0f}"


def _page(taken: str, studies: int, machine: dict[str, str], rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield "# Performance of the worklist"
    yield ""
    yield f"Written by `make bench-worklist` on {taken}; do not edit it by hand. The viewer's figures are in"
    yield "[performance of the viewer](performance-viewer.md)."
    yield ""
    yield f"An archive whose catalogue holds {studies:,} studies of 3 instances, and headless Chromium without a"
    yield "graphics card at 1440 x 900, on the same cores. A blank is a time in which a place of the list (upper,"
    yield "middle or lower part) shows no study, only that one is to come; every frame is looked at, so 17 ms are"
    yield "none. Typing includes the 120 ms for which the page waits for another letter."
    yield ""
    for name, text in machine.items():
        yield f"- {name}: {text}"
    yield ""
    yield "| | |"
    yield "|---|---:|"
    for name, figures in rows:
        yield f"| {name} | {figures} |"
    yield from _NOTES.splitlines()
    yield ""


if __name__ == "__main__":
    raise SystemExit(main())
