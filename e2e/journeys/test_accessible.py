"""What a machine can find of barriers over the worklist and the viewer in each state; every action has a key."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.pages.barriers import barriers, cut_words, dead_keys, larger_spaces, lost_stops
from e2e.pages.planes import Planes
from e2e.pages.viewer import ViewerPage
from e2e.pages.worklist import WorklistPage
from e2e.running import RunningServer, earliest_study

NewPage = Callable[..., Page]


def _viewer(hospital: RunningServer, new_page: NewPage, modality: str, width: int = 1280) -> ViewerPage:
    study = earliest_study(hospital, modality)
    viewer = ViewerPage(new_page(width, 800)).open(f"{hospital.address}/viewer?StudyInstanceUIDs={study}")
    viewer.expect_exact()
    expect(viewer.page.get_by_test_id("announce-slice")).to_be_attached()
    return viewer


def test_the_worklist(hospital: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page()).open(hospital.address)
    expect(worklist.studies).to_have_count(5)
    assert barriers(worklist.page) == []


def test_the_worklist_with_each_of_its_dialogs_and_without_a_match(
    hospital: RunningServer, new_page: NewPage, tmp_path: Path
) -> None:
    worklist = WorklistPage(new_page()).open(hospital.address)
    expect(worklist.page.get_by_test_id("preview-series").locator("li").first).to_be_visible()
    worklist.page.keyboard.press("Escape")
    for key, dialog in (("?", "key-sheet"), ("m", "meeting-dialog")):
        worklist.page.keyboard.press(key)
        expect(worklist.page.get_by_test_id(dialog)).to_be_visible()
        assert barriers(worklist.page) == []
        worklist.page.keyboard.press("Escape")
        expect(worklist.page.get_by_test_id(dialog)).to_be_hidden()
    files = tmp_path / "notes.txt", tmp_path / "more.txt"
    for file in files:
        file.write_text("no image")
    worklist.store(files)
    expect(worklist.page.get_by_test_id("storing")).to_have_attribute("data-state", "ended")
    assert barriers(worklist.page) == []
    worklist.search("nobody of this name")
    expect(worklist.state).to_contain_text("No study matches")
    assert barriers(worklist.page) == []


def test_the_worklist_on_a_phone_and_twice_as_large(hospital: RunningServer, new_page: NewPage) -> None:
    for width, height, touch in ((390, 844, True), (640, 400, False), (320, 640, False)):
        worklist = WorklistPage(new_page(width, height, touch=touch)).open(hospital.address)
        expect(worklist.studies.first).to_be_visible()
        assert barriers(worklist.page) == []
        assert lost_stops(worklist.page) == []
        larger_spaces(worklist.page)
        assert cut_words(worklist.page) == []


def test_a_page_of_one_sentence_and_a_viewer_without_a_study(hospital: RunningServer, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{hospital.address}/open?link=none")
    expect(page.get_by_test_id("message")).to_be_visible()
    assert barriers(page) == []
    page.goto(f"{hospital.address}/join")
    expect(page.get_by_test_id("code")).to_be_focused()
    assert barriers(page) == []
    page.keyboard.type("abcd-efgh\n")
    expect(page.get_by_role("heading", name="No such session")).to_be_visible()
    assert barriers(page) == []
    page.goto(f"{hospital.address}/viewer?StudyInstanceUIDs=1.2.3")
    expect(page.get_by_test_id("problem")).to_contain_text("no such study")
    expect(page.locator("tool-bar")).to_be_attached()
    assert barriers(page) == []


def test_a_session_in_each_of_its_windows(hospital: RunningServer, new_page: NewPage) -> None:
    viewer, other = _viewer(hospital, new_page, "CT"), ViewerPage(new_page())
    viewer.press("Shift+y")
    expect(viewer.page.get_by_test_id("name-dialog")).to_be_visible()
    assert barriers(viewer.page) == []
    address = viewer.join_as("Dr Okafor")
    for key in ("Alt+a", "Shift+e", "Shift+j"):  # a case, a scene, a key image
        viewer.press(key)
    viewer.page.get_by_text("Code and QR code").click()
    viewer.page.get_by_test_id("invite-guest").click()
    other.open(address)
    other.join_as("Sam Surgeon")
    for key in ("Shift+f", "Shift+u", "Shift+o"):  # asks for the lead, raises a hand, proposes a view
        other.press(key)
    expect(viewer.page.get_by_test_id("wish")).to_have_count(2)
    for seen in ("case", "show-scene", "go-to-key-image", "lower-hand", "guest-address"):
        expect(viewer.page.get_by_test_id(seen)).to_be_visible()
    assert barriers(viewer.page) == []
    assert lost_stops(viewer.page) == []
    assert dead_keys(viewer.page, "session-panel") == []
    other.press("f")
    expect(other.page.get_by_test_id("return-to-leader")).to_be_visible()
    assert barriers(other.page) == []
    session = address.partition("session=")[2]
    other.page.goto(f"{hospital.address}/viewer?session={session}&display=1")
    other.expect_exact()
    assert barriers(other.page) == []
    other.open(f"{hospital.address}/viewer?replay={session}")
    expect(other.page.get_by_test_id("time-line").first).to_be_visible()
    assert barriers(other.page) == []
    assert dead_keys(other.page, "time-line") == []


def test_the_keyboard_goes_into_a_panel_and_back_to_the_images(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _viewer(hospital, new_page, "MR")
    viewer.command("marks")
    expect(viewer.page.get_by_test_id("marks-close")).to_be_visible()
    viewer.viewport().focus()
    viewer.press("F6")
    expect(viewer.page.get_by_test_id("marks-close")).to_be_focused()
    viewer.press("w")
    expect(viewer.page.get_by_test_id("keys-title")).to_be_focused()
    viewer.press("Escape")
    expect(viewer.viewport()).to_be_focused()
    viewer.press("F1")
    sheet = viewer.page.get_by_test_id("shortcut-sheet")
    sheet.get_by_test_id("key-keys-title").click()
    viewer.press("b")
    expect(sheet.get_by_test_id("key-said")).to_contain_text("is B. It was that of “Store a DICOM report")
    viewer.press("Escape")
    expect(viewer.page.get_by_test_id("keys-title")).to_have_attribute("title", "Why these images were chosen — B")
    expect(viewer.page.get_by_test_id("report-bring")).not_to_have_attribute("aria-keyshortcuts", re.compile("."))


@pytest.mark.parametrize("width", [1280, 640])
def test_the_viewer(hospital: RunningServer, new_page: NewPage, width: int) -> None:
    assert barriers(_viewer(hospital, new_page, "CT", width).page) == []


def test_a_phone_a_prior_and_the_window_menu(hospital: RunningServer, new_page: NewPage) -> None:
    phone = _viewer(hospital, new_page, "MR", 390)
    phone.press("9")
    expect(phone.page.get_by_test_id("window-menu")).to_be_visible()
    assert barriers(phone.page) == []
    larger_spaces(phone.page)
    assert cut_words(phone.page) == []
    assert lost_stops(phone.page) == []


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
    for said in ("window", "tool", "room", "picture"):
        expect(viewer.page.get_by_test_id(f"announce-{said}")).to_be_empty()
    viewer.press("2")
    expect(viewer.page.get_by_test_id("announce-window")).to_have_text("Window width 1500, level −600")
    viewer.press("d")
    expect(viewer.page.get_by_test_id("announce-tool")).to_have_text("Tool: Length")
    viewer.press("End")
    expect(viewer.page.get_by_test_id("announce-slice")).to_have_text(re.compile(r"Image (\d+) of \1"))
    viewer.press("l")
    expect(viewer.page.get_by_test_id("notice")).to_contain_text("Linked")
    expect(viewer.page.get_by_test_id("notice")).to_have_attribute("role", "status")


def test_the_viewer_with_planes(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _viewer(hospital, new_page, "CT")
    Planes(viewer.page).open()
    assert barriers(viewer.page) == []
    assert dead_keys(viewer.page, ".mpr-bar") == []
    viewer.command("window-menu")
    menu = viewer.page.get_by_test_id("window-menu")
    expect(menu).to_be_visible()
    assert dead_keys(viewer.page, "window-menu") == []
    viewer.page.get_by_test_id("preset-0").focus()
    assert lost_stops(viewer.page) == [], "the menu goes when the keyboard comes to what lies below it"


def test_an_image_is_moved_enlarged_and_turned_by_clicks_alone(hospital: RunningServer, new_page: NewPage) -> None:
    """WCAG 2.5.7: whatever a drag does, clicks do too."""
    viewer = _viewer(hospital, new_page, "CT")
    viewer.command("window-menu")
    for move in ("zoom-in", "pan-left", "pan-up"):
        viewer.page.get_by_test_id(f"move-{move}").click()
    expect(viewer.viewport()).to_have_attribute("data-zoom", "1.25")
    expect(viewer.viewport()).not_to_have_attribute("data-pan-x", "0")
    expect(viewer.viewport()).not_to_have_attribute("data-pan-y", "0")
    viewer.page.get_by_test_id("move-fit").click()
    expect(viewer.viewport()).to_have_attribute("data-zoom", "1")
    viewer.press("Escape")
    Planes(viewer.page).open()
    viewer.page.get_by_test_id("mpr-turn").click()
    expect(viewer.page.locator('[data-testid="plane"][data-oblique]')).to_have_count(2)


def test_the_systems_colours_and_no_movement(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _viewer(hospital, new_page, "CT")
    viewer.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    of = "element => getComputedStyle(element).backgroundColor"
    pressed, other = (viewer.page.get_by_test_id(f"command-{name}").evaluate(of) for name in ("window-level", "pan"))
    assert pressed != other, "which tool is chosen is seen"
    dot = "element => getComputedStyle(element, '::before').backgroundColor"
    assert viewer.viewport().get_by_test_id("quality").evaluate(dot) == "rgb(62, 207, 142)", "as good as it can be"
    moves = """() => {
        const made = Object.assign(document.createElement('div'), { className: 'pointer' });
        document.body.append(made);
        return getComputedStyle(made).transitionDuration;
    }"""
    assert viewer.page.evaluate(moves) == "0s"


def test_the_viewer_with_measurements_and_the_sheet_of_keys(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _viewer(hospital, new_page, "MR")
    viewer.choose("ellipse")
    viewer.drag((40, 40))
    viewer.command("marks")
    expect(viewer.page.get_by_test_id("mark-row")).to_contain_text("Mean")
    viewer.press("k")
    viewer.press("Shift+s")
    viewer.press("Shift+v")
    for saved in ("report-open", "state-row", "key-row"):
        expect(viewer.page.get_by_test_id(saved)).to_be_visible()
    viewer.page.get_by_test_id("state-row").click()
    expect(viewer.viewport(0).get_by_test_id("leave-state")).to_be_visible()
    viewer.press("c")
    expect(viewer.page.get_by_test_id("cine-bar").first).to_be_visible()
    viewer.press("c")
    assert barriers(viewer.page) == []
    assert dead_keys(viewer.page, "mark-list") == []
    viewer.press("Shift+?")
    sheet = viewer.page.get_by_test_id("shortcut-sheet")
    expect(sheet).to_be_visible()
    viewer.press("Alt+g")
    expect(viewer.page.get_by_test_id("hanging-rules")).to_have_value(re.compile("layout"))
    assert barriers(viewer.page) == []
    assert dead_keys(viewer.page, "dialog[open]") == []
    viewer.press("Escape")
    viewer.page.get_by_test_id("series").filter(has_text="SR").click()
    expect(viewer.page.get_by_test_id("document-text")).to_be_visible()
    assert barriers(viewer.page) == []
