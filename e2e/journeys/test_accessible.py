"""What a machine can find of barriers: axe-core over the worklist and the viewer in each of its states."""

import re
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


def test_the_worklist_with_each_of_its_dialogs_and_without_a_match(hospital: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page()).open(hospital.address)
    expect(worklist.page.get_by_test_id("preview-series").locator("li").first).to_be_visible()
    worklist.page.keyboard.press("Escape")
    for key, dialog in (("?", "key-sheet"), ("m", "meeting-dialog")):
        worklist.page.keyboard.press(key)
        expect(worklist.page.get_by_test_id(dialog)).to_be_visible()
        assert _barriers(worklist.page) == []
        worklist.page.keyboard.press("Escape")
        expect(worklist.page.get_by_test_id(dialog)).to_be_hidden()
    worklist.search("nobody of this name")
    expect(worklist.state).to_contain_text("No study matches")
    assert _barriers(worklist.page) == []


def test_the_worklist_on_a_phone_and_twice_as_large(hospital: RunningServer, new_page: NewPage) -> None:
    for width, height, touch in ((390, 844, True), (640, 400, False)):
        worklist = WorklistPage(new_page(width, height, touch=touch)).open(hospital.address)
        expect(worklist.studies.first).to_be_visible()
        assert _barriers(worklist.page) == []
        assert worklist.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_page_of_one_sentence_and_a_viewer_without_a_study(hospital: RunningServer, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{hospital.address}/open?link=none")
    expect(page.get_by_test_id("message")).to_be_visible()
    assert _barriers(page) == []
    page.goto(f"{hospital.address}/viewer?StudyInstanceUIDs=1.2.3")
    expect(page.get_by_test_id("problem")).to_contain_text("no such study")
    expect(page.locator("tool-bar")).to_be_attached()
    assert _barriers(page) == []


def test_the_question_for_a_name_and_the_panel_of_a_session(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _viewer(hospital, new_page, "CT")
    viewer.press("Shift+y")
    expect(viewer.page.get_by_test_id("name-dialog")).to_be_visible()
    assert _barriers(viewer.page) == []
    viewer.page.get_by_test_id("display-name").fill("Dr Okafor")
    viewer.page.keyboard.press("Enter")
    expect(viewer.page.get_by_test_id("connection")).to_have_text("Live")
    assert _barriers(viewer.page) == []


@pytest.mark.parametrize("width", [1280, 640])
def test_the_viewer(hospital: RunningServer, new_page: NewPage, width: int) -> None:
    assert _barriers(_viewer(hospital, new_page, "CT", width).page) == []


def test_a_phone_a_prior_and_the_window_menu(hospital: RunningServer, new_page: NewPage) -> None:
    phone = _viewer(hospital, new_page, "MR", 390)
    phone.press("9")
    expect(phone.page.get_by_test_id("window-menu")).to_be_visible()
    assert _barriers(phone.page) == []


def test_twice_as_large_nothing_is_lost(hospital: RunningServer, new_page: NewPage) -> None:
    """WCAG 1.4.4 and 1.4.10: a screen of 1280 by 800 at 200 % is one of 640 by 400."""
    viewer = ViewerPage(new_page(640, 400))
    viewer.open(f"{hospital.address}/viewer?StudyInstanceUIDs={earliest_study(hospital, 'CT')}")
    viewer.expect_exact()
    assert viewer.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    box = viewer.viewport().bounding_box()
    assert box is not None
    assert box["height"] > 200, "half of the screen is left for the image"
    for identity in ("patient-name", "patient-id", "study-date", "quality", "window"):
        expect(viewer.viewport().get_by_test_id(identity)).to_be_visible()
    viewer.command("shortcuts")
    expect(viewer.page.get_by_test_id("shortcut-sheet")).to_be_visible()


def test_the_keyboard_reaches_everything_and_is_seen_where_it_is(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _viewer(hospital, new_page, "CT")
    script = """() => {
        const at = document.activeElement, [own, edge] = [getComputedStyle(at), getComputedStyle(at, '::after')];
        const framed = edge.borderTopStyle === 'solid' && edge.borderTopColor !== 'rgba(0, 0, 0, 0)';
        const seen = own.outlineStyle !== 'none' || framed;
        return [at.getAttribute('data-testid') || at.localName, seen];
    }"""
    visited = []
    for _ in range(6):
        viewer.press("Tab")
        visited.append(viewer.page.evaluate(script))
    assert all(seen for _, seen in visited), visited
    names = [name for name, _ in visited]
    assert [name for name in names if name.startswith("command-")] == ["command-window-level"], "one stop for all tools"
    assert {"series", "viewport"} <= set(names)
    viewer.page.get_by_test_id("command-window-level").focus()
    viewer.press("ArrowRight")
    viewer.press("Enter")
    expect(viewer.page.get_by_test_id("command-stack-scroll")).to_have_attribute("aria-pressed", "true")


def test_what_changes_is_said(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _viewer(hospital, new_page, "CT")
    viewer.press("End")
    expect(viewer.page.get_by_test_id("announce-slice")).to_have_text(re.compile(r"Image (\d+) of \1"))
    viewer.press("l")
    expect(viewer.page.get_by_test_id("notice")).to_contain_text("Linked")
    expect(viewer.page.get_by_test_id("notice")).to_have_attribute("role", "status")


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
