"""What a meeting needs beyond following: proposals, wishes, hands, holding still, a leader who goes, a bad line."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.journeys.test_two_browsers import _together
from e2e.pages.planes import Planes
from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer

NewPage = Callable[..., Page]


def _doing(viewer: ViewerPage, what: str) -> None:
    expect(viewer.page.get_by_test_id("follow-banner")).to_have_attribute("data-doing", what)


def test_a_follower_proposes_what_they_see_and_the_leader_accepts_with_one_key(
    hospital: RunningServer, new_page: NewPage
) -> None:
    leader, follower = _together(hospital, new_page)
    follower.expect_shows(leader.shown())
    follower.scroll(4)
    found = follower.shown()
    expect(leader.person("Sam Surgeon")).to_contain_text("on their own")
    expect(follower.page.get_by_test_id("follow-text")).to_contain_text("Rosa Radiologist is at image")
    follower.press("Shift+O")
    expect(leader.page.get_by_test_id("wish")).to_contain_text("Sam Surgeon proposes a view")
    leader.press("Shift+Enter")
    leader.expect_shows(found)
    expect(leader.page.get_by_test_id("wish")).to_have_count(0)


def test_control_is_asked_for_and_granted_in_one_click_and_the_chair_takes_it_back(
    hospital: RunningServer, new_page: NewPage
) -> None:
    leader, follower = _together(hospital, new_page)
    follower.press("Shift+F")
    leader.page.get_by_test_id("grant-lead").click()
    _doing(follower, "leads")
    _doing(leader, "follows")
    leader.press("Shift+T")
    _doing(leader, "leads")


def test_a_hand_goes_up_and_is_called(hospital: RunningServer, new_page: NewPage) -> None:
    leader, follower = _together(hospital, new_page)
    follower.press("Shift+U")
    expect(leader.person("Sam Surgeon")).to_contain_text("hand up")
    leader.person("Sam Surgeon").get_by_test_id("lower-hand").click()
    expect(leader.person("Sam Surgeon")).not_to_contain_text("hand up")


def test_frozen_nobody_moves_the_image_and_whoever_was_away_is_back(hospital: RunningServer, new_page: NewPage) -> None:
    leader, follower = _together(hospital, new_page)
    before = leader.shown()
    follower.expect_shows(before)
    follower.scroll(3)
    _doing(follower, "alone")
    leader.press("Shift+Z")
    _doing(follower, "follows")
    follower.expect_shows(before)
    for viewer in (leader, follower):
        viewer.scroll(2)
        expect(viewer.page.get_by_test_id("notice")).to_contain_text("frozen")
        viewer.expect_shows(before)
    leader.press("Shift+Z")
    leader.scroll(2)
    expect(leader.viewport()).not_to_have_attribute("data-instance-uid", before.instance_uid)
    follower.expect_shows(leader.shown())


def test_look_here_is_seen_on_the_other_screen(hospital: RunningServer, new_page: NewPage) -> None:
    leader, follower = _together(hospital, new_page)
    leader.expect_shows(follower.shown())
    follower.press("Shift+P")
    expect(leader.page.get_by_test_id("pulse")).to_contain_text("Sam Surgeon: look here")
    third = ViewerPage(new_page(800, 700)).open(leader.page.url)
    third.join_as("Phil Physio")
    before = leader.shown()
    third.expect_shows(before)
    follower.scroll(4)
    _doing(follower, "alone")
    there = follower.shown()
    follower.press("Shift+P")
    third.expect_shows(there)
    _doing(third, "taken")
    expect(third.page.get_by_test_id("pulse")).to_contain_text("Sam Surgeon: look here")
    expect(leader.page.get_by_test_id("go-there")).to_be_visible()
    leader.expect_shows(before)
    third.press("f")
    third.expect_shows(before)
    leader.press("Shift+Q")
    for viewer in (leader, third):
        viewer.expect_shows(there)


def test_when_the_leader_vanishes_the_longest_present_leads_ten_seconds_later(
    hospital: RunningServer, new_page: NewPage
) -> None:
    leader, follower = _together(hospital, new_page)
    late = ViewerPage(new_page(800, 700))
    late.open(leader.page.url)
    late.join_as("Phil Physio")
    leader.page.close()
    take = follower.page.get_by_test_id("take-lead")
    expect(take).to_contain_text(re.compile(r"in \d+ s"))
    expect(take).to_have_text("Take the lead")
    expect(late.page.get_by_test_id("take-lead")).to_have_count(0)
    take.click()
    _doing(follower, "leads")
    expect(late.page.get_by_test_id("follow-text")).to_contain_text("You follow Sam Surgeon")


def test_the_short_code_leads_into_the_session(hospital: RunningServer, new_page: NewPage) -> None:
    leader, _ = _together(hospital, new_page)
    leader.page.get_by_text("Code and QR code").click()
    expect(leader.page.get_by_test_id("session-code")).to_contain_text(re.compile("[A-Z0-9]{4}-[A-Z0-9]{4}"))
    drawn = "image => image.decode().then(() => image.naturalWidth)"
    assert leader.page.get_by_test_id("session-qr").evaluate(drawn) > 0
    code = leader.page.get_by_test_id("session-code").inner_text()[:9]
    guest = ViewerPage(new_page())
    guest.open(f"{hospital.address}/join/{code.lower()}")
    guest.join_as("Nora Nurse")
    guest.expect_shows(leader.shown())


def test_both_measure_at_once_and_each_sees_the_other_once_it_is_shared(
    hospital: RunningServer, new_page: NewPage
) -> None:
    leader, follower = _together(hospital, new_page)
    follower.expect_shows(leader.shown())
    for viewer in (leader, follower):
        expect(viewer.page.get_by_test_id("command-length")).to_be_visible()
        viewer.press("d")
        expect(viewer.page.get_by_test_id("command-length")).to_have_attribute("aria-pressed", "true")
        expect(viewer.page.locator("mark-layer").first).to_be_attached()
    for viewer, start in ((leader, (200, 150)), (follower, (200, 300))):
        box = viewer.viewport().bounding_box()
        assert box is not None
        viewer.page.mouse.move(box["x"] + start[0], box["y"] + start[1])
        viewer.page.mouse.down()
    for viewer, end in ((leader, (300, 180)), (follower, (320, 330))):
        box = viewer.viewport().bounding_box()
        assert box is not None
        viewer.page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=6)
        viewer.page.mouse.up()
    for viewer in (leader, follower):
        expect(viewer.page.get_by_test_id("mark")).to_have_count(1)
    for viewer in (leader, follower):
        viewer.press("Shift+B")
    for viewer, author in ((leader, "Sam Surgeon"), (follower, "Rosa Radiologist")):
        expect(viewer.page.get_by_test_id("mark")).to_have_count(2)
        expect(viewer.page.locator(f'[data-testid="mark"][data-author="{author}"]')).to_be_visible()
    lengths = "all => all.map(mark => mark.dataset.text.split(';')[0]).sort()"
    values = [viewer.page.get_by_test_id("mark").evaluate_all(lengths) for viewer in (leader, follower)]
    assert values[0] == values[1], "both read the same lengths"
    follower.press("Control+z")
    expect(leader.page.get_by_test_id("mark")).to_have_count(1)
    expect(follower.page.get_by_test_id("mark")).to_have_count(1)

    # scenes and key images
    leader.press("Shift+E")
    kept = leader.shown()
    leader.scroll(5)
    follower.press("Shift+J")
    expect(leader.page.get_by_test_id("go-to-key-image")).to_have_count(1)
    leader.page.get_by_test_id("show-scene").click()
    leader.expect_shows(kept)
    follower.expect_shows(kept)


class BadLine:
    """A proxy between a browser and the server whose line can be cut and mended."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._open: list[socket.socket] = []
        self._ever: list[socket.socket] = []
        self._is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._is_cut = True
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._listening.close()
        for end in self._ever:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if self._is_cut:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open += [near, far]
                self._ever += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(65536):
                other.sendall(piece)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def bad_line(hospital: RunningServer) -> Iterator[BadLine]:
    line = BadLine(hospital.port)
    yield line
    line.close()


