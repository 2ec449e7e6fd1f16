"""The viewers that are measured: ours, and OHIF from its ready build, both reading from the same Lightbox server."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from bench.first_image import WATCH, WATCH_OURS
from bench.samples import Sample
from e2e.interop.ohif import Ohif
from e2e.line import Line, Quality
from e2e.running import RunningServer

OURS, OHIF = "Lightbox", "OHIF"
_WATCH_OHIF = (Path(__file__).parent / "watch-ohif.js").read_text()
_PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Subject:
    """A viewer at the end of a line: where a study and the list are, and how a person opens one from the list."""

    name: str
    viewer: str
    worklist: str
    scripts: tuple[str, ...]
    viewport: str
    click: Callable[[Page, Sample], None]

    def address(self, study_uid: str) -> str:
        """The viewer on one study."""
        return f"{self.viewer}?StudyInstanceUIDs={study_uid}"


class Reach:
    """How the browser reaches both viewers: straight, or over a line of some quality."""

    def __init__(self, quality: Quality, ohif: Ohif) -> None:
        self.quality = quality
        self._line = Line(quality) if quality.round_trip_ms else None
        self._ohif = ohif
        self.ohif_origin = f"http://127.0.0.1:{self._dial(ohif.port)}"

    def subjects(self, server: RunningServer) -> list[Subject]:
        """Both viewers; the server must share with `ohif_origin`."""
        ours, theirs = f"http://127.0.0.1:{self._dial(server.port)}", self.ohif_origin
        self._ohif.dicomweb = f"{ours}/dicomweb"
        return [
            Subject(OURS, f"{ours}/viewer", f"{ours}/", (WATCH, WATCH_OURS), '[data-testid="viewport"]', _click_ours),
            Subject(OHIF, f"{theirs}/viewer", f"{theirs}/", (WATCH, _WATCH_OHIF), ".cornerstone-canvas", _click_ohif),
        ]

    def stop(self) -> None:
        """Ends the line."""
        if self._line:
            self._line.stop()

    def _dial(self, port: int) -> int:
        return self._line.to(port) if self._line else port


def _click_ours(page: Page, study: Sample) -> None:
    page.get_by_test_id("search").fill(study.patient_id)
    page.locator(f'[data-study-uid="{study.instances[0].study_uid}"]').locator("td").first.dblclick()


def _click_ohif(page: Page, study: Sample) -> None:
    """A click on the row offers the ways to open it; the click on the first of them is the one that counts."""
    family = study.patient_name.partition("^")[0]
    page.get_by_role("row").filter(has_text=family).last.click(timeout=_PATIENCE_MS)
    page.get_by_role("button", name="Basic Viewer").click(timeout=_PATIENCE_MS)
