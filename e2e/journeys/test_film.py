"""A film of many frames in one file: its own speed, its frame numbers, marks on one frame alone."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer, send

NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path_factory.mktemp("film") / "root").start()
    send(server, "liver-us")
    yield server
    server.stop()


def test_a_film_runs_at_its_own_speed_and_a_mark_lies_on_one_frame(hospital: RunningServer, new_page: NewPage) -> None:
    [series] = httpx.get(f"{hospital.dicomweb}/series", params={"Modality": "US"}).json()
    uids = [series[tag]["Value"][0] for tag in ("0020000D", "0020000E")]
    fields = {"includefield": "FrameTime"}
    [film] = httpx.get(f"{hospital.dicomweb}/studies/{uids[0]}/series/{uids[1]}/instances", params=fields).json()
    frames, every = int(film["00280008"]["Value"][0]), float(film["00181063"]["Value"][0])
    viewer = ViewerPage(new_page()).open(f"{hospital.address}/viewer?StudyInstanceUIDs={uids[0]}")
    viewer.expect_exact()
    number = viewer.viewport().get_by_test_id("slice-number")
    expect(number).to_contain_text(f"1 / {frames}")
    viewer.press("ArrowDown")
    expect(viewer.viewport()).to_have_attribute("data-frame-number", "2")
    viewer.expect_exact()
    viewer.choose("length")
    viewer.drag((120, 60))
    mark = viewer.viewport().get_by_test_id("mark")
    expect(mark).to_have_count(1)
    viewer.press("ArrowDown")
    expect(mark).to_have_count(0)
    viewer.press("ArrowUp")
    expect(mark).to_have_count(1)
    viewer.press("c")
    expect(viewer.page.get_by_test_id("cine-said")).to_contain_text(f"{1000 / every:.1f}/s")
    expect(viewer.viewport()).not_to_have_attribute("data-frame-number", "2")
    viewer.press("Escape")
