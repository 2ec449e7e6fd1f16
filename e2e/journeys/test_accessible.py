"""What a machine can find of barriers: axe-core over the worklist and the viewer in each of its states."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.pages.planes import Planes
from e2e.pages.viewer import ViewerPage
from e2e.pages.worklist import WorklistPage
from e2e.running import RunningServer, earliest_study

NewPage = Callable[..., Page]
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
pytestmark = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci")


def _barriers(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("tags => axe.run({ runOnly: tags })", TAGS)
    return [
        f"{one['id']}: {one['help']} - {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def _viewer(hospital: RunningServer, new_page: NewPage, modality: str, width: int = 1280) -> ViewerPage:
    study = earliest_study(hospital, modality)
    viewer = ViewerPage(new_page(width, 800)).open(f"{hospital.address}/viewer?StudyInstanceUIDs={study}")
    viewer.expect_exact()
    expect(viewer.page.get_by_test_id("announce-slice")).to_be_attached()
    return viewer


def test_the_worklist(hospital: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page()).open(hospital.address)
    expect(worklist.studies).to_have_count(5)
    assert _barriers(worklist.page) == []


@pytest.mark.parametrize("width", [1280, 640])
def test_the_viewer(hospital: RunningServer, new_page: NewPage, width: int) -> None:
    assert _barriers(_viewer(hospital, new_page, "CT", width).page) == []


def test_the_viewer_with_planes(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _viewer(hospital, new_page, "CT")
    Planes(viewer.page).open()
    assert _barriers(viewer.page) == []


def test_the_viewer_with_measurements_and_the_sheet_of_keys(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _viewer(hospital, new_page, "MR")
    viewer.command("ellipse")
    expect(viewer.page.locator("mark-layer").first).to_be_attached()
    viewer.drag((40, 40))
    viewer.command("marks")
    expect(viewer.page.get_by_test_id("mark-row")).to_contain_text("Mean")
    assert _barriers(viewer.page) == []
    viewer.press("Shift+?")
    expect(viewer.page.get_by_test_id("shortcut-sheet")).to_be_visible()
    assert _barriers(viewer.page) == []
