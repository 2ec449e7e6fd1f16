"""What a person does in a viewer, and what the browser says of it: opening, turning the wheel, dragging the window."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import TimeoutError as NotYet

from bench.samples import Sample
from bench.viewer.subjects import Subject

_TICK_SECONDS = 1 / 60
_STEP_PAUSE_MS = 60
_REST_MS = 1500
_NO_TIME_MS = 1
_PATIENCE_MS = 20_000


@dataclass
class Opened:
    """A viewer at its first exact picture; what had come over the network by then and by its first picture."""

    page: Page
    notes: dict[str, Any]
    kilobytes: float
    exact_kilobytes: float


@dataclass(frozen=True)
class Scrolled:
    """Many turns of the wheel, one after the other: distinct pictures shown a second, and turns that counted."""

    slices_per_second: float
    honoured: float


@dataclass
class _Traffic:
    """What came over the network and when, as the browser counts it: headers and bodies as sent, Unix milliseconds."""

    pieces: list[tuple[float, float]] = field(default_factory=list)
    _clock_ms: float = 0

    def asked(self, told: dict[str, Any]) -> None:
        """A request leaves: only here the browser says what its clock shows and what time it is."""
        self._clock_ms = 1000 * (told["wallTime"] - told["timestamp"])

    def came(self, told: dict[str, Any]) -> None:
        """An answer is there."""
        self.pieces.append((1000 * told["timestamp"] + self._clock_ms, told["encodedDataLength"]))

    def kilobytes(self, until_ms: float) -> float:
        """What had come at that time."""
        return sum(size for at, size in self.pieces if at <= until_ms) / 1000


@contextmanager
def person(browser: Browser, subject: Subject) -> Iterator[BrowserContext]:
    """A browser context with an empty cache whose pages note what the viewer shows."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    for script in subject.scripts:
        context.add_init_script(script)
    yield context
    context.close()


def open_address(context: BrowserContext, subject: Subject, study_uid: str) -> Opened:
    """Opens the viewer on a study by its address, and waits for the first exact picture."""
    page, traffic = _watched_page(context)
    page.goto(subject.address(study_uid), wait_until="commit")
    notes = _noted(page, "benchFirst()")
    any_kilobytes, exact_kilobytes = (traffic.kilobytes(notes["beganMs"] + notes[key]) for key in ("anyMs", "exactMs"))
    return Opened(page, notes, any_kilobytes, exact_kilobytes)


def open_by_click(context: BrowserContext, subject: Subject, study: Sample) -> float:
    """Opens the list, then a study in it; milliseconds from the click to the first picture."""
    page, _ = _watched_page(context)
    page.goto(subject.worklist)
    subject.click(page, study)
    page.wait_for_url("**/viewer**")
    milliseconds = float(_noted(page, "benchAny()")["sinceClickMs"])
    page.close()
    return milliseconds


def wheel_steps(page: Page, subject: Subject, steps: int) -> list[float | None]:
    """Single turns of the wheel, each to the next picture, in milliseconds; None: none came within five seconds."""
    page.locator(subject.viewport).first.hover()
    times: list[float | None] = []
    already = page.evaluate("benchNotes.wheels.length")
    for step in range(steps):
        page.mouse.wheel(0, 100 if step < steps * 3 // 4 else -100)
        seen = page.evaluate("turns => benchStep(turns)", already + step + 1)
        times.append(seen["at"] - seen["turned"] if seen else None)
        page.wait_for_timeout(_STEP_PAUSE_MS)
    return times


def scroll(page: Page, subject: Subject, ticks: int, numbers: dict[str, int], direction: int = 1) -> Scrolled:
    """Turns the wheel 60 ticks a second; `numbers` gives the place in the stack of each instance.

    A hand does not wait until the browser has taken a tick. `mouse.wheel` does: where a page may keep the wheel to
    itself, that alone takes two frames, so that nobody can be seen to show more than 30 slices a second.
    """
    page.locator(subject.viewport).first.hover()
    turn = _wheel(page, subject, 100 * direction)
    first = page.evaluate("benchNotes.shown.length - 1")
    began = page.evaluate("Date.now()")
    for tick in _ticking(ticks):
        turn(_NO_TIME_MS if tick < ticks - 1 else _PATIENCE_MS)
    page.wait_for_timeout(_REST_MS)
    shown = page.evaluate("first => benchNotes.shown.slice(first)", first)
    images = [one["image"] for one in shown]
    moved = abs(numbers[images[-1]] - numbers[images[0]])
    distinct = 1 + sum(one != other for one, other in pairwise(images))
    return Scrolled((distinct - 1) / max(0.001, (shown[-1]["at"] - began) / 1000), moved / ticks)


def _wheel(page: Page, subject: Subject, pixels: int) -> Callable[[float], None]:
    """Turns the wheel over the picture by a tick, each time it is called with how long to wait until it is taken."""
    box = page.locator(subject.viewport).first.bounding_box()
    assert box is not None
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    session = page.context.new_cdp_session(page)

    def turn(patience_ms: float) -> None:
        with suppress(NotYet):
            session.send(
                "Input.dispatchMouseEvent",
                {"type": "mouseWheel", **middle, "deltaX": 0, "deltaY": pixels},
                timeout=patience_ms,
            )

    return turn


def drag_window(page: Page, subject: Subject, seconds: float) -> float:
    """Drags the left button over the picture in circles; pictures in a new window a second."""
    box = page.locator(subject.viewport).first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    first = page.evaluate("benchNotes.shown.length")
    for tick in _ticking(int(seconds / _TICK_SECONDS)):
        page.mouse.move(x + 2 * (tick % 60), y + tick % 40)
    count = page.evaluate("benchNotes.shown.length") - first
    page.mouse.up()
    page.wait_for_timeout(_REST_MS)
    return float(count / seconds)


def browser_megabytes(browser: Browser) -> float:
    """Proportional memory of all the browser's processes (PSS)."""
    session = browser.new_browser_cdp_session()
    pids: Sequence[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(_pss_kilobytes(int(process["id"])) for process in pids) / 1024


def _pss_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _ticking(ticks: int) -> Iterator[int]:
    """Counts, at most 60 a second."""
    due = time.monotonic()
    for tick in range(ticks):
        yield tick
        due = max(due + _TICK_SECONDS, time.monotonic() - _TICK_SECONDS)
        time.sleep(max(0, due - time.monotonic()))


def _watched_page(context: BrowserContext) -> tuple[Page, _Traffic]:
    page, traffic = context.new_page(), _Traffic()
    session = context.new_cdp_session(page)
    session.on("Network.requestWillBeSent", traffic.asked)
    session.on("Network.loadingFinished", traffic.came)
    session.send("Network.enable")
    return page, traffic


def _noted(page: Page, wait: str) -> dict[str, Any]:
    """What the page has noted; each wait in it lasts five seconds, and a slow line needs several."""
    for _ in range(12):
        notes: dict[str, Any] | None = page.evaluate(wait)
        if notes is not None:
            return notes
    raise TimeoutError(f"No picture came at {page.url}.")
