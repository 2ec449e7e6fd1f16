"""Everybody sees the very same slice: its number is read from the pixels of every screen, thirty times of thirty."""

import random
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page

from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer
from simulator.iods.barcode import BITS
from simulator.studies import Study, make_study

NewPage = Callable[..., Page]
TIMES = 30

BARS = """([canvas, columns, bits]) => {
    const side = Math.min(canvas.width, canvas.height);
    const [left, top] = [(canvas.width - side) / 2, (canvas.height - side) / 2];
    const width = Math.max(1, Math.floor(columns / 64));
    const context = canvas.getContext('2d');
    const level = (bar) => {
        const [x, y] = [(bar + 0.5) * width, 1.5 * width].map((at) => Math.floor(at / columns * side));
        return context.getImageData(Math.floor(left + x), Math.floor(top + y), 1, 1).data[0];
    };
    const middle = (level(0) + level(bits + 1)) / 2;
    return Array.from({ length: bits }, (_, i) => level(i + 1) > middle ? 1 : 0).reduce((sum, bit) => 2 * sum + bit, 0);
}"""

SEEN_TO_PASS = """count => {
    window.passed ??= new Set();
    window.passed.add(document.querySelector('[data-testid="viewport"]').dataset.instanceUid);
    return window.passed.size >= count;
}"""


@pytest.fixture(scope="module")
def study() -> Study:
    return make_study("chest-ct", 1, scale="small", slices=40, has_barcode=True)


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory, study: Study) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path_factory.mktemp("numbered") / "root").start()
    head = b"--next\r\nContent-Type: application/dicom\r\n\r\n"
    body = b"".join(head + one.data + b"\r\n" for one in study.instances()) + b"--next--\r\n"
    kind = 'multipart/related; type="application/dicom"; boundary=next'
    httpx.post(f"{server.dicomweb}/studies", content=body, headers={"Content-Type": kind}).raise_for_status()
    yield server
    server.stop()


def _on_screen(viewer: ViewerPage, columns: int) -> int:
    viewer.expect_exact()
    number: int = viewer.page.evaluate(BARS, [viewer.picture().element_handle(), columns, BITS])
    return number


def _agreed(leader: ViewerPage, *others: ViewerPage) -> str:
    """The image that the leader has come to, once every screen shows it exactly."""
    shown = leader.shown()
    for viewer in others:
        viewer.expect_shows(shown)
    return shown.instance_uid


def test_the_same_slice_on_every_screen_thirty_times_of_thirty_and_for_who_comes_into_a_running_film(
    numbered: RunningServer, new_page: NewPage, study: Study
) -> None:
    found = httpx.get(f"{numbered.dicomweb}/studies/{study.study_uid}/instances").json()
    number_of = {one["00080018"]["Value"][0]: one["00200013"]["Value"][0] for one in found}
    columns = found[0]["00280011"]["Value"][0]
    leader = ViewerPage(new_page(1280, 900)).open(f"{numbered.address}/viewer?StudyInstanceUIDs={study.study_uid}")
    leader.expect_exact()
    address = leader.start_session("Rosa Radiologist")
    others = [ViewerPage(new_page(*size)).open(address) for size in ((1000, 700), (390, 780))]
    for viewer, name in zip(others, ("Sam Surgeon", "Phil Physio"), strict=True):
        viewer.join_as(name)
    chance = random.Random(7)
    seen = []
    for _ in range(TIMES):
        before = leader.viewport().get_attribute("data-instance-uid")
        leader.press(chance.choice(["Home", "End"]))
        for _ in range(chance.randint(1, 9)):
            leader.press(chance.choice(["ArrowDown", "Shift+ArrowDown", "ArrowUp"]))
        shown = _agreed(leader, *others)
        seen.append(shown != before)
        assert [_on_screen(viewer, columns) for viewer in (leader, *others)] == [number_of[shown]] * 3
    assert sum(seen) > TIMES / 2, "and it is not one slice all the time"

    leader.press("c")
    late = ViewerPage(new_page(900, 900)).open(address)
    late.join_as("Nora Nurse")
    late.page.wait_for_function(SEEN_TO_PASS, arg=4)  # the film runs on the latecomer's screen too
    leader.press("c")
    shown = _agreed(leader, *others, late)
    assert [_on_screen(viewer, columns) for viewer in (leader, *others, late)] == [number_of[shown]] * 4
