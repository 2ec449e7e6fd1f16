"""Guests, and everybody once a session is anonymous, see the images and never whose they are."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Error, Page, Response, WebSocket, expect

from e2e.journeys.test_two_browsers import _together
from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer, earliest_study, send

NewPage = Callable[..., Page]
NewServer = Callable[[], RunningServer]


class Overheard:
    """Everything that the server has told a page: answers, their addresses and headers, and messages."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._answers: list[Response] = []
        self.messages: list[str] = []
        page.on("response", lambda answer: self._answers.append(answer))
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        self.messages.append(socket.url)
        socket.on("framereceived", lambda said: self.messages.append(str(said)))

    def everything(self) -> str:
        heard = list(self.messages)
        for answer in self._answers:
            heard += [answer.url, repr(answer.headers)]
            if answer.status == 200 and "/static/" not in answer.url:
                heard.append(self._body(answer).decode("latin-1"))
        return "\n".join(heard)

    def _body(self, answer: Response) -> bytes:
        try:
            return answer.body()
        except Error:  # the browser keeps nothing of what the page gave up: the same is asked for once more
            assert answer.request.method == "GET"
            again = self._page.request.get(answer.url, headers=answer.request.headers)
            assert again.status == 200
            return again.body()


def _identifiers(server: RunningServer, modality: str) -> list[str]:
    """What is known of the patient, and every UID that stands for something of theirs."""
    study = earliest_study(server, modality)
    [found] = httpx.get(f"{server.dicomweb}/studies", params={"StudyInstanceUID": study, "includefield": "all"}).json()
    name = found["00100010"]["Value"][0]["Alphabetic"]
    texts = [name, name.split("^")[0], *(found[tag]["Value"][0] for tag in ("00100020", "00100030", "00080050"))]
    instances = httpx.get(f"{server.dicomweb}/studies/{study}/instances").json()
    return [*texts, study, *{one[tag]["Value"][0] for one in instances for tag in ("0020000E", "00080018")}]


def test_a_guest_is_told_nothing_of_whose_images_these_are_and_is_shown_out(
    hospital: RunningServer, new_page: NewPage
) -> None:
    leader, follower = _together(hospital, new_page)
    leader.page.get_by_test_id("invite-guest").click()
    address = leader.page.get_by_test_id("guest-address")
    expect(address).to_be_visible()
    expect(address).not_to_be_focused()
    page = new_page()
    heard = Overheard(page)
    guest = ViewerPage(page).open(address.input_value())
    guest.join_as("Gwen Guest")
    guest.expect_exact()
    leader.scroll(4)
    leader.viewport().focus()
    leader.press("2")
    leader.expect_exact()
    expect(guest.viewport()).to_have_attribute("data-window-width", "1500")
    guest.expect_exact()
    assert guest.pixels() == leader.pixels(), "the same picture, at full quality"
    guest.tap("p")
    guest.viewport().hover(position={"x": 300, "y": 250})
    guest.viewport().hover(position={"x": 310, "y": 260})
    leader.expect_pointed_at("Gwen Guest", 310, 260)
    expect(page.get_by_test_id("watermark")).to_be_visible()
    expect(page.get_by_test_id("banner-name")).to_have_text("ANONYMOUS")
    guest.press("m")
    expect(page.get_by_test_id("plane").first).to_have_attribute("data-quality", "exact")

    told = heard.everything() + page.content() + page.title() + page.url
    known = _identifiers(hospital, "CT")
    assert len(known) > 20
    assert [word for word in known if word in told] == []
    assert len(heard.messages) > 5

    leader.page.get_by_test_id("withdraw-guests").click()
    expect(guest.page.get_by_test_id("connection")).to_have_attribute("data-state", "ended")
    expect(leader.person("Gwen Guest")).to_have_count(0)
    again = ViewerPage(new_page()).open(page.url)
    expect(again.page.get_by_test_id("problem")).to_contain_text("leads nowhere")
    follower.expect_live()


def test_an_anonymous_session_names_nobody_until_it_is_over(hospital: RunningServer, new_page: NewPage) -> None:
    leader, follower = _together(hospital, new_page)
    banner = leader.page.get_by_test_id("banner-name")
    expect(banner).not_to_be_empty()
    name = banner.inner_text()
    assert name != "ANONYMOUS"
    leader.scroll(2)
    leader.expect_exact()
    leader.press("Shift+N")
    for viewer in (leader, follower):
        expect(viewer.page.get_by_test_id("banner-name")).to_have_text("ANONYMOUS")
        viewer.expect_live()
        viewer.expect_exact()
        assert name not in viewer.page.content()
    before = leader.shown().instance_uid
    leader.scroll(2)
    expect(leader.viewport()).not_to_have_attribute("data-instance-uid", before)
    follower.expect_shows(leader.shown())
    leader.press("Shift+N")
    for viewer in (leader, follower):
        expect(viewer.page.get_by_test_id("banner-name")).to_have_text(name)
        viewer.expect_live()
    follower.expect_shows(leader.shown())


def test_a_study_that_is_withdrawn_vanishes_from_every_screen(new_server: NewServer, new_page: NewPage) -> None:
    server = new_server()
    send(server, "knee-cr")
    leader, follower = _together(server, new_page, "CR")
    follower.expect_exact()
    study = earliest_study(server, "CR")
    httpx.delete(f"{server.dicomweb}/studies/{study}").raise_for_status()
    expect(leader.page.get_by_test_id("notice")).to_contain_text("withdrawn")
    for viewer in (leader, follower):
        expect(viewer.viewport()).not_to_have_attribute("data-instance-uid", re.compile("."))
        assert max(viewer.pixels()) < 60, "nothing of the picture is left"
        expect(viewer.page.get_by_test_id("series")).to_have_count(0)
        viewer.expect_live()
