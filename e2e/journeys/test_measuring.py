"""Measuring: what stands beside a mark is what the stored pixels and the header say."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import pydicom
import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.pages.viewer import ViewerPage, draw
from e2e.running import RunningServer, earliest_study, send
from tests.factories import part10
from tests.http.test_presentation_states import with_plane
from tests.states import item, layer, state

NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of one's own: what is measured here is stored."""
    server = RunningServer(tmp_path_factory.mktemp("measuring") / "root").start()
    send(server, "chest-ct", "chest-ct-enhanced", "knee-cr", "brain-mr")
    yield server
    server.stop()


def _open(server: RunningServer, new_page: NewPage, modality: str) -> ViewerPage:
    study_uid = earliest_study(server, modality)
    viewer = ViewerPage(new_page()).open(f"{server.address}/viewer?StudyInstanceUIDs={study_uid}")
    viewer.expect_exact()
    viewer.press("PageDown" if modality == "MR" else "Home")
    return viewer


@pytest.fixture
def ct(hospital: RunningServer, new_page: NewPage) -> ViewerPage:
    viewer = _open(hospital, new_page, "CT")
    viewer.scroll(10)
    viewer.expect_exact()
    return viewer


def _mark(viewer: ViewerPage, kind: str) -> Locator:
    return viewer.page.locator(f'[data-testid="mark"][data-kind="{kind}"]')


def _text(viewer: ViewerPage, kind: str) -> str:
    """What stands beside a mark, once it is measured."""
    mark = _mark(viewer, kind)
    expect(mark).to_have_attribute("data-text", re.compile(r"\d"))
    return mark.get_attribute("data-text") or ""


def _saved(viewer: ViewerPage, server: RunningServer) -> list[dict]:  # type: ignore[type-arg]
    """The marks of the report that they are saved as."""
    with viewer.page.expect_response(lambda answer: answer.url.endswith("/measurement-reports")) as saved:
        viewer.press("Shift+S")
    uids = saved.value.json()
    path = "/api/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/marks".format(**uids)
    return httpx.get(server.address + path).json()["marks"]  # type: ignore[no-any-return]


def _stored(server: RunningServer, image: dict[str, str]) -> pydicom.Dataset:
    uids = (image["study_uid"], image["series_uid"], image["instance_uid"])
    address = "{}/studies/{}/series/{}/instances/{}".format(server.dicomweb, *uids)
    answer = httpx.get(address, headers={"Accept": 'multipart/related; type="application/dicom"'})
    part = answer.content.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]
    return pydicom.dcmread(io.BytesIO(part))


def test_an_ellipse_says_what_the_stored_pixels_say(ct: ViewerPage, hospital: RunningServer) -> None:
    ct.choose("ellipse")
    draw(ct.viewport(), (400, 250), (520, 330))
    expect(_mark(ct, "ellipse")).to_have_attribute("data-text", re.compile("Mean"))
    text = _text(ct, "ellipse").replace("−", "-")
    [mark] = _saved(ct, hospital)
    stored = _stored(hospital, mark["image"])
    values = stored.pixel_array * float(stored.RescaleSlope) + float(stored.RescaleIntercept)
    (x1, y1), (x2, y2) = ((point["x"], point["y"]) for point in mark["points"])
    y, x = np.mgrid[: stored.Rows, : stored.Columns]
    inside = ((x - (x1 + x2) / 2) / ((x2 - x1) / 2)) ** 2 + ((y - (y1 + y2) / 2) / ((y2 - y1) / 2)) ** 2 <= 1
    chosen = values[inside]
    area = np.pi / 4 * abs(x2 - x1) * abs(y2 - y1) * stored.PixelSpacing[0] * stored.PixelSpacing[1] / 100
    said = [float(number) for number in re.findall(r"-?[0-9.]+", text.replace("cm²", ""))]
    truth = [area, chosen.mean(), chosen.std(), chosen.min(), chosen.max(), chosen.size]
    assert said == pytest.approx(truth, abs=0.06)


