"""Truth from end to end: a sphere of known size and density, measured on the screen with the mouse."""

import re
from collections.abc import Callable, Iterator

import httpx
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer
from tests.factories import multipart, part10, uid

NewPage = Callable[..., Page]
DIAMETER, INSIDE, OUTSIDE, NOISE = 80.0, 100.0, -850.0, 10.0
ROW_MM, COLUMN_MM = 0.5, 0.8
ROWS, COLUMNS = 512, 320
EDGES = """(canvas, across) => {
    const { width, height } = canvas, data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    const count = across ? width : height;
    const level = (i) => {
        let sum = 0;
        for (let k = -4; k <= 4; k += 1) {
            const [x, y] = across ? [i, (height >> 1) + k] : [(width >> 1) + k, i];
            sum += data[4 * (y * width + x)];
        }
        return sum / 9;
    };
    const bright = [...Array(count).keys()].filter((i) => level(i) > 128);
    return [bright[0], bright.at(-1) + 1].map((at) => at / devicePixelRatio);
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own: others count what is stored in theirs."""
    server = RunningServer(tmp_path_factory.mktemp("sphere") / "root").start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def study(server: RunningServer) -> str:
    """Three slices through the middle of a sphere, their pixels not square, in water-like noise."""
    noise = np.random.default_rng(7)
    study_uid, series_uid, place = uid(), uid(), uid()
    y, x = np.mgrid[:ROWS, :COLUMNS]
    across, down = (x - (COLUMNS - 1) / 2) * COLUMN_MM, (y - (ROWS - 1) / 2) * ROW_MM
    files = []
    for number in range(3):
        z = (number - 1) * 0.2
        ball = across**2 + down**2 + z**2 <= (DIAMETER / 2) ** 2
        values = np.where(ball, INSIDE, OUTSIDE) + noise.normal(0, NOISE, (ROWS, COLUMNS))
        files.append(
            part10(
                StudyInstanceUID=study_uid,
                SeriesInstanceUID=series_uid,
                SOPInstanceUID=uid(),
                FrameOfReferenceUID=place,
                Modality="CT",
                InstanceNumber=number + 1,
                Rows=ROWS,
                Columns=COLUMNS,
                BitsAllocated=16,
                BitsStored=16,
                HighBit=15,
                PixelRepresentation=0,
                RescaleSlope=1,
                RescaleIntercept=-1024,
                WindowCenter=-375,
                WindowWidth=600,
                PixelSpacing=[ROW_MM, COLUMN_MM],
                ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
                ImagePositionPatient=[0, 0, z],
                PixelData=np.rint(values + 1024).astype("<u2").tobytes(),
            )
        )
    body, headers = multipart(*files)
    httpx.post(f"{server.dicomweb}/studies", content=body, headers=headers).raise_for_status()
    return study_uid


@pytest.fixture
def viewer(server: RunningServer, new_page: NewPage, study: str) -> ViewerPage:
    viewer = ViewerPage(new_page()).open(f"{server.address}/viewer?StudyInstanceUIDs={study}")
    viewer.expect_exact()
    viewer.press("ArrowDown")
    viewer.expect_exact()
    return viewer


def _drag(viewer: ViewerPage, start: tuple[float, float], end: tuple[float, float]) -> None:
    box = viewer.viewport().bounding_box()
    assert box is not None
    viewer.page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    viewer.page.mouse.down()
    viewer.page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=3)
    viewer.page.mouse.up()


def _numbers(mark: Locator) -> list[float]:
    text = (mark.get_attribute("data-text") or "").replace("−", "-")
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text.replace("cm²", ""))]


@pytest.mark.parametrize("turned", [False, True])
def test_its_diameter_is_right_within_a_hundredth_both_ways(viewer: ViewerPage, *, turned: bool) -> None:
    if turned:
        viewer.press("r")
        viewer.press("h")
    viewer.command("length")
    expect(viewer.page.locator("mark-layer").first).to_be_attached()
    canvas = viewer.picture()
    left, right = canvas.evaluate(EDGES, True)
    top, bottom = canvas.evaluate(EDGES, False)
    middle = ((left + right) / 2, (top + bottom) / 2)
    _drag(viewer, (left, middle[1]), (right, middle[1]))
    _drag(viewer, (middle[0], top), (middle[0], bottom))
    marks = viewer.page.locator('[data-testid="mark"][data-kind="length"]')
    expect(marks).to_have_count(2)
    for number in range(2):
        assert _numbers(marks.nth(number))[0] == pytest.approx(DIAMETER, rel=0.01)


def test_its_density_is_right_within_one_unit(viewer: ViewerPage) -> None:
    viewer.command("ellipse")
    expect(viewer.page.locator("mark-layer").first).to_be_attached()
    canvas = viewer.picture()
    left, right = canvas.evaluate(EDGES, True)
    top, bottom = canvas.evaluate(EDGES, False)
    inset = (right - left) * 0.2
    _drag(viewer, (left + inset, top + inset), (right - inset, bottom - inset))
    mark = viewer.page.locator('[data-testid="mark"][data-kind="ellipse"]')
    expect(mark).to_have_attribute("data-text", re.compile("Mean"))
    _, mean, deviation, *_ = _numbers(mark)
    assert mean == pytest.approx(INSIDE, abs=1)
    assert deviation == pytest.approx(NOISE, rel=0.1)
    viewer.command("probe")
    viewer.viewport().hover(position={"x": (left + right) / 2, "y": (top + bottom) / 2})
    said = viewer.page.get_by_test_id("probe-text")
    expect(said).to_contain_text("HU")
    value = float(said.inner_text().partition(" ")[0].replace("−", "-"))
    assert value == pytest.approx(INSIDE, abs=6 * NOISE)
