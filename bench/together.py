"""Two people in one session: from the leader's turn of the wheel to the picture on the follower's screen."""

from playwright.sync_api import Browser, expect

from bench.first_image import Timing, new_context
from e2e.pages.viewer import ViewerPage

_STEP_PAUSE_MS = 60


def followed_steps(browser: Browser, address: str, steps: int) -> list[Timing]:
    """How long each step takes on the leader's own screen and until the follower's; both clocks are this machine's."""
    contexts = [new_context(browser), new_context(browser)]
    leader, follower = (ViewerPage(context.new_page()) for context in contexts)
    leader.open(address).expect_exact()
    invitation = leader.start_session("Rosa Radiologist")
    follower.open(invitation).join_as("Sam Surgeon")
    expect(leader.person("Sam Surgeon")).to_be_visible()
    follower.expect_shows(leader.shown())
    own, followed, missed = [], [], 0
    leader.viewport().hover()
    for step in range(steps):
        leader.page.mouse.wheel(0, 100 if step < steps * 3 // 4 else -100)
        here = leader.page.evaluate("turns => benchStep(turns)", step + 1)
        there = follower.page.evaluate("image => benchImage(image)", here["image"]) if here else None
        if here and there:
            own.append(here["at"] - here["turned"])
            followed.append(there["at"] - here["turned"])
        else:
            missed += 1
        leader.page.wait_for_timeout(_STEP_PAUSE_MS)
    for context in contexts:
        context.close()
    return [
        Timing("in a session: leader's wheel step to own displayed picture", own, missed),
        Timing("in a session: leader's wheel step to follower's displayed picture", followed, missed),
    ]