def test_a_length_is_the_millimetres_of_the_header(ct: ViewerPage, hospital: RunningServer) -> None:
    ct.choose("length")
    draw(ct.viewport(), (300, 250), (420, 400))
    expect(_mark(ct, "length")).to_have_count(1)
    [mark] = _saved(ct, hospital)
    spacing = _stored(hospital, mark["image"]).PixelSpacing
    (x1, y1), (x2, y2) = ((point["x"], point["y"]) for point in mark["points"])
    length = np.hypot((x2 - x1) * spacing[1], (y2 - y1) * spacing[0])
    expect(_mark(ct, "length")).to_have_attribute("data-text", f"{length:.1f} mm")


def test_frames_of_an_enhanced_image_say_where_they_lie_and_are_measured(
    hospital: RunningServer, new_page: NewPage
) -> None:
    [study] = httpx.get(
        f"{hospital.dicomweb}/studies", params={"StudyDate": "20260228", "ModalitiesInStudy": "CT"}
    ).json()
    viewer = ViewerPage(new_page()).open(f"{hospital.address}/viewer?StudyInstanceUIDs={study['0020000D']['Value'][0]}")
    viewer.expect_exact()
    for line, words in (("slice-position", "mm"), ("slice-thickness", "Thickness"), ("letter-right", "L")):
        expect(viewer.viewport().get_by_test_id(line)).to_contain_text(words)
    viewer.choose("length")
    draw(viewer.viewport(), (200, 250), (280, 400))
    expect(_mark(viewer, "length")).to_have_attribute("data-text", re.compile(r"^[0-9.]+ mm$"))


def test_marks_stay_on_their_image_and_can_be_undone_moved_and_deleted(ct: ViewerPage) -> None:
    ct.choose("length")
    draw(ct.viewport(), (300, 250), (420, 400))
    expect(_mark(ct, "length")).to_have_count(1)
    ct.scroll(1)
    expect(_mark(ct, "length")).to_have_count(0)
    ct.scroll(-1)
    expect(_mark(ct, "length")).to_have_count(1)
    before = _text(ct, "length")
    ct.press("w")
    draw(ct.viewport(), (420, 400), (500, 440))
    expect(_mark(ct, "length")).not_to_have_attribute("data-text", before)
    ct.press("Control+z")
    expect(_mark(ct, "length")).to_have_attribute("data-text", before)
    ct.press("Control+z")
    expect(_mark(ct, "length")).to_have_count(0)
    ct.press("Control+y")
    expect(_mark(ct, "length")).to_have_count(1)
    _mark(ct, "length").locator("circle").first.click()
    ct.press("Delete")
    expect(_mark(ct, "length")).to_have_count(0)


def test_every_kind_can_be_drawn_and_is_listed(ct: ViewerPage) -> None:
    ct.choose("angle")
    draw(ct.viewport(), (300, 300), (400, 300))
    ct.viewport().click(position={"x": 450, "y": 200})
    ct.choose("bidirectional")
    draw(ct.viewport(), (500, 300), (560, 340))
    ct.choose("polygon")
    for x, y in ((300, 450), (380, 450), (380, 520), (300, 450)):
        ct.viewport().click(position={"x": x, "y": y})
    ct.choose("cobb")
    draw(ct.viewport(), (600, 450), (680, 460))
    draw(ct.viewport(), (600, 540), (680, 520))
    ct.choose("arrow")
    draw(ct.viewport(), (700, 200), (640, 260))
    ct.page.get_by_label("Words at the arrow").fill("Here")
    ct.page.keyboard.press("Enter")
    for kind, text in (
        ("angle", "°"),
        ("bidirectional", "×"),
        ("polygon", "Mean"),
        ("cobb", "Cobb"),
        ("arrow", "Here"),
    ):
        expect(_mark(ct, kind)).to_have_attribute("data-text", re.compile(text))
    ct.command("marks")
    expect(ct.page.get_by_test_id("mark-row")).to_have_count(5)
    ct.page.get_by_role("button", name="Delete Arrow").click()
    expect(_mark(ct, "arrow")).to_have_count(0)


