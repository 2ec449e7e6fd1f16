"""OHIF, as it comes from npm, shows a CT, an MR and a compressed image from this server: `make interop`.

The pictures it writes are part of the docs; look at them.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pydicom
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from pydicom.uid import JPEGLSLossless

from e2e.conftest import CHROMIUM, FLAGS
from e2e.interop.ohif import Ohif
from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer, send
from simulator.studies import make_study
from tests.factories import multipart

IMAGES = Path(__file__).parents[2] / "docs" / "images"
GRAPHICS = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
PATIENCE = 90_000
"""Milliseconds: graphics are drawn by the processor here."""


@pytest.fixture(scope="module")
def ohif() -> Iterator[Ohif]:
    made = Ohif()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def server(ohif: Ohif, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that shares with OHIF's origin, with a CT, an MR and a compressed plain film in it."""
    root = tmp_path_factory.mktemp("interop") / "root"
    made = RunningServer(root, environment={"LIGHTBOX_WEB__CORS_ORIGINS": ohif.origin}).start()
    ohif.dicomweb = made.dicomweb
    send(made, "chest-ct", "brain-mr")
    content, headers = multipart(*_compressed())
    assert httpx.post(f"{made.dicomweb}/studies", content=content, headers=headers).status_code == 200
    yield made
    made.stop()


def _compressed() -> Iterator[bytes]:
    """The knee's plain films, in JPEG-LS."""
    for instance in make_study("knee-cr", seed=1, scale="small").instances():
        dataset = pydicom.dcmread(io.BytesIO(instance.data))
        dataset.compress(JPEGLSLossless, generate_instance_uid=False)
        buffer = io.BytesIO()
        dataset.save_as(buffer)
        yield buffer.getvalue()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = [flag for flag in FLAGS if flag != "--disable-gpu"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*flags, *GRAPHICS])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    yield context.new_page()
    context.close()


def test_the_study_list_names_every_study(page: Page, ohif: Ohif, server: RunningServer) -> None:
    page.goto(ohif.origin)
    for study in httpx.get(f"{server.dicomweb}/studies").json():
        row = page.get_by_role("row").filter(has_text=study["00081030"]["Value"][0])
        expect(row).to_contain_text(str(study["00201208"]["Value"][0]), timeout=PATIENCE)


@pytest.mark.parametrize(("name", "modality"), [("ct", "CT"), ("mr", "MR"), ("compressed", "CR")])
def test_it_shows_an_image(page: Page, ohif: Ohif, server: RunningServer, name: str, modality: str) -> None:
    faults: list[str] = []
    page.on("response", lambda answer: faults.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    [study] = httpx.get(f"{server.dicomweb}/studies", params={"ModalitiesInStudy": modality}).json()
    page.goto(f"{ohif.origin}/viewer?StudyInstanceUIDs={study['0020000D']['Value'][0]}")
    canvas = page.locator("canvas.cornerstone-canvas").first
    expect(canvas).to_be_visible(timeout=PATIENCE)
    page.get_by_text("Skip all").click(timeout=PATIENCE)  # the tour
    page.wait_for_function(
        "() => { const c = document.querySelector('canvas.cornerstone-canvas');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " const seen = new Set(); for (let i = 0; i < d.length; i += 40) seen.add(d[i]); return seen.size > 30; }",
        timeout=PATIENCE,
    )
    shown = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("L")).astype(float)
    assert shown.std() > 15, "the viewport is empty"
    page.mouse.move(640, 715)
    _save(page.screenshot(animations="disabled"), name)
    assert [fault for fault in faults if server.address in fault] == []