def test_a_cut_line_greys_the_image_and_comes_back_to_what_the_leader_shows(
    hospital: RunningServer, new_page: NewPage, bad_line: BadLine
) -> None:
    leader, _ = _together(hospital, new_page)
    far = ViewerPage(new_page())
    far.open(leader.page.url.replace(str(hospital.port), str(bad_line.port)))
    far.join_as("Olga Oncologist")
    far.expect_shows(leader.shown())
    Planes(leader.page).open()
    planes = Planes(far.page)
    planes.expect_exact()
    bad_line.cut()
    for seen in (far.viewport(), *(planes.plane(number) for number in range(3))):
        expect(seen).to_have_attribute("data-stale", "")
        expect(seen.get_by_test_id("quality")).to_have_text("not live")
    expect(leader.person("Olga Oncologist")).to_have_count(0)
    leader.scroll(5)
    now = leader.shown()
    bad_line.mend()
    far.expect_live()
    expect(far.viewport()).to_have_attribute("data-instance-uid", now.instance_uid)
    for seen in (far.viewport(), planes.plane(0)):
        expect(seen).not_to_have_attribute("data-stale", "")


def test_afterwards_the_record_says_who_was_there_and_what_was_shown(
    hospital: RunningServer, new_page: NewPage
) -> None:
    leader, follower = _together(hospital, new_page)
    leader.scroll(3)
    shown = leader.shown()
    follower.expect_shows(shown)
    session_id = leader.page.url.partition("session=")[2]
    address = f"{hospital.address}/api/sessions/{session_id}/journal"
    record = httpx.get(address).json()
    assert {person["name"] for person in record["attendance"]} == {"Rosa Radiologist", "Sam Surgeon"}
    room = httpx.get(f"{address}/room").json()
    assert room["viewports"][0]["image"]["instance_uid"] == shown.instance_uid

    # and the viewer shows it again, moment by moment
    again = ViewerPage(new_page())
    again.open(f"{hospital.address}/viewer?replay={session_id}")
    again.expect_shows(shown)
    attendance = again.page.get_by_test_id("attendance")
    expect(attendance).to_contain_text("Rosa Radiologist")
    expect(attendance).to_contain_text("Sam Surgeon")
    again.page.get_by_test_id("time-line").filter(has_text="came").first.click()
    expect(again.viewport()).not_to_have_attribute("data-instance-uid", shown.instance_uid)
    again.page.get_by_test_id("time-line").filter(has_text="turned pages").last.click()
    again.expect_shows(shown)

    # the projector's window asks for nothing and follows
    leader.page.get_by_test_id("call-address").fill("https://call.example/mdt")
    leader.page.get_by_test_id("call-address").blur()
    display = ViewerPage(new_page())
    display.open(f"{leader.page.url}&display=1")
    display.expect_shows(shown)
    expect(display.page.locator("tool-bar")).to_be_hidden()
    expect(leader.person("Room display")).to_be_visible()
    expect(leader.page.get_by_test_id("join-call")).to_have_attribute("href", "https://call.example/mdt")
