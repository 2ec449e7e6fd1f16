"""A meeting with an agenda: one key brings the next case to every screen, and it is there before it is asked for."""

import json
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer, earliest_study

NewPage = Callable[..., Page]


def _meeting(server: RunningServer, *modalities: str) -> str:
    cases = [{"question": f"{one}?", "StudyInstanceUIDs": [earliest_study(server, one)]} for one in modalities]
    body = json.dumps({"meeting": "Lung MDT", "cases": cases})
    return str(httpx.post(f"{server.address}/api/sessions", content=body).json()["address"])


def test_the_next_case_is_ready_on_every_screen_and_its_outcome_is_on_record(
    hospital: RunningServer, new_page: NewPage
) -> None:
    address = hospital.address + _meeting(hospital, "CT", "CR", "MR")
    leader, follower = ViewerPage(new_page()).open(address), ViewerPage(new_page(900, 700)).open(address)
    leader.join_as("Rosa Radiologist")
    follower.join_as("Sam Surgeon")
    for viewer in (leader, follower):
        expect(viewer.page.locator('[data-testid="case"][data-ready]')).to_have_count(1)
    asked: list[str] = []
    follower.page.on("request", lambda request: asked.append(request.url))
    leader.press("Shift+ArrowRight")
    follower.expect_shows(leader.shown())
    shown = follower.shown().instance_uid
    assert not [url for url in asked if shown in url and "/rendered" in url], "the picture was there already"
    expect(follower.page.get_by_test_id("case").first).to_have_attribute("data-state", "shown")

    outcome = follower.page.get_by_test_id("case-outcome").first
    outcome.fill("Lobectomy")
    outcome.blur()
    expect(leader.page.get_by_test_id("case-outcome").first).to_have_value("Lobectomy")

    with leader.page.expect_popup() as second:
        leader.press("Shift+W")
    images = ViewerPage(second.value)
    expect(images.page.get_by_test_id("follow-text")).to_contain_text("You lead")
    expect(images.page.locator("tool-bar")).to_be_attached()
    expect(leader.person("Rosa Radiologist")).to_have_count(1)
    expect(leader.page.locator("image-viewport")).to_be_hidden()
    images.press("Shift+ArrowRight")
    for viewer in (leader, follower):
        expect(viewer.page.get_by_test_id("case").nth(1)).to_have_attribute("data-state", "shown")
    expect(follower.viewport()).not_to_have_attribute("data-instance-uid", shown)
    images.expect_shows(follower.shown())
    images.page.close()
    expect(leader.page.locator("image-viewport").first).to_be_visible()
    leader.expect_shows(follower.shown())

    record = httpx.get(f"{hospital.address}/api/sessions/{address.rpartition('=')[2]}/journal").json()
    assert [(case["outcome"], case["state"]) for case in record["cases"]] == [
        ("Lobectomy", "discussed"),
        ("", "shown"),
        ("", "waiting"),
    ]
    assert {one["name"] for one in record["cases"][0]["attendance"]} == {"Rosa Radiologist", "Sam Surgeon"}