def test_the_probe_says_the_value_under_the_hand(ct: ViewerPage) -> None:
    ct.choose("probe")
    ct.viewport().hover(position={"x": 450, "y": 330})
    expect(ct.page.get_by_test_id("probe-text")).to_contain_text(re.compile(r"HU\s*column \d+, row \d+"))


def test_a_plain_film_says_what_its_millimetres_are_and_is_calibrated_by_a_known_length(
    hospital: RunningServer, new_page: NewPage
) -> None:
    viewer = _open(hospital, new_page, "CR")
    viewer.choose("length")
    draw(viewer.viewport(), (300, 250), (420, 400))
    length = _mark(viewer, "length")
    expect(length).to_have_attribute("data-text", re.compile(r"^[0-9.]+ mm; at the detector plane$"))
    expect(viewer.viewport().get_by_test_id("scale-text")).to_contain_text("at the detector plane")
    before = _text(viewer, "length")
    viewer.choose("calibration")
    draw(viewer.viewport(), (300, 450), (420, 600))
    viewer.page.get_by_label("Known length in millimetres").fill("37")
    viewer.press("Enter")
    expect(_mark(viewer, "calibration")).to_have_attribute("data-text", "37.0 mm, known; for this image alone")
    # the two lines are as long as each other on the film
    expect(length).to_have_attribute("data-text", "37.0 mm; calibrated by hand")
    ruler = viewer.viewport().get_by_test_id("scale-text")
    expect(ruler).to_contain_text("calibrated by hand")
    viewer.press("Control+z")
    expect(length).to_have_attribute("data-text", before)
    expect(ruler).to_contain_text("at the detector plane")
    viewer.press("Control+y")
    expect(length).to_have_attribute("data-text", "37.0 mm; calibrated by hand")
    saved = {mark["kind"]: mark for mark in _saved(viewer, hospital)}
    assert saved["calibration"]["known"] == 37
    again = ViewerPage(new_page()).open(viewer.page.url)
    again.expect_exact()
    again.command("marks")
    again.page.get_by_test_id("report-open").first.click()
    expect(again.page.get_by_test_id("mark-row").first).to_contain_text("37.0 mm, calibrated by hand")
    viewer.command("calibration")
    draw(viewer.viewport(), (500, 450), (500, 600))
    viewer.press("Enter")
    expect(_mark(viewer, "calibration")).to_have_count(1)


def test_what_says_its_size_in_the_patient_is_not_calibrated(ct: ViewerPage) -> None:
    ct.choose("calibration")
    draw(ct.viewport(), (300, 250), (420, 400))
    expect(ct.page.get_by_text("there is nothing to calibrate")).to_be_visible()
    expect(_mark(ct, "calibration")).to_have_count(0)


def test_saved_measurements_are_opened_again_and_changed(
    ct: ViewerPage, hospital: RunningServer, new_page: NewPage, tmp_path: Path
) -> None:
    ct.choose("length")
    draw(ct.viewport(), (300, 250), (420, 400))
    text = _text(ct, "length")
    [before] = _saved(ct, hospital)
    again = ViewerPage(new_page()).open(ct.page.url)
    again.expect_exact()
    again.command("marks")
    again.page.get_by_test_id("report-open").first.click()
    row = again.page.get_by_test_id("mark-row")
    expect(row).to_have_count(1)
    row.click()
    again.command("marks")
    expect(_mark(again, "length")).to_have_attribute("data-text", text)
    again.press("w")
    draw(again.viewport(), (420, 400), (500, 440))
    expect(_mark(again, "length")).not_to_have_attribute("data-text", text)
    [after] = _saved(again, hospital)
    assert after["id"] == before["id"]
    assert after["points"] != before["points"]
    again.command("marks")
    with again.page.expect_download() as download:
        again.page.get_by_test_id("report-file").first.click()
    file = tmp_path / "report.dcm"
    download.value.save_as(file)
    report = pydicom.dcmread(file)
    assert report.PredecessorDocumentsSequence
    again.page.get_by_label("Delete Length").click()
    again.page.get_by_label("Measurement report", exact=True).set_input_files(file)
    expect(row).to_have_count(1)


