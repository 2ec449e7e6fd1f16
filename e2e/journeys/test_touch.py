"""A phone and a tablet: one finger is the tool, two move and enlarge, three change the window, and all can be hit."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.pages.fingers import Fingers
from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer, earliest_study

NewPage = Callable[..., Page]
SMALL = """() => [...document.querySelectorAll('button, a, input, select, [role=scrollbar]')]
    .filter(one => one.checkVisibility({ checkOpacity: true }) && one.getBoundingClientRect().width > 1)
    .map(one => [one.getAttribute('aria-label') || one.textContent, one.getBoundingClientRect()])
    .filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)"""


def _phone(hospital: RunningServer, new_page: NewPage, width: int = 390, height: int = 844) -> ViewerPage:
    study = earliest_study(hospital, "CT")
    viewer = ViewerPage(new_page(width, height, touch=True, density=3 if width < 800 else 2)).open(
        f"{hospital.address}/viewer?StudyInstanceUIDs={study}"
    )
    viewer.expect_exact()
    return viewer


def _facts(viewer: ViewerPage) -> dict[str, Any]:
    viewer.expect_exact()
    attribute = viewer.viewport().get_attribute
    return {name: attribute(f"data-{name}") for name in ("instance-uid", "zoom", "pan-x", "pan-y", "window-width")}


def test_one_finger_scrolls_two_move_and_enlarge_three_change_the_window(
    hospital: RunningServer, new_page: NewPage
) -> None:
    viewer = _phone(hospital, new_page)
    fingers = Fingers(viewer.page, viewer.viewport())
    start = _facts(viewer)
    fingers.move(((0, -60), (0, 60)))
    expect(viewer.viewport()).not_to_have_attribute("data-instance-uid", start["instance-uid"])
    scrolled = _facts(viewer)
    assert {**scrolled, "instance-uid": ""} == {**start, "instance-uid": ""}, "one finger only scrolls"

    fingers.move(((-40, 0), (-80, 30)), ((40, 0), (80, 30)))
    enlarged = _facts(viewer)
    assert float(enlarged["zoom"]) == pytest.approx(2, rel=0.05), "twice as far apart"
    found = httpx.get(f"{hospital.dicomweb}/instances", params={"SOPInstanceUID": enlarged["instance-uid"]}).json()
    across = found[0]["00280011"]["Value"][0]
    scale = viewer.viewport().evaluate("element => element.clientWidth") / across * float(enlarged["zoom"])
    assert float(enlarged["pan-y"]) * scale == pytest.approx(30, abs=6), "the image goes with the fingers"
    assert enlarged["instance-uid"] == scrolled["instance-uid"]

    fingers.move(((-40, 0), (10, 0)), ((0, 0), (50, 0)), ((40, 0), (90, 0)))
    windowed = _facts(viewer)
    assert float(windowed["window-width"]) > float(enlarged["window-width"])
    assert windowed["instance-uid"] == scrolled["instance-uid"]


def test_a_finger_from_the_edge_turns_to_another_series(hospital: RunningServer, new_page: NewPage) -> None:
    study = earliest_study(hospital, "MR")
    viewer = ViewerPage(new_page(390, 844, touch=True)).open(f"{hospital.address}/viewer?StudyInstanceUIDs={study}")
    viewer.expect_exact()
    start = viewer.shown()
    fingers = Fingers(viewer.page, viewer.viewport())
    fingers.move(((130, 0), (10, 4)))
    expect(viewer.viewport()).not_to_have_attribute("data-series-uid", start.series_uid)
    viewer.expect_exact()
    fingers.move(((-180, 0), (-60, 4)))
    expect(viewer.viewport()).to_have_attribute("data-series-uid", start.series_uid)
    viewer.expect_exact()
    assert viewer.shown() == start, "no tool was used on the way"


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390), (1024, 768)])
def test_everything_can_be_hit_and_nothing_is_off_the_screen(
    hospital: RunningServer, new_page: NewPage, width: int, height: int
) -> None:
    viewer = _phone(hospital, new_page, width, height)
    assert viewer.page.evaluate(SMALL) == []
    assert viewer.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    box = viewer.viewport().bounding_box()
    assert box is not None
    assert box["height"] >= 0.55 * height - 40, "the image has most of the screen"
    for identity in ("patient-name", "patient-id", "study-date", "quality"):
        expect(viewer.viewport().get_by_test_id(identity)).to_be_visible()
    expect(viewer.page.get_by_test_id("caution")).to_be_visible()


def test_a_length_by_finger_and_a_second_finger_gives_it_up(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _phone(hospital, new_page)
    viewer.choose("length")
    fingers = Fingers(viewer.page, viewer.viewport())
    fingers.move(((-60, 20), (60, 20)))
    mark = viewer.page.get_by_test_id("mark")
    expect(mark).to_have_count(1)
    fingers.move(((-40, 100), (-80, 120)), ((40, 100), (80, 120)))
    expect(mark).to_have_count(1)
    expect(viewer.viewport()).not_to_have_attribute("data-zoom", "1")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180), (844, 390)])
def test_nine_images_are_shown_where_each_says_whose_it_is_else_the_active_one(
    hospital: RunningServer, new_page: NewPage, width: int, height: int
) -> None:
    viewer = _phone(hospital, new_page, width, height)
    while viewer.page.locator(".cells").get_attribute("data-grid") != "3x3":
        viewer.press("g")
    shown = viewer.page.get_by_test_id("viewport").filter(visible=True)
    expect(shown).to_have_count(9 if width == 820 else 1)
    for one in shown.filter(has_text="born").all():
        for identity in (
            "patient-name",
            "patient-id",
            "patient-birth",
            "study-date",
            "study-description",
            "institution",
        ):
            expect(one.get_by_test_id(identity)).to_be_visible()
        for seen in ("slice-number", "slice-thickness", "window", "zoom", "quality"):
            expect(one.get_by_test_id(seen)).to_be_visible()


def test_a_finger_that_stays_points_for_the_others_and_the_session_fits_the_phone(
    hospital: RunningServer, new_page: NewPage
) -> None:
    viewer, other = _phone(hospital, new_page), ViewerPage(new_page())
    address = viewer.start_session("Dr Okafor")
    assert viewer.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    other.open(address)
    other.join_as("Sam Surgeon")
    other.press("Shift+f")
    for answer in ("grant-lead", "decline"):
        expect(viewer.page.get_by_test_id("wish").get_by_test_id(answer)).to_be_in_viewport(ratio=1)
    fingers = Fingers(viewer.page, viewer.viewport())
    with fingers.held((20, 10)):
        expect(other.pointer("Okafor")).to_be_visible()
    expect(other.pointer("Okafor")).to_be_hidden()
