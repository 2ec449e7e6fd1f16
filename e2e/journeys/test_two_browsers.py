"""The reason the product exists: from an empty folder to two browsers looking at the same image."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from e2e.pages.planes import Planes
from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer, earliest_study, send

NewServer = Callable[[], RunningServer]
NewPage = Callable[..., Page]


def _together(server: RunningServer, new_page: NewPage, modality: str = "CT") -> tuple[ViewerPage, ViewerPage]:
    """Two people in one session on a study of a modality; the first one leads."""
    leader, follower = ViewerPage(new_page()), ViewerPage(new_page())
    leader.open(f"{server.address}/viewer?StudyInstanceUIDs={earliest_study(server, modality)}")
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
        assert earliest_study(server, modality)
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
    for count in (2, 3, 4):
        leader.command("layout")
        expect(follower.viewport(count - 1)).to_be_visible()
    before = leader.shown().instance_uid
    leader.page.get_by_test_id("series").nth(0).drag_to(leader.viewport(3))
    leader.expect_exact(3)
    follower.expect_shows(leader.shown(3), 3)
    assert follower.shown().instance_uid == before
    for _ in range(3):
        leader.press("Shift+G")
    expect(follower.viewport(1)).to_have_count(0)


def test_planes_are_followed_and_pointed_at_and_a_phone_gets_one(hospital: RunningServer, new_page: NewPage) -> None:
    leader, follower = _together(hospital, new_page)
    phone = ViewerPage(new_page(390, 780))
    phone.open(leader.page.url)
    phone.join_as("Phil Physio")
    far, near = Planes(follower.page), Planes(leader.page).open()
    near.go_to(12, -8, -100)
    leader.press("]")
    far.expect_same_as(near)
    for number in range(3):
        assert far.pixels(number) == near.pixels(number)
    expect(phone.page.locator('[data-testid="plane"]:visible')).to_have_count(1)
    expect(phone.page.locator('[data-testid="plane"]:visible')).to_have_attribute("data-quality", "exact")

    # pointed at in a plane, seen at the same place of the same plane
    leader.tap("p")
    near.plane(1).hover(position={"x": 120, "y": 100})
    near.plane(1).hover(position={"x": 130, "y": 110})
    follower.expect_pointed_at("Rosa Radiologist", 130, 110, on=far.plane(1))

    # moved by the follower, they are the follower's own until they come back
    far.plane(2).hover(position={"x": 100, "y": 40})
    follower.page.mouse.wheel(0, 100)
    expect(follower.page.get_by_test_id("follow-banner")).to_have_attribute("data-doing", "alone")
    assert near.place != far.place
    follower.press("f")
    far.expect_same_as(near)
    leader.press("m")
    expect(far.plane(0)).to_have_count(0)
    follower.expect_shows(leader.shown())


def test_both_point_and_the_other_sees_it(hospital: RunningServer, new_page: NewPage) -> None:
    leader, follower = _together(hospital, new_page)
    follower.expect_shows(leader.shown())
    for one, other, name in ((leader, follower, "Rosa Radiologist"), (follower, leader, "Sam Surgeon")):
        one.tap("p")
        one.viewport().hover(position={"x": 300, "y": 250})
        one.viewport().hover(position={"x": 310, "y": 260})
        other.expect_pointed_at(name, 310, 260)


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


def _seen(viewer: ViewerPage, columns: int, rows: int, mm: float) -> tuple[float, float, float, float]:
    """The middle of the picture (image pixels from the image's own), its height in mm, and the mm of a screen pixel."""
    zoom, x, y = (float(viewer.viewport().get_attribute(f"data-{name}") or 0) for name in ("zoom", "pan-x", "pan-y"))
    box = viewer.picture().bounding_box()
    assert box is not None
    scale = zoom * min(box["width"] / columns, box["height"] / rows)
    return x, y, box["height"] * mm / scale, mm / scale


def test_screens_of_every_shape_show_the_same_anatomy_at_the_same_height(
    hospital: RunningServer, new_page: NewPage
) -> None:
    leader, _ = _together(hospital, new_page)
    address = leader.page.get_by_test_id("session-address").input_value()
    tall, phone = (
        ViewerPage(new_page(1000, 1400)).open(address),
        ViewerPage(new_page(390, 844, touch=True)).open(address),
    )
    tall.join_as("Tara Tall")
    phone.join_as("Phil Phone")
    leader.drag((0, -60), button="right")
    leader.drag((40, 25), button="middle")
    expect(leader.viewport()).not_to_have_attribute("data-pan-y", "0")
    study = earliest_study(hospital, "CT")
    fields = "Rows,Columns,PixelSpacing"
    [found, *_] = httpx.get(
        f"{hospital.dicomweb}/studies/{study}/instances", params={"includefield": fields, "Modality": "CT"}
    ).json()
    columns, rows, mm = (found[tag]["Value"][0] for tag in ("00280011", "00280010", "00280030"))
    for viewer in (tall, phone):
        for name in ("pan-x", "pan-y"):
            expect(viewer.viewport()).to_have_attribute(
                f"data-{name}", re.compile(rf"^{(leader.viewport().get_attribute(f'data-{name}') or '')[:6]}")
            )
        own, theirs = _seen(leader, columns, rows, mm), _seen(viewer, columns, rows, mm)
        pixel = max(own[3], theirs[3])
        assert abs(own[0] - theirs[0]) * mm < pixel, "the same anatomy in the middle"
        assert abs(own[1] - theirs[1]) * mm < pixel
        assert abs(own[2] - theirs[2]) < pixel, f"{own[2]:.2f} mm and {theirs[2]:.2f} mm high"
    assert leader.viewport().get_attribute("data-zoom") != tall.viewport().get_attribute("data-zoom")