def test_window_marks_and_key_images_leave_as_dicom_and_are_found_again(
    ct: ViewerPage, hospital: RunningServer, new_page: NewPage
) -> None:
    ct.choose("length")
    draw(ct.viewport(), (300, 250), (420, 400))
    ct.press("2")
    ct.expect_exact()
    with ct.page.expect_response(lambda answer: answer.url.endswith("/presentation-states")) as saved:
        ct.press("Shift+V")
    state = _stored(hospital, saved.value.json())
    window = state.SoftcopyVOILUTSequence[0]
    assert (window.WindowCenter, window.WindowWidth) == ct.shown().window
    assert len(state.GraphicAnnotationSequence[0].GraphicObjectSequence) == 1
    ct.press("k")
    image = ct.shown().instance_uid
    ct.scroll(2)
    ct.press("k")
    ct.command("marks")
    expect(ct.page.get_by_test_id("key-row")).to_have_count(2)
    ct.page.get_by_test_id("keys-title").select_option("for-conference")
    with ct.page.expect_response(lambda answer: answer.url.endswith("/key-objects")) as saved:
        ct.page.get_by_test_id("keys-save").click()
    selection = _stored(hospital, saved.value.json())
    assert selection.ConceptNameCodeSequence[0].CodeMeaning == "For Conference"
    chosen = [one.ReferencedSOPSequence[0] for one in selection.ContentSequence if one.ValueType == "IMAGE"]
    assert chosen[0].ReferencedSOPInstanceUID == image
    assert len(chosen) == 2

    again = ViewerPage(new_page()).open(ct.page.url)
    badge = again.viewport().get_by_test_id("key-badge")
    expect(again.page.get_by_test_id("key-count").first).to_have_text("★ 2")
    expect(badge).to_be_hidden()
    again.press("Shift+PageDown")
    expect(again.viewport()).to_have_attribute("data-instance-uid", image)
    expect(badge).to_have_text("★ Key image · For Conference")
    again.press("Shift+PageDown")
    expect(again.viewport()).to_have_attribute("data-instance-uid", chosen[1].ReferencedSOPInstanceUID)
    again.press("Shift+PageUp")
    expect(again.viewport()).to_have_attribute("data-instance-uid", image)


def test_a_saved_presentation_is_applied_and_left(ct: ViewerPage, hospital: RunningServer, new_page: NewPage) -> None:
    ct.choose("length")
    draw(ct.viewport(), (300, 250), (420, 400))
    for key in ("2", "r", "h", "+", "+", "Control+ArrowLeft"):
        ct.press(key)
    ct.expect_exact()
    how = ("data-window-center", "data-window-width", "data-inverted")
    saved = [ct.viewport().get_attribute(name) for name in how]
    middle = ct.pixels()
    with ct.page.expect_response(lambda answer: answer.url.endswith("/presentation-states")):
        ct.press("Shift+V")

    again = ViewerPage(new_page()).open(ct.page.url)
    again.expect_exact()
    fresh = again.shown()
    again.press("Shift+D")
    again.page.get_by_test_id("state-row").first.click()
    sign = again.viewport().get_by_test_id("applied-state")
    expect(sign).to_contain_text("Presentation state LIGHTBOX")
    again.press("Shift+D")
    there = ct.shown().instance_uid
    for _ in range(40):
        if again.shown().instance_uid == there:
            break
        again.scroll(1)
    assert again.shown().instance_uid == there
    assert [again.viewport().get_attribute(name) for name in how] == saved
    expect(again.viewport().get_by_test_id("state-mark")).to_have_count(1)
    both = np.array([middle, again.pixels()], float)
    assert np.corrcoef(both)[0, 1] > 0.98, "it is seen from the same side, as near, and in the same place"
    again.press("i")
    expect(sign).to_contain_text("changed since")
    again.press("#")
    expect(sign).to_be_hidden()
    again.expect_exact()
    assert again.shown().window == fresh.window


