"""Looking at a study alone: scroll, window, zoom, pan, layouts, and what stands on the screen."""

import re
import threading
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer, earliest_study

NewPage = Callable[..., Page]


def _open(server: RunningServer, new_page: NewPage, modality: str) -> ViewerPage:
    study_uid = earliest_study(server, modality)
    viewer = ViewerPage(new_page()).open(f"{server.address}/viewer?StudyInstanceUIDs={study_uid}")
    viewer.expect_exact()
    return viewer


@pytest.fixture
def ct(hospital: RunningServer, new_page: NewPage) -> ViewerPage:
    return _open(hospital, new_page, "CT")


@pytest.mark.parametrize("modality", ["CT", "CR", "MR"])
def test_every_modality_shows_an_exact_picture_with_its_patient(
    hospital: RunningServer, new_page: NewPage, modality: str
) -> None:
    viewer = _open(hospital, new_page, modality)
    assert len(set(viewer.pixels())) > 20
    expect(viewer.page.get_by_test_id("caution")).to_be_visible()
    wish = {"StudyInstanceUID": earliest_study(hospital, modality)}
    patient = httpx.get(f"{hospital.dicomweb}/studies", params=wish).json()[0]
    surname = patient["00100010"]["Value"][0]["Alphabetic"].partition("^")[0]
    expect(viewer.viewport()).to_contain_text(surname.upper())
    expect(viewer.viewport()).to_contain_text("exact")


def test_keys_move_through_the_stack(ct: ViewerPage) -> None:
    first = ct.shown()
    ct.viewport().focus()
    ct.press("ArrowDown")
    expect(ct.viewport()).not_to_have_attribute("data-instance-uid", first.instance_uid)
    ct.press("End")
    expect(ct.viewport()).to_contain_text(re.compile(r"Image (\d+) / \1\D"))
    ct.press("Home")
    expect(ct.viewport()).to_have_attribute("data-instance-uid", first.instance_uid)


def test_a_preset_and_a_drag_change_the_window_and_the_picture(ct: ViewerPage) -> None:
    before, pixels = ct.shown(), ct.pixels()
    ct.press("2")
    expect(ct.viewport()).not_to_have_attribute("data-window-width", f"{before.window[1]:.10g}")
    ct.expect_exact()
    lung = ct.shown()
    assert lung.window == (-600.0, 1500.0)
    assert ct.pixels() != pixels
    ct.drag((50, 0))
    expect(ct.viewport()).not_to_have_attribute("data-window-width", "1500")
    assert ct.shown().window[1] > 1500, "to the right is wider"


def test_zoom_pan_and_reset(ct: ViewerPage) -> None:
    ct.drag((0, -60), button="right")
    expect(ct.viewport()).not_to_have_attribute("data-zoom", "1")
    ct.drag((40, 0), button="middle")
    expect(ct.viewport()).not_to_have_attribute("data-pan-x", "0")
    ct.command("reset")
    expect(ct.viewport()).to_have_attribute("data-zoom", "1")
    expect(ct.viewport()).to_have_attribute("data-pan-x", "0")


def test_orientation_letters_follow_a_flip(ct: ViewerPage) -> None:
    left = ct.page.get_by_test_id("letter-left").first
    expect(left).to_have_text("R")
    ct.command("flip-horizontal")
    expect(left).to_have_text("L")


def test_the_prior_opens_beside_the_current_study(ct: ViewerPage) -> None:
    ct.command("layout")
    expect(ct.viewport(1)).to_be_visible()
    ct.page.get_by_test_id("prior").first.click()
    series = ct.page.get_by_test_id("series")
    expect(series).to_have_count(2)
    ct.viewport(1).click(position={"x": 20, "y": 60})
    series.last.click()
    prior = series.last.get_attribute("data-series-uid")
    expect(ct.viewport(1)).to_have_attribute("data-series-uid", str(prior))
    assert ct.shown(0).series_uid != prior


def test_a_picture_that_cannot_be_had_never_looks_live(hospital: RunningServer, new_page: NewPage) -> None:
    page, cut = new_page(), threading.Event()
    # in the way from the start: what is put there later may miss the next request
    page.route("**/rendered**", lambda route: route.abort() if cut.is_set() else route.continue_())
    ct = _open(hospital, lambda: page, "CT")
    cut.set()
    ct.press("4")
    expect(ct.viewport()).to_have_attribute("data-quality", re.compile("failed|loading"))
    expect(ct.viewport().get_by_test_id("viewport-message")).to_contain_text("does not answer")
    expect(ct.picture()).to_have_css("opacity", "0.35")


def test_an_unknown_study_is_said_in_words(hospital: RunningServer, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{hospital.address}/viewer?StudyInstanceUIDs=1.2.3")
    expect(page.get_by_test_id("problem")).not_to_be_empty()


def test_a_series_is_dragged_into_a_viewport(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _open(hospital, new_page, "MR")
    viewer.expect_exact(2)
    third = viewer.page.get_by_test_id("series").nth(2)
    third.drag_to(viewer.viewport(0))
    expect(viewer.viewport(0)).to_have_attribute("data-series-uid", third.get_attribute("data-series-uid") or "-")
    viewer.expect_exact(0)


def test_grids_of_up_to_nine_viewports(ct: ViewerPage) -> None:
    for count in (2, 3, 4, 6, 9):
        ct.press("g")
        expect(ct.page.get_by_test_id("viewport")).to_have_count(count)
    ct.press("g")
    expect(ct.page.get_by_test_id("viewport")).to_have_count(1)
