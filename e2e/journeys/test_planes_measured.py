"""Measuring on planes through a volume: a ball of known size and density, saved, reopened and shared."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.ball import INSIDE, NOISE, edges, numbers, store_ball
from e2e.pages.planes import Planes
from e2e.pages.viewer import ViewerPage, draw
from e2e.running import RunningServer

NewPage = Callable[..., Page]
DIAMETER = 60.0
SLICES, SIDE, BETWEEN, PIXEL = 72, 128, 1.25, 0.7
CORONAL = 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path_factory.mktemp("ball") / "root").start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def study(server: RunningServer) -> str:
    """Slices through all of a ball, thicker than their pixels are wide."""
    positions = [(number - (SLICES - 1) / 2) * BETWEEN for number in range(SLICES)]
    return store_ball(server, DIAMETER, (SIDE, SIDE), (PIXEL, PIXEL), positions)


def _planes(server: RunningServer, new_page: NewPage, study: str) -> tuple[ViewerPage, Planes]:
    viewer = ViewerPage(new_page()).open(f"{server.address}/viewer?StudyInstanceUIDs={study}")
    viewer.expect_exact()
    planes = Planes(viewer.page).open()
    middle = (SIDE - 1) / 2 * PIXEL
    planes.go_to(middle, middle, 0)
    return viewer, planes


def _choose(viewer: ViewerPage, planes: Planes, tool: str) -> None:
    viewer.choose(tool)
    expect(planes.plane(CORONAL).locator("mark-layer")).to_be_attached()


def _marks(planes: Planes, kind: str) -> Locator:
    return planes.plane(CORONAL).locator(f'[data-testid="mark"][data-kind="{kind}"]')


def test_a_ball_has_its_size_and_density_on_a_coronal_plane_and_a_slab(
    server: RunningServer, new_page: NewPage, study: str
) -> None:
    viewer, planes = _planes(server, new_page, study)
    left, right, top, bottom = edges(planes.plane(CORONAL).locator("canvas").first)
    x, y = (left + right) / 2, (top + bottom) / 2
    _choose(viewer, planes, "length")
    draw(planes.plane(CORONAL), (left, y), (right, y))
    draw(planes.plane(CORONAL), (x, top), (x, bottom))
    lengths = _marks(planes, "length")
    expect(lengths).to_have_count(2)
    for number in range(2):
        assert numbers(lengths.nth(number))[0] == pytest.approx(DIAMETER, rel=0.01)
        expect(lengths.nth(number)).to_have_attribute("data-text", re.compile("Coronal plane$"))

    inset = (right - left) * 0.2
    _choose(viewer, planes, "ellipse")
    draw(planes.plane(CORONAL), (left + inset, top + inset), (right - inset, bottom - inset))
    region = _marks(planes, "ellipse")
    expect(region).to_have_attribute("data-text", re.compile("Mean"))
    _, mean, *_ = numbers(region)
    assert mean == pytest.approx(INSIDE, abs=1)

    viewer.press("Escape")
    viewer.press("Shift+M")
    viewer.press("Shift+M")
    viewer.press("Shift+M")
    planes.expect_exact()
    expect(planes.page.get_by_test_id("slab-method")).to_have_value("maximum_ip")
    _choose(viewer, planes, "ellipse")
    draw(planes.plane(CORONAL), (x - inset / 2, y - inset / 2), (x + inset / 2, y + inset / 3))
    slab = region.nth(1)
    expect(slab).to_have_attribute("data-text", re.compile(r"Mean.*Coronal, MIP of 10 mm$"))
    _, brightest, *_ = numbers(slab)
    assert brightest > INSIDE + NOISE, "the brightest of many voxels is brighter than their mean"


def test_marks_stay_on_their_plane_can_be_undone_and_are_opened_again_where_they_were_drawn(
    server: RunningServer, new_page: NewPage, study: str
) -> None:
    viewer, planes = _planes(server, new_page, study)
    left, right, top, bottom = edges(planes.plane(CORONAL).locator("canvas").first)
    _choose(viewer, planes, "length")
    draw(planes.plane(CORONAL), (left, top), (right, bottom))
    length = _marks(planes, "length")
    expect(length).to_have_attribute("data-text", re.compile("mm"))
    text = length.get_attribute("data-text") or ""
    place = planes.place
    planes.plane(CORONAL).hover(position={"x": 20, "y": 200})
    planes.page.mouse.wheel(0, 500)
    expect(length).to_have_count(0)
    planes.page.mouse.wheel(0, -500)
    planes.go_to(*place)
    expect(length).to_have_count(1)
    viewer.press("Control+z")
    expect(length).to_have_count(0)
    viewer.press("Control+y")
    expect(length).to_have_attribute("data-text", text)
    with viewer.page.expect_response(lambda answer: answer.url.endswith("/measurement-reports")) as saved:
        viewer.press("Shift+S")
    assert saved.value.status == 201

    again = ViewerPage(new_page()).open(viewer.page.url)
    again.expect_exact()
    again.command("marks")
    again.page.get_by_test_id("report-open").first.click()
    again.page.get_by_test_id("mark-row").click()
    reopened = Planes(again.page)
    reopened.expect_exact()
    assert reopened.place == pytest.approx(place, abs=0.6)
    expect(_marks(reopened, "length")).to_have_attribute("data-text", text)


def test_a_shared_mark_is_seen_on_the_same_plane_by_others(
    server: RunningServer, new_page: NewPage, study: str
) -> None:
    viewer, planes = _planes(server, new_page, study)
    address = viewer.start_session("Ann")
    other = ViewerPage(new_page()).open(address)
    other.join_as("Bob")
    seen = Planes(other.page)
    seen.expect_exact()
    left, right, top, bottom = edges(planes.plane(CORONAL).locator("canvas").first)
    _choose(viewer, planes, "length")
    draw(planes.plane(CORONAL), (left, top), (right, bottom))
    expect(_marks(planes, "length")).to_have_count(1)
    viewer.press("Shift+B")
    mark = _marks(seen, "length")
    expect(mark).to_have_attribute("data-author", "Ann")
    text = _marks(planes, "length").get_attribute("data-text") or ""
    expect(mark).to_have_attribute("data-text", re.compile(re.escape(text)))