def test_tables_overlays_and_bitmap_shutters_of_a_state_are_shown_live(
    ct: ViewerPage, hospital: RunningServer, new_page: NewPage
) -> None:
    """What no browser draws by itself comes with the pictures: zoom, window and turns stay the hand's."""
    shown = ct.shown()
    uids = {"study_uid": earliest_study(hospital, "CT"), "series_uid": shown.series_uid}
    image = _stored(hospital, {**uids, "instance_uid": shown.instance_uid})
    rows, columns = image.Rows, image.Columns
    table = item(LUTDescriptor=[2, 0, 8], LUTData=np.array([40, 200], "<u2").tobytes())
    table["LUTDescriptor"].VR = "SS"
    covered, written = np.zeros((2, rows, columns), "u1")
    covered[:, : columns // 4] = written[rows // 2 - 8 : rows // 2 + 8] = 1
    made = state(
        [image],
        SoftcopyVOILUTSequence=[item(VOILUTSequence=[table])],
        RescaleSlope=image.RescaleSlope,
        RescaleIntercept=image.RescaleIntercept,
        RescaleType="HU",
        ShutterShape="BITMAP",
        ShutterOverlayGroup=0x6002,
        ShutterPresentationValue=0x8080,
        GraphicLayerSequence=[layer("A", 1, grey=0xFFFF)],
        ContentDescription="In two greys",
    )
    with_plane(with_plane(made, 0x6002, covered), 0x6000, written, layer="A")
    content = part10(made)
    stored = httpx.post(f"{hospital.dicomweb}/studies", content=content, headers={"Content-Type": "application/dicom"})
    assert stored.status_code == 200, stored.text
    ct.press("Shift+D")
    ct.page.get_by_test_id("state-row").filter(has_text="In two greys").click()
    sign = ct.viewport().get_by_test_id("applied-state")
    expect(sign).to_have_text("Presentation state In two greys")
    ct.press("Shift+D")
    expect(ct.viewport()).not_to_have_attribute("data-window-center", re.compile("."))
    ct.expect_exact()
    assert _greys(ct) == {40, 200, 255}
    far = ViewerPage(new_page()).open(ct.start_session("Anna Radiologist"))
    far.join_as("Bert Surgeon")
    expect(far.viewport().get_by_test_id("applied-state")).to_have_text(re.compile("^Presentation state In two greys"))
    far.expect_exact()
    assert _greys(far) == {40, 200, 255}, "who follows sees what the leader sees"
    ct.press("+")
    ct.press("i")
    expect(sign).to_contain_text("changed since")
    expect(ct.viewport()).to_have_attribute("data-inverted", "true")
    ct.expect_exact()
    assert _greys(ct) == {0, 55, 215}
    ct.press("i")
    ct.press("2")
    # a window of one's own goes before the table
    expect(ct.viewport()).to_have_attribute("data-window-center", "-600")
    ct.expect_exact()
    assert not {40, 200} & _greys(ct)
    with ct.page.expect_download():
        ct.press("Control+s")
    expect(ct.page.get_by_test_id("notice")).to_contain_text("Look whether a name was written into the image.")
    ct.press("#")
    ct.expect_shows(shown)
    expect(far.viewport().get_by_test_id("applied-state")).to_be_hidden()
    far.expect_shows(shown)


def _greys(viewer: ViewerPage) -> set[int]:
    """The greys of the middle of the picture that are more than edges between two others."""
    values, counts = np.unique(viewer.pixels(), return_counts=True)
    return {int(value) for value in values[counts > counts.sum() / 20]}
