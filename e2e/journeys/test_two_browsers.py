"""The reason the product exists: from an empty folder to two browsers looking at the same image."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer, send

NewServer = Callable[[], RunningServer]
NewPage = Callable[..., Page]


def _study(server: RunningServer, modality: str) -> str:
    found = httpx.get(f"{server.dicomweb}/studies", params={"ModalitiesInStudy": modality, "limit": 1})
    return str(found.json()[0]["0020000D"]["Value"][0])


def _together(server: RunningServer, new_page: NewPage, modality: str = "CT") -> tuple[ViewerPage, ViewerPage]:
    """Two people in one session on the newest study of a modality; the first one leads."""
    leader, follower = ViewerPage(new_page()), ViewerPage(new_page())
    leader.open(f"{server.address}/viewer?StudyInstanceUIDs={_study(server, modality)}")
    leader.expect_exact()
    address = leader.start_session("Rosa Radiologist")
    follower.open(address)
    follower.join_as("Sam Surgeon")
    expect(leader.person("Sam Surgeon")).to_be_visible()
    return leader, follower


def test_from_an_empty_folder_to_two_browsers_on_the_same_image(new_server: NewServer, new_page: NewPage) -> None:
    server = new_server()
    send(server, "chest-ct", "knee-cr", "brain-mr")
    for modality in ("CT", "CR", "MR"):
        assert _study(server, modality)
    leader, follower = _together(server, new_page)

    first = leader.shown()
    follower.expect_shows(first)
    leader.scroll(5)
    expect(leader.viewport()).not_to_have_attribute("data-instance-uid", first.instance_uid)
    leader.drag((60, 40))
    expect(leader.viewport()).not_to_have_attribute("data-window-width", f"{first.window[1]:.10g}")

    now = leader.shown()
    assert now.instance_uid != first.instance_uid
    assert now.window != first.window
    follower.expect_shows(now)
    assert follower.pixels() == leader.pixels(), "both screens show the same picture"
    assert len(set(leader.pixels())) > 20, "and it is a picture"


def test_zoom_pan_and_layout_are_followed(hospital: RunningServer, new_page: NewPage) -> None:
    leader, follower = _together(hospital, new_page)
    leader.drag((0, -80), button="right")
    expect(leader.viewport()).not_to_have_attribute("data-zoom", "1")
    leader.drag((30, 50), button="middle")
    expect(leader.viewport()).not_to_have_attribute("data-pan-x", "0")
    zoom = leader.viewport().get_attribute("data-zoom")
    pan = leader.viewport().get_attribute("data-pan-x")
    expect(follower.viewport()).to_have_attribute("data-zoom", str(zoom))
    expect(follower.viewport()).to_have_attribute("data-pan-x", str(pan))
    leader.command("layout")
    expect(follower.viewport(1)).to_be_visible()
    leader.command("layout")
    expect(follower.viewport(1)).to_have_count(0)


def test_both_point_and_the_other_sees_it(hospital: RunningServer, new_page: NewPage) -> None:
    leader, follower = _together(hospital, new_page)
    follower.expect_shows(leader.shown())
    for one, other, name in ((leader, follower, "Rosa Radiologist"), (follower, leader, "Sam Surgeon")):
        one.press("p")
        one.viewport().hover(position={"x": 300, "y": 250})
        one.viewport().hover(position={"x": 310, "y": 260})
        expect(other.pointer(name)).to_be_visible()
        assert other.pointed_at(name) == pytest.approx((310, 260), abs=2)


def test_the_lead_is_handed_over(hospital: RunningServer, new_page: NewPage) -> None:
    leader, follower = _together(hospital, new_page)
    follower.page.get_by_test_id("ask-for-lead").click()
    expect(leader.person("Sam Surgeon")).to_contain_text("asks for the lead")
    leader.person("Sam Surgeon").get_by_test_id("hand-over").click()
    expect(follower.page.get_by_test_id("follow-banner")).to_have_attribute("data-doing", "leads")
    expect(leader.page.get_by_test_id("follow-banner")).to_have_attribute("data-doing", "follows")
    before = follower.shown()
    follower.scroll(3)
    expect(follower.viewport()).not_to_have_attribute("data-instance-uid", before.instance_uid)
    leader.expect_shows(follower.shown())


def test_a_follower_looks_around_alone_and_comes_back(hospital: RunningServer, new_page: NewPage) -> None:
    leader, follower = _together(hospital, new_page)
    before = leader.shown()
    follower.expect_shows(before)
    follower.scroll(4)
    banner = follower.page.get_by_test_id("follow-banner")
    expect(banner).to_have_attribute("data-doing", "alone")
    expect(leader.person("Sam Surgeon")).to_contain_text("on their own")
    expect(follower.viewport()).not_to_have_attribute("data-instance-uid", before.instance_uid)
    assert leader.shown() == before, "nobody else's screen moved"
    follower.press("f")
    expect(banner).to_have_attribute("data-doing", "follows")
    follower.expect_shows(before)


def test_whoever_comes_late_sees_what_everybody_sees(hospital: RunningServer, new_page: NewPage) -> None:
    leader, _ = _together(hospital, new_page)
    leader.scroll(6)
    leader.press("2")
    now = leader.shown()
    late = ViewerPage(new_page(900, 1100))
    late.open(leader.page.url)
    late.join_as("Phil Physio")
    late.expect_shows(now)
    expect(leader.page.get_by_test_id("person")).to_have_count(3)


def test_a_lost_connection_comes_back_by_itself(new_server: NewServer, new_page: NewPage) -> None:
    server = new_server()
    send(server, "chest-ct")
    leader, follower = _together(server, new_page)
    leader.scroll(2)
    follower.expect_shows(leader.shown())
    server.kill()
    for viewer in (leader, follower):
        expect(viewer.page.get_by_test_id("connection")).to_have_attribute("data-state", "reconnecting")
    server.start()
    leader.expect_live()
    follower.expect_live()
    expect(leader.page.get_by_test_id("follow-banner")).to_have_attribute("data-doing", "leads")
    before = leader.shown()
    leader.scroll(3)
    expect(leader.viewport()).not_to_have_attribute("data-instance-uid", before.instance_uid)
    follower.expect_shows(leader.shown())


def test_the_address_of_a_session_that_is_not_there_says_so(hospital: RunningServer, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{hospital.address}/viewer?session=nothing-of-the-kind")
    expect(page.get_by_test_id("problem")).to_have_text(re.compile("session", re.IGNORECASE))
