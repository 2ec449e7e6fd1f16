"""Opening the viewer from elsewhere: what is asked for is on the screen, and nothing of the patient in the address."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer
from tests.factories import image, multipart, part10
from tests.states import content, report, state, without_pixels

NewPage = Callable[..., Page]
NOTE_FIRST_PICTURE = """
performance.setResourceTimingBufferSize(5000);
new MutationObserver((_, watching) => {
    const { quality } = document.querySelector('[data-testid="viewport"]')?.dataset ?? {};
    if (quality !== 'preview' && quality !== 'exact') return;
    watching.disconnect();
    performance.mark('first-picture');
}).observe(document, { subtree: true, childList: true, attributes: true });
"""
ASKED_BY_THEN = """() => {
    const [{ startTime }] = performance.getEntriesByName('first-picture');
    const asked = performance.getEntriesByType('resource').filter((one) => one.startTime <= startTime);
    return asked.map(({ name, decodedBodySize }) => [new URL(name).pathname, decodedBodySize]);
}"""


def _study(server: RunningServer, modality: str) -> dict[str, str]:
    found = httpx.get(f"{server.dicomweb}/studies", params={"ModalitiesInStudy": modality, "limit": 1}).json()[0]
    return {
        name: found[tag]["Value"][0] for name, tag in (("uid", "0020000D"), ("number", "00080050"), ("id", "00100020"))
    }


def test_little_of_our_own_is_loaded_up_to_the_first_picture(hospital: RunningServer, new_page: NewPage) -> None:
    page = new_page()
    page.add_init_script(NOTE_FIRST_PICTURE)
    ViewerPage(page).open(f"{hospital.address}/viewer?StudyInstanceUIDs={_study(hospital, 'CT')['uid']}").expect_exact()
    asked = page.evaluate(ASKED_BY_THEN)
    modules = {path: size for path, size in asked if path.endswith(".js")}
    assert 20 < len(modules) <= 60
    assert 50_000 < sum(modules.values()) <= 150_000
    assert not [path for path in modules if path.endswith("/desk.js")]
    searches = [path for path, _ in asked if path.startswith("/dicomweb/") and not path.endswith("/rendered")]
    assert len(searches) == 3, "study, series and instances, each once"


def test_a_patient_or_an_accession_opens_the_study(hospital: RunningServer, new_page: NewPage) -> None:
    study = _study(hospital, "CT")
    viewer = ViewerPage(new_page())
    for query in (
        f"STUDY&accessionNumber={study['number']}",
        f"PATIENT&patientID={study['id']}^^^NHS&modalitiesInStudy=CT",
    ):
        viewer.open(f"{hospital.address}/IHEInvokeImageDisplay?requestType={query}")
        viewer.expect_exact()
        assert viewer.page.url == f"{hospital.address}/viewer?StudyInstanceUIDs={study['uid']}"


def test_what_matches_nothing_is_said_on_a_page(hospital: RunningServer, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{hospital.address}/IHEInvokeImageDisplay?requestType=STUDY&accessionNumber=NONE")
    expect(page.get_by_role("heading", name="Nothing to show")).to_be_visible()
    page.get_by_role("link", name="Go to the worklist").click()
    expect(page.get_by_test_id("studies")).to_be_visible()


def test_nothing_but_key_images_is_shown_and_that_is_said(hospital: RunningServer, new_page: NewPage) -> None:
    study = _study(hospital, "MR")["uid"]
    address = f"{hospital.address}/IHEInvokeImageDisplay?requestType=STUDY&studyUID={study}&keyImagesOnly=true"
    viewer = ViewerPage(new_page())
    viewer.page.goto(address)
    expect(viewer.page.get_by_role("link", name="Open all images")).to_be_visible()
    chosen = httpx.get(f"{hospital.dicomweb}/studies/{study}/instances").json()[3:5]
    images = [
        {"study_uid": study, "series_uid": one["0020000E"]["Value"][0], "instance_uid": one["00080018"]["Value"][0]}
        for one in chosen
    ]
    body = {"images": [one | {"frame_number": 1} for one in images]}
    assert httpx.post(f"{hospital.address}/api/studies/{study}/key-objects", json=body).status_code == 201
    viewer.open(address)
    viewer.expect_exact()
    viewer.press("End")
    viewer.expect_exact()
    assert viewer.shown().instance_uid in {one["instance_uid"] for one in images}
    expect(viewer.page.get_by_test_id("series")).to_have_count(len({one["series_uid"] for one in images}))
    expect(viewer.page.get_by_test_id("only-key-images")).to_contain_text("Key images only")
    viewer.page.get_by_role("link", name="Show all images").click()
    expect(viewer.page.get_by_test_id("series").nth(2)).to_be_visible()
    expect(viewer.page.get_by_test_id("only-key-images")).to_have_count(0)


def test_a_signed_link_and_an_image_in_the_address(hospital: RunningServer, new_page: NewPage) -> None:
    study = _study(hospital, "CT")["uid"]
    link = httpx.post(f"{hospital.address}/api/links", json={"StudyInstanceUIDs": [study]}).json()["address"]
    viewer = ViewerPage(new_page()).open(link)
    first = viewer.shown()
    instances = httpx.get(f"{hospital.dicomweb}/studies/{study}/instances").json()
    wanted = next(uid for one in instances if (uid := one["00080018"]["Value"][0]) != first.instance_uid)
    viewer.open(f"{hospital.address}/viewer?StudyInstanceUIDs={study}&initialSOPInstanceUID={wanted}")
    assert viewer.shown().instance_uid == wanted


def test_what_is_no_image_is_read_or_named(new_page: NewPage, tmp_path_factory: pytest.TempPathFactory) -> None:
    source = image(Rows=64, Columns=64, PixelData=bytes(2 * 64 * 64))
    told = report(content("TEXT", "Finding", TextValue="A nodule of 8 mm."), title="Chest report", SeriesNumber=2)
    shown = state([source], SeriesNumber=3)
    contour = without_pixels(SOPClassUID="1.2.840.10008.5.1.4.1.1.481.3", Modality="RTSTRUCT", SeriesNumber=4)
    for one in (told, contour):
        one.StudyInstanceUID = source.StudyInstanceUID
    server = RunningServer(tmp_path_factory.mktemp("documents") / "root").start()
    try:
        body, headers = multipart(*map(part10, (source, told, shown, contour)))
        assert httpx.post(f"{server.dicomweb}/studies", content=body, headers=headers).status_code == 200
        viewer = ViewerPage(new_page()).open(f"{server.address}/viewer?StudyInstanceUIDs={source.StudyInstanceUID}")
        page = viewer.page
        series = page.get_by_test_id("series")
        expect(series).to_have_count(4)
        series.nth(1).click()
        expect(page.get_by_test_id("document-text")).to_contain_text("A nodule of 8 mm.")
        series.nth(2).click()
        expect(page.get_by_test_id("document-picture")).to_have_js_property("naturalWidth", 64)
        series.nth(3).click()
        expect(page.get_by_test_id("document-kind")).to_contain_text("radiotherapy structure set")
        series.nth(0).click()
        viewer.expect_exact()
        expect(page.locator("document-layer").first).to_be_hidden()
    finally:
        server.stop()