def test_a_report_of_ours_is_loaded_there_to_be_edited(page: Page, ohif: Ohif, server: RunningServer) -> None:
    [series] = httpx.get(f"{server.dicomweb}/series", params={"Modality": "CT"}).json()
    study_uid, series_uid = (series[tag]["Value"][0] for tag in ("0020000D", "0020000E"))
    instances = httpx.get(f"{server.dicomweb}/studies/{study_uid}/series/{series_uid}/instances").json()
    image = {
        "study_uid": study_uid,
        "series_uid": series_uid,
        "instance_uid": instances[len(instances) // 2]["00080018"]["Value"][0],
        "frame_number": 1,
    }
    points = {"length": [(30, 30), (90, 60)], "angle": [(20, 90), (40, 70), (70, 80)]}
    marks = [
        {
            "id": f"0f8fad5b-d9cb-469f-a165-{number:012d}",
            "kind": kind,
            "image": image,
            "points": [{"x": x, "y": y} for x, y in places],
            "text": "",
            "made": "2026-11-21T14:32:05.120Z",
        }
        for number, (kind, places) in enumerate(points.items())
    ]
    path = f"{server.address}/api/studies/{study_uid}/measurement-reports"
    assert httpx.post(path, json={"marks": marks}).status_code == 201
    page.goto(f"{ohif.origin}/viewer?StudyInstanceUIDs={study_uid}")
    expect(page.locator("canvas.cornerstone-canvas").first).to_be_visible(timeout=PATIENCE)
    page.get_by_text("Skip all").click(timeout=PATIENCE)
    page.locator('[data-cy="study-browser-thumbnail-no-image"]').first.dblclick(timeout=PATIENCE)
    # it asks only where it can take the measurements over
    page.get_by_role("button", name="Yes").click(timeout=PATIENCE)
    drawn = page.locator("svg.svg-layer")
    expect(drawn.locator("circle")).not_to_have_count(0, timeout=PATIENCE)
    expect(drawn).to_contain_text(re.compile(r"\d mm"), timeout=PATIENCE)
    expect(drawn).to_contain_text("°")
    page.mouse.move(640, 715)
    _save(page.screenshot(animations="disabled"), "report")


DRAWN_THERE = {
    "Length": ((250, 150), (350, 220)),
    "EllipticalROI": ((300, 350), (400, 390)),
    "RectangleROI": ((180, 300), (260, 360)),
    "Bidirectional": ((450, 200), (520, 260)),
    "CircleROI": ((480, 420), (520, 440)),
    "ArrowAnnotate": ((560, 300), (600, 340)),
}


def test_a_report_of_its_making_is_drawn_and_listed_here(page: Page, ohif: Ohif, server: RunningServer) -> None:
    [study] = httpx.get(f"{server.dicomweb}/studies", params={"ModalitiesInStudy": "CT"}).json()
    study_uid = study["0020000D"]["Value"][0]
    page.goto(f"{ohif.origin}/viewer?StudyInstanceUIDs={study_uid}")
    canvas = page.locator("canvas.cornerstone-canvas").first
    expect(canvas).to_be_visible(timeout=PATIENCE)
    page.get_by_text("Skip all").click(timeout=PATIENCE)
    page.locator('[data-cy="trackedMeasurements-btn"]').click()
    for tool, (start, end) in DRAWN_THERE.items():
        _draw_there(page, canvas, tool, start, end)
    expect(page.get_by_text("Additional Findings (1)").first).to_be_visible(timeout=PATIENCE)
    page.get_by_text("Create SR").first.click()
    with page.expect_response(
        lambda answer: answer.url.endswith("/studies") and answer.request.method == "POST"
    ) as kept:
        page.get_by_role("button", name="Save").first.click()
    assert kept.value.status == 200, "it is stored by its own STOW"
    [made] = [
        one
        for one in httpx.get(f"{server.address}/api/studies/{study_uid}/measurement-reports").json()
        if one["maker"] != "Lightbox"
    ]
    told = _numbers(server, made)

    viewer = ViewerPage(page).open(f"{server.address}/viewer?StudyInstanceUIDs={study_uid}")
    viewer.expect_exact()
    viewer.command("marks")
    page.locator("[data-testid=report-open]").filter(has_text=made["maker"]).click()
    rows = page.get_by_test_id("mark-row")
    expect(rows).to_have_count(6)
    rows.first.click()
    marks = page.locator("[data-testid=mark]")
    expect(marks).to_have_count(6)
    said = {mark.get_attribute("data-kind"): mark.get_attribute("data-text") or "" for mark in marks.all()}
    assert said["length"] == f"{told['Length'][0]:.1f} mm"
    assert said["arrow"] == "Nodule"
    assert {"bidirectional", "ellipse", "polygon"} < set(said)
    areas = [
        mark.get_attribute("data-text") or ""
        for mark in marks.all()
        if mark.get_attribute("data-kind") in {"ellipse", "polygon"}
    ]
    assert [area.partition(" cm²")[0] for area in areas] == [f"{area / 100:.1f}" for area in told["Area"]]
    viewer.command("marks")
    _save(page.screenshot(animations="disabled"), "report-here")


def _draw_there(page: Page, canvas: Locator, tool: str, start: tuple[int, int], end: tuple[int, int]) -> None:
    """With one of its tools, from one place on the canvas to another."""
    box = canvas.bounding_box()
    assert box is not None
    page.locator('[data-cy="MeasurementTools-split-button-secondary"]').click()
    page.locator(f'[data-cy="{tool}"]').last.click()
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=6)
    page.mouse.up()
    if tool == "ArrowAnnotate":
        page.get_by_role("textbox").last.fill("Nodule")
        page.get_by_role("button", name="Save").last.click()
    if tool == "Length":  # it asks once whether measurements are to be tracked
        page.get_by_role("button", name="Yes").first.click(timeout=PATIENCE)


def _numbers(server: RunningServer, ref: dict[str, str]) -> dict[str, list[float]]:
    """What a report says was measured, by the meaning of its concept."""
    path = "studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/metadata".format(**ref)
    [header] = httpx.get(f"{server.dicomweb}/{path}").json()
    found: dict[str, list[float]] = {}
    waiting = [header]
    while waiting:
        item = waiting.pop(0)
        if "0040A300" in item:
            number = float(item["0040A300"]["Value"][0]["0040A30A"]["Value"][0])
            found.setdefault(item["0040A043"]["Value"][0]["00080104"]["Value"][0], []).append(number)
        waiting += item.get("0040A730", {}).get("Value", [])
    return found


def _save(picture: bytes, name: str) -> None:
    """Keeps a screenshot in the docs, in 96 colours: noise costs much and shows nothing."""
    path = IMAGES / f"interop-ohif-{name}.png"
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(96).save(path, optimize=True)
    assert path.stat().st_size < 200_000
