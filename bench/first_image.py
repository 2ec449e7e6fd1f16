"""The first image in a browser: from an address or a click in the worklist to a picture, and from wheel to picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from bench.samples import Sample
from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer

WATCH, WATCH_OURS = ((Path(__file__).parent / name).read_text() for name in ("watch.js", "watch-ours.js"))
_STEP_PAUSE_MS = 60


@dataclass(frozen=True)
class Timing:
    """One measured time in a browser, in milliseconds."""

    name: str
    times: Sequence[float]
    missed: int = 0

    def share(self, share: float) -> float:
        """The time that this share of them did not exceed; 0 when there is none."""
        return sorted(self.times)[min(len(self.times) - 1, int(share * len(self.times)))] if self.times else 0.0


@dataclass(frozen=True)
class Loaded:
    """What a page had loaded when its first picture stood."""

    visit: str
    requests: int
    kilobytes: float
    modules: int
    module_kilobytes: float


def new_context(browser: Browser) -> BrowserContext:
    """A browser context with an empty cache whose pages note when pictures appear."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(WATCH)
    context.add_init_script(WATCH_OURS)
    return context


def viewer_address(server: RunningServer, sample: Sample) -> str:
    """The address of the viewer on a study."""
    return f"{server.address}/viewer?StudyInstanceUIDs={sample.instances[0].study_uid}"


def first_pictures(browser: Browser, address: str, visits: int) -> tuple[list[Timing], list[Loaded]]:
    """Opens the viewer in fresh contexts, each time once more with what that context has cached."""
    notes: dict[str, list[dict[str, Any]]] = {"cold": [], "warm": []}
    for _ in range(visits):
        context = new_context(browser)
        for visit in notes:
            notes[visit].append(_visit(context.new_page(), address))
        context.close()
    timings = [
        Timing(f"address to first {what} picture, browser cache {visit}", [one[key] for one in notes[visit]])
        for visit in notes
        for what, key in (("exact", "exactMs"), ("coarse or exact", "anyMs"))
    ]
    return timings, [_loaded(visit, several) for visit, several in notes.items()]


def click_to_picture(browser: Browser, server: RunningServer, sample: Sample, visits: int) -> Timing:
    """From the second click on a study in the worklist to its first picture in the viewer, in a warm context."""
    context = new_context(browser)
    times = []
    for _ in range(visits + 1):
        page = context.new_page()
        page.goto(f"{server.address}/")
        page.get_by_test_id("search").fill(sample.patient_id)
        page.locator(f'[data-study-uid="{sample.instances[0].study_uid}"]').locator("td").first.dblclick()
        page.wait_for_url("**/viewer**")
        times.append(_noted(page, "benchAny()")["sinceClickMs"])
        page.close()
    context.close()
    return Timing("double click in the worklist to first picture, warm", times[1:])


def wheel_steps(browser: Browser, address: str, steps: int) -> Timing:
    """From each turn of the wheel to the next image on the canvas."""
    context = new_context(browser)
    viewer = ViewerPage(context.new_page()).open(address)
    viewer.expect_exact()
    times, missed = [], 0
    viewer.viewport().hover()
    for step in range(steps):
        viewer.page.mouse.wheel(0, 100 if step < steps * 3 // 4 else -100)
        seen = viewer.page.evaluate("turns => benchStep(turns)", step + 1)
        if seen is None:
            missed += 1
        else:
            times.append(seen["at"] - seen["turned"])
        viewer.page.wait_for_timeout(_STEP_PAUSE_MS)
    context.close()
    return Timing("wheel step to displayed picture", times, missed)


def _visit(page: Page, address: str) -> dict[str, Any]:
    page.goto(address)
    notes = _noted(page, "benchFirst()")
    page.close()
    return notes


def _noted(page: Page, wait: str) -> dict[str, Any]:
    notes: dict[str, Any] | None = page.evaluate(wait)
    if notes is None:
        raise TimeoutError(f"No picture came at {page.url}.")
    return notes


def _loaded(visit: str, notes: Sequence[dict[str, Any]]) -> Loaded:
    middle = {key: median(one[key] for one in notes) for key in ("requests", "bytes", "modules", "moduleBytes")}
    return Loaded(
        visit, int(middle["requests"]), middle["bytes"] / 1000, int(middle["modules"]), middle["moduleBytes"] / 1000
    )
