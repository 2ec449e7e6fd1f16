"""What helps to read: a prior that goes along, a film, colours, a glass, a picture to keep."""

import io
import re
from collections.abc import Callable

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer

NewPage = Callable[..., Page]


def _position(viewer: ViewerPage, number: int) -> float:
    text = viewer.viewport(number).get_by_test_id("slice-position").inner_text()
    found = re.search(r"[−\d.]+", text)
    assert found
    return float(found[0].replace("−", "-"))


def _colours(viewer: ViewerPage) -> int:
    """How many pixels of the canvas are not grey."""
    script = """canvas => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let found = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) found += 1;
        return found;
    }"""
    found: int = viewer.picture().evaluate(script)
    return found


@pytest.fixture
def pair(hospital: RunningServer, new_page: NewPage) -> ViewerPage:
    """A chest CT beside its prior."""
    found = httpx.get(f"{hospital.dicomweb}/studies", params={"ModalitiesInStudy": "CT"}).json()
    newest = sorted(found, key=lambda study: study["00080020"]["Value"][0], reverse=True)
    uids = ",".join(study["0020000D"]["Value"][0] for study in newest)
    viewer = ViewerPage(new_page()).open(f"{hospital.address}/viewer?StudyInstanceUIDs={uids}")
    viewer.expect_exact(0)
    viewer.expect_exact(1)
    return viewer


def test_linked_viewports_go_to_the_same_height_and_look_alike(pair: ViewerPage) -> None:
    pair.viewport(0).click(position={"x": 30, "y": 200})
    before = pair.shown(1).instance_uid
    expect(pair.page.locator("tool-bar")).to_be_attached()
    pair.page.route("**/linking.js", lambda asked: asked.abort())  # what links was there before the key
    pair.press("l")
    pair.scroll(5, 0)
    expect(pair.viewport(1)).not_to_have_attribute("data-instance-uid", before)
    pair.expect_exact(0)
    pair.expect_exact(1)
    assert abs(_position(pair, 0) - _position(pair, 1)) <= 5, "no image of the prior lies nearer"
    pair.press("Shift+l")
    pair.press("2")
    pair.drag((0, -60), button="right")
    zoom = pair.viewport(0).get_attribute("data-zoom") or ""
    expect(pair.viewport(1)).to_have_attribute("data-zoom", zoom)
    expect(pair.viewport(1)).to_have_attribute("data-window-width", "1500")


def test_a_film_runs_its_bar_says_what_came_and_what_was_seen_and_escape_stops_it(pair: ViewerPage) -> None:
    pair.press("c")
    expect(pair.page.get_by_test_id("cine-bar").first).to_be_visible()
    bar = pair.viewport(0).get_by_test_id("stack-bar")
    expect(bar).to_have_attribute("data-seen", re.compile("^([5-9]|[1-9][0-9])$"))
    expect(bar).to_have_attribute("data-loaded", re.compile("^([5-9]|[1-9][0-9])$"))
    pair.press(">")
    expect(pair.page.get_by_test_id("cine-said").first).to_contain_text("12/s")
    pair.press("Escape")
    pair.expect_exact(0)
    expect(pair.page.get_by_test_id("cine-bar").first).to_be_hidden()


def test_colours_a_glass_and_a_picture_without_the_name(pair: ViewerPage) -> None:
    pair.viewport(0).click(position={"x": 30, "y": 200})
    assert _colours(pair) == 0
    pair.press("Shift+i")
    expect(pair.viewport(0)).to_contain_text("Hot Iron")
    assert _colours(pair) > 1000
    pair.command("lens")
    expect(pair.page.locator("lens-layer").first).to_be_attached()
    box = pair.viewport(0).bounding_box()
    assert box is not None
    pair.page.mouse.move(box["x"] + 200, box["y"] + 300)
    pair.page.mouse.down()
    expect(pair.page.get_by_test_id("lens").first).to_be_visible()
    pair.page.mouse.up()
    expect(pair.page.get_by_test_id("lens").first).to_be_hidden()
    kept = {}
    for key in ("Control+s", "Control+Shift+s"):
        pair.expect_exact(0)
        with pair.page.expect_download() as download:
            pair.press(key)
        assert re.fullmatch(r"CT-[0-9T-]+\.png", download.value.suggested_filename), "nobody's name in a file's name"
        kept[key] = Image.open(io.BytesIO(download.value.path().read_bytes())).convert("RGB")
    plain, named = (kept[key].crop((0, 0, 180, 40)) for key in kept)
    assert max(upper for _, upper in plain.getextrema()) < 40, "nothing is written where the name stands"  # type: ignore[misc]
    assert max(upper for _, upper in named.getextrema()) > 150  # type: ignore[misc]


def test_less_writing_keeps_whose_image_it_is(pair: ViewerPage) -> None:
    pair.press("o")
    expect(pair.viewport(0).get_by_test_id("study-description")).to_be_hidden()
    for always in ("patient-name", "patient-id", "study-date", "letter-left", "slice-number", "window", "quality"):
        expect(pair.viewport(0).get_by_test_id(always)).to_be_visible()
