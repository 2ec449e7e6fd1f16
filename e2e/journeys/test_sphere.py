"""Truth from end to end: a sphere of known size and density, measured on the screen with the mouse."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.ball import INSIDE, NOISE, edges, numbers, store_ball
from e2e.pages.viewer import ViewerPage, draw
from e2e.running import RunningServer

NewPage = Callable[..., Page]
DIAMETER = 80.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own: others count what is stored in theirs."""
    server = RunningServer(tmp_path_factory.mktemp("sphere") / "root").start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def study(server: RunningServer) -> str:
    """Three slices through the middle of a sphere, their pixels not square, in water-like noise."""
    return store_ball(server, DIAMETER, (512, 320), (0.5, 0.8), [-0.2, 0, 0.2])


@pytest.fixture
def viewer(server: RunningServer, new_page: NewPage, study: str) -> ViewerPage:
    viewer = ViewerPage(new_page()).open(f"{server.address}/viewer?StudyInstanceUIDs={study}")
    viewer.expect_exact()
    viewer.press("ArrowDown")
    viewer.expect_exact()
    return viewer


@pytest.mark.parametrize("turned", [False, True])
def test_its_diameter_is_right_within_a_hundredth_both_ways(viewer: ViewerPage, *, turned: bool) -> None:
    if turned:
        viewer.press("r")
        viewer.press("h")
    viewer.choose("length")
    left, right, top, bottom = edges(viewer.picture())
    middle = ((left + right) / 2, (top + bottom) / 2)
    draw(viewer.viewport(), (left, middle[1]), (right, middle[1]))
    draw(viewer.viewport(), (middle[0], top), (middle[0], bottom))
    marks = viewer.page.locator('[data-testid="mark"][data-kind="length"]')
    expect(marks).to_have_count(2)
    for number in range(2):
        assert numbers(marks.nth(number))[0] == pytest.approx(DIAMETER, rel=0.01)


def test_its_density_is_right_within_one_unit(viewer: ViewerPage) -> None:
    viewer.choose("ellipse")
    left, right, top, bottom = edges(viewer.picture())
    inset = (right - left) * 0.2
    draw(viewer.viewport(), (left + inset, top + inset), (right - inset, bottom - inset))
    mark = viewer.page.locator('[data-testid="mark"][data-kind="ellipse"]')
    expect(mark).to_have_attribute("data-text", re.compile("Mean"))
    _, mean, deviation, *_ = numbers(mark)
    assert mean == pytest.approx(INSIDE, abs=1)
    assert deviation == pytest.approx(NOISE, rel=0.1)
    viewer.command("probe")
    viewer.viewport().hover(position={"x": (left + right) / 2, "y": (top + bottom) / 2})
    said = viewer.page.get_by_test_id("probe-text")
    expect(said).to_contain_text("HU")
    value = float(said.inner_text().partition(" ")[0].replace("−", "-"))
    assert value == pytest.approx(INSIDE, abs=6 * NOISE)
