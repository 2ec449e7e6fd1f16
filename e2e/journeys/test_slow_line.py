"""Reading from home: a line of few Mbit/s whose answers come 150 ms late."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, Request, expect

from e2e.line import Line, Quality
from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer, earliest_study

NewPage = Callable[..., Page]
COARSE = re.compile("preview, quality (50|30), slow line")


@pytest.fixture
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    line = Line(Quality(round_trip_ms=150, megabits=request.param))
    yield line
    line.stop()


class Asked:
    """The pictures that a page has asked for: how many, and how many at once."""

    def __init__(self, page: Page) -> None:
        self.count = self.most = 0
        self._open: set[Request] = set()
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)

    def _begin(self, request: Request) -> None:
        if "/rendered" in request.url and "/frames/" in request.url:
            self.count += 1
            self._open.add(request)
            self.most = max(self.most, len(self._open))

    def _end(self, request: Request) -> None:
        self._open.discard(request)


@pytest.fixture
def viewer(hospital: RunningServer, new_page: NewPage, line: Line) -> ViewerPage:
    study_uid = earliest_study(hospital, "CT")
    return ViewerPage(new_page()).open(
        f"http://127.0.0.1:{line.to(hospital.port)}/viewer?StudyInstanceUIDs={study_uid}"
    )


@pytest.mark.parametrize("line", [4], indirect=True)
def test_a_long_way_through_a_stack_ends_at_its_slice_exactly(hospital: RunningServer, viewer: ViewerPage) -> None:
    viewer.expect_exact()
    first = viewer.shown()
    asked = Asked(viewer.page)
    viewer.scroll(12)
    there = viewer.shown()
    assert there.series_uid == first.series_uid
    uids = _slices(hospital, there.series_uid)
    assert uids.index(there.instance_uid) - uids.index(first.instance_uid) == 12
    assert asked.most <= 4, "two for the hand, two for what comes next"
    viewer.scroll(-12)
    viewer.expect_shows(first)


@pytest.mark.parametrize("line", [4], indirect=True)
def test_previews_get_coarser_say_so_and_are_followed_by_the_exact_picture(viewer: ViewerPage, line: Line) -> None:
    viewer.expect_exact()
    line.become(Quality(round_trip_ms=600, megabits=1))
    box = viewer.viewport().bounding_box()
    assert box is not None
    viewer.page.mouse.move(box["x"] + 300, box["y"] + 300)
    viewer.page.mouse.down()
    for step in range(400):
        viewer.page.mouse.move(box["x"] + 300 + step % 80, box["y"] + 300 + step // 80)
        viewer.page.wait_for_timeout(50)
        if COARSE.search(viewer.viewport().inner_text()):
            break
    else:
        raise AssertionError("no preview was coarser than on a good line")
    viewer.page.mouse.up()
    viewer.expect_exact()
    expect(viewer.viewport()).not_to_contain_text("slow line")


def _slices(hospital: RunningServer, series_uid: str) -> list[str]:
    """The series' SOP Instance UIDs from its first slice to its last."""
    found = httpx.get(f"{hospital.dicomweb}/instances", params={"SeriesInstanceUID": series_uid, "limit": 1000}).json()
    found.sort(key=lambda one: one["00200013"]["Value"][0])
    return [one["00080018"]["Value"][0] for one in found]
