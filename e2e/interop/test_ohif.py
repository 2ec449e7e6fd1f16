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
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pydicom.uid import JPEGLSLossless

from e2e.conftest import CHROMIUM, FLAGS
from e2e.interop.ohif import Ohif
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


def _save(picture: bytes, name: str) -> None:
    """Keeps a screenshot in the docs, in 96 colours: noise costs much and shows nothing."""
    path = IMAGES / f"interop-ohif-{name}.png"
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(96).save(path, optimize=True)
    assert path.stat().st_size < 200_000
