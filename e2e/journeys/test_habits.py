"""What a person has made their own: a prior hung beside, keys and buttons, hanging rules."""

import json
import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer

NewPage = Callable[..., Page]


def _address(hospital: RunningServer, modality: str) -> str:
    """The newest study of a modality."""
    found = httpx.get(f"{hospital.dicomweb}/studies", params={"ModalitiesInStudy": modality}).json()
    newest = max(found, key=lambda study: study["00080020"]["Value"][0])
    return f"{hospital.address}/viewer?StudyInstanceUIDs={newest['0020000D']['Value'][0]}"


@pytest.fixture
def viewer(hospital: RunningServer, new_page: NewPage) -> ViewerPage:
    return ViewerPage(new_page()).open(_address(hospital, "CT"))


def test_a_ct_hangs_beside_its_prior(viewer: ViewerPage) -> None:
    viewer.expect_exact(0)
    viewer.expect_exact(1)
    dates = [viewer.viewport(number).get_by_test_id("study-date").inner_text() for number in (0, 1)]
    assert dates[0] != dates[1]
    expect(viewer.page.get_by_text("earlier").first).to_be_visible()
    assert viewer.shown(0).series_uid != viewer.shown(1).series_uid
    expect(viewer.page.get_by_test_id("two-patients")).to_be_hidden()


def test_windows_and_colours_are_a_persons_own_and_stay(viewer: ViewerPage) -> None:
    viewer.expect_exact(1)
    viewer.command("window-menu")
    menu = viewer.page.get_by_test_id("window-menu")
    menu.get_by_test_id("window-width").fill("1234")
    menu.get_by_test_id("window-center").fill("-432")
    menu.get_by_test_id("window-center").press("Tab")
    expect(viewer.viewport(0)).to_have_attribute("data-window-width", "1234")
    viewer.expect_exact(0)
    menu.get_by_test_id("own-key").select_option("2")
    menu.get_by_test_id("own-name").fill("Fine lung")
    menu.get_by_test_id("own-keep").click()
    expect(menu.get_by_test_id("preset-2")).to_contain_text("Fine lung")
    menu.get_by_test_id("own-always").check()
    menu.get_by_test_id("own-palette").select_option("Hot Iron")
    expect(viewer.viewport(1)).to_have_attribute("data-palette", "Hot Iron")
    viewer.page.reload()
    viewer.expect_exact(1)
    viewer.viewport(0).click()
    viewer.press("2")
    expect(viewer.viewport(0)).to_have_attribute("data-window-center", "-432")
    expect(viewer.viewport(0)).to_have_attribute("data-palette", "Hot Iron")
    viewer.press("Shift+I")
    expect(viewer.viewport(0)).to_have_attribute("data-palette", "PET")
    viewer.command("window-menu")
    menu.get_by_test_id("own-usual").click()
    expect(menu.get_by_test_id("preset-2")).to_contain_text("Lung")
    kept = viewer.page.evaluate("() => JSON.stringify({ ...localStorage })")
    assert json.loads(json.loads(kept)["lightbox.preferences"])["palettes"] == {"CT": "Hot Iron"}


def test_keys_and_buttons_are_a_persons_own_and_stay(viewer: ViewerPage) -> None:
    viewer.expect_exact(1)
    viewer.press("Shift+?")
    sheet = viewer.page.get_by_test_id("shortcut-sheet")
    sheet.get_by_test_id("key-invert").click()
    viewer.press("n")
    expect(viewer.page.get_by_test_id("key-said")).to_contain_text("“Invert black and white” is N. It was that of")
    sheet.get_by_test_id("button-right").select_option("Move the image")
    viewer.press("Escape")
    viewer.press("n")
    expect(viewer.viewport(0)).to_have_attribute("data-inverted", "true")
    viewer.page.reload()
    viewer.expect_exact(1)
    expect(viewer.page.get_by_test_id("command-invert")).to_have_attribute("title", "Invert black and white — N")
    viewer.drag((40, 0), button="right")
    expect(viewer.viewport(0)).not_to_have_attribute("data-pan-x", "0")
    kept = viewer.page.evaluate("() => JSON.stringify({ ...localStorage, ...sessionStorage })")
    kept += viewer.page.evaluate("() => document.title + location.href")
    name = viewer.viewport(0).get_by_test_id("patient-name").inner_text().partition(",")[0]
    assert name not in kept.upper(), "nothing of a patient is kept in the browser"
    viewer.press("Shift+?")
    sheet.get_by_test_id("preset").select_option("Weasis")
    expect(sheet.get_by_test_id("key-rotate")).to_contain_text("Alt R")


def test_hanging_rules_of_ones_own(viewer: ViewerPage, hospital: RunningServer) -> None:
    viewer.expect_exact(1)
    viewer.press("Shift+?")
    viewer.page.get_by_text("Hanging rules", exact=True).click()
    rules = viewer.page.get_by_test_id("hanging-rules")
    expect(rules).to_have_value(re.compile("CT beside its prior"))
    rules.fill('[{"name": "x"}]')
    viewer.page.get_by_test_id("hanging-keep").click()
    expect(viewer.page.get_by_test_id("hanging-said")).to_have_text("Rule 1 needs a list of modalities.")
    rules.fill(json.dumps([{"name": "MR in four", "modality": ["MR"], "fewest": 1, "layout": "2x2"}]))
    viewer.page.get_by_test_id("hanging-keep").click()
    expect(viewer.page.get_by_test_id("hanging-said")).to_contain_text("next study")
    viewer.open(_address(hospital, "MR"))
    expect(viewer.page.get_by_test_id("viewport")).to_have_count(4)
    viewer.expect_exact(0)
    viewer.open(_address(hospital, "CT"))
    viewer.expect_exact(0)
    expect(viewer.page.get_by_test_id("prior").first).to_be_visible()
    expect(viewer.page.get_by_test_id("viewport")).to_have_count(1)
