"""Makes the screenshots of the docs from the simulator's studies: `make looks`, then look at them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from e2e.pages.planes import Planes
from e2e.pages.viewer import ViewerPage, draw
from e2e.pages.worklist import WorklistPage
from e2e.running import RunningServer, send
from simulator.studies import make_study

NewPage = Callable[..., Page]
IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the demo's studies at full size."""
    server = RunningServer(tmp_path_factory.mktemp("looks") / "root").start()
    send(server, seed=2026, scale="full")
    yield server
    server.stop()


def _studies(server: RunningServer, modality: str) -> str:
    found = httpx.get(f"{server.dicomweb}/studies", params={"ModalitiesInStudy": modality}).json()
    return ",".join(study["0020000D"]["Value"][0] for study in found)


def _save(page: Page, name: str, least: int = 20_000) -> None:
    page.mouse.move(2, 2)
    picture = page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    assert len(picture) > least


def _side_by_side(viewer: ViewerPage) -> None:
    """The newest study left, the last series right."""
    if viewer.viewport(1).count() == 0:
        viewer.command("layout")
    expect(viewer.viewport(1)).to_be_visible()
    expect(viewer.page.get_by_test_id("series").nth(1)).to_be_visible()
    viewer.viewport(1).click(position={"x": 30, "y": 200})
    viewer.page.get_by_test_id("series").last.click()
    viewer.expect_exact(1)


def test_worklist(full: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page(1440, 620)).open(full.address)
    expect(worklist.studies).to_have_count(5)
    for _ in range(2):
        worklist.page.keyboard.press("ArrowDown")
    thumbnail = worklist.page.get_by_test_id("preview-series").locator("img").first
    expect(thumbnail).to_have_js_property("complete", True)
    expect(worklist.page.get_by_test_id("preview-priors").locator("li")).to_have_count(1)
    _save(worklist.page, "worklist")


def test_worklist_without_studies_or_answer(new_server: Callable[[], RunningServer], new_page: NewPage) -> None:
    worklist = WorklistPage(new_page(1280, 480)).open(new_server().address)
    expect(worklist.state).to_contain_text("no studies yet")
    _save(worklist.page, "worklist-empty", 10_000)
    worklist.page.route("**/dicomweb/**", lambda route: route.abort())
    worklist.search("Ashworth")
    expect(worklist.state).to_contain_text("did not work")
    _save(worklist.page, "worklist-failed", 10_000)


def test_worklist_for_who_may_not_look_and_a_study_that_is_not_there(
    hospital: RunningServer, new_page: NewPage
) -> None:
    page = new_page(1280, 480)
    refusal = '{"title": "Your role has no right to search.", "status": 403, "code": "not-allowed"}'
    page.route("**/dicomweb/studies?*", lambda route: route.fulfill(status=403, body=refusal))
    worklist = WorklistPage(page).open(hospital.address)
    expect(worklist.state).to_contain_text("You may not look")
    _save(page, "worklist-refused", 10_000)
    page.unroute_all()
    page.goto(f"{hospital.address}/viewer?StudyInstanceUIDs=1.2.3")
    expect(page.get_by_test_id("problem")).to_contain_text("no such study")
    expect(page.locator("tool-bar")).to_be_attached()
    _save(page, "viewer-nothing", 10_000)


def test_worklist_from_which_a_meeting_is_prepared(full: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page(1440, 760)).open(full.address)
    worklist.modality("CT")
    expect(worklist.studies).to_have_count(2)
    expect(worklist.preview).to_contain_text("CT Thorax")
    expect(worklist.page.get_by_test_id("preview-priors").locator("li")).to_have_count(1)
    worklist.page.keyboard.press("Escape")
    worklist.page.keyboard.press("m")
    worklist.page.keyboard.type("Has the nodule grown? Resectable?")
    worklist.page.get_by_test_id("meeting-name").fill("Lung MDT")
    worklist.page.keyboard.press("Enter")
    expect(worklist.page.get_by_test_id("meeting-said")).to_contain_text("first case")
    _save(worklist.page, "worklist-meeting")


def test_worklist_on_a_phone_and_its_keys(full: RunningServer, new_page: NewPage) -> None:
    phone = WorklistPage(new_page(390, 844, touch=True)).open(full.address)
    expect(phone.page.get_by_test_id("preview-series").locator("img").first).to_be_visible()
    _save(phone.page, "worklist-phone")
    worklist = WorklistPage(new_page(1280, 620)).open(full.address)
    expect(worklist.studies).to_have_count(5)
    worklist.page.keyboard.press("Escape")
    worklist.page.keyboard.press("?")
    expect(worklist.page.get_by_test_id("key-sheet")).to_be_visible()
    _save(worklist.page, "worklist-keys")


def test_worklist_while_files_are_stored(hospital: RunningServer, new_page: NewPage, tmp_path: Path) -> None:
    worklist = WorklistPage(new_page(1440, 620)).open(hospital.address)
    expect(worklist.studies).to_have_count(5)
    study = make_study("brain-mr", 3, scale="small", slices=40)
    files = [tmp_path / "notes.txt", *(tmp_path / f"image-{n:03}.dcm" for n, _ in enumerate(study.instances(), 1))]
    files[0].write_text("no image")
    for path, instance in zip(files[1:], study.instances(), strict=True):
        path.write_bytes(instance.data)
    sent = 0

    def hold(route: Route) -> None:
        nonlocal sent
        sent += 1
        if sent == 1:  # the second request is on its way when the picture is taken
            route.continue_()

    worklist.page.route(
        "**/dicomweb/studies", lambda route: hold(route) if route.request.method == "POST" else route.continue_()
    )
    worklist.store(files)
    expect(worklist.page.get_by_test_id("storing-files").locator("li").nth(20)).to_be_attached()
    _save(worklist.page, "worklist-storing")


def test_chest_ct_beside_its_prior(full: RunningServer, new_page: NewPage) -> None:
    viewer = ViewerPage(new_page(1440, 810)).open(f"{full.address}/viewer?StudyInstanceUIDs={_studies(full, 'CT')}")
    viewer.expect_exact()
    _side_by_side(viewer)
    for number, slices in ((0, 66), (1, 44)):
        viewer.scroll(slices, number)
        viewer.expect_exact(number)
    _save(viewer.page, "viewer")


def test_a_film_beside_the_one_before(full: RunningServer, new_page: NewPage) -> None:
    viewer = ViewerPage(new_page(1440, 810)).open(f"{full.address}/viewer?StudyInstanceUIDs={_studies(full, 'CR')}")
    viewer.expect_exact()
    _side_by_side(viewer)
    viewer.expect_exact(0)
    _save(viewer.page, "viewer-cr")


def test_three_sequences_of_a_brain_that_go_along(full: RunningServer, new_page: NewPage) -> None:
    viewer = ViewerPage(new_page(1440, 810)).open(f"{full.address}/viewer?StudyInstanceUIDs={_studies(full, 'MR')}")
    viewer.expect_exact(2)
    viewer.press("l")
    viewer.scroll(14)
    for number in range(3):
        viewer.expect_exact(number)
    expect(viewer.page.get_by_test_id("notice")).to_be_hidden()
    _save(viewer.page, "viewer-mr")


def test_planes_through_a_chest(full: RunningServer, new_page: NewPage) -> None:
    study = make_study("chest-ct", 2026, scale="full")
    viewer = ViewerPage(new_page(1440, 860)).open(f"{full.address}/viewer?StudyInstanceUIDs={study.study_uid}")
    viewer.expect_exact()
    planes = Planes(viewer.page).open()
    planes.go_to(*study.truth()["lesions"][0]["center_mm"])
    viewer.press("2")
    planes.expect_exact()
    viewer.expect_exact()
    _save(viewer.page, "planes")


def test_measurements_on_a_pair_of_films(full: RunningServer, new_page: NewPage) -> None:
    study = make_study("knee-cr", 2026, scale="full").study_uid
    viewer = ViewerPage(new_page(1440, 860)).open(f"{full.address}/viewer?StudyInstanceUIDs={study}")
    viewer.expect_exact(1)
    viewer.command("marks")
    expect(viewer.page.get_by_test_id("marks-close")).to_be_visible()
    strokes = {
        "length": (0, (168, 404), (303, 404)),
        "ellipse": (0, (165, 345), (225, 385)),
        "cobb": (1, (197, 404), (287, 401)),
    }
    for tool, (number, start, end) in strokes.items():
        viewer.command(tool)
        draw(viewer.viewport(number), start, end)
    draw(viewer.viewport(1), (195, 640), (285, 652))
    expect(viewer.page.get_by_test_id("mark-row")).to_have_count(3)
    expect(viewer.page.locator('[data-kind="ellipse"]')).to_have_attribute("data-text", re.compile("Mean"))
    _save(viewer.page, "measurements")


def test_a_session_of_two(full: RunningServer, new_page: NewPage) -> None:
    leader, follower = ViewerPage(new_page(1280, 760)), ViewerPage(new_page(1280, 760))
    study = _studies(full, "CT").partition(",")[0]
    leader.open(f"{full.address}/viewer?StudyInstanceUIDs={study}")
    leader.expect_exact()
    address = leader.start_session("Dr Amara Okafor, Radiology")
    follower.open(address)
    follower.join_as("Siân Pritchard, Physiotherapy")
    leader.scroll(70)
    leader.press("2")
    follower.expect_shows(leader.shown())
    leader.tap("p")
    leader.viewport().hover(position={"x": 120, "y": 300})
    leader.viewport().hover(position={"x": 132, "y": 312})
    expect(follower.pointer("Okafor")).to_be_visible()
    picture = follower.page.screenshot(path=IMAGES / "session.png", animations="disabled")
    assert len(picture) > 20_000


def test_a_phone(full: RunningServer, new_page: NewPage) -> None:
    viewer = ViewerPage(new_page(390, 844, touch=True))
    viewer.open(f"{full.address}/viewer?StudyInstanceUIDs={_studies(full, 'CT').partition(',')[0]}")
    viewer.expect_exact()
    for _ in range(6):
        viewer.press("Shift+ArrowDown")
    viewer.press("2")
    viewer.expect_exact()
    _save(viewer.page, "phone")


def test_a_picture_that_cannot_be_had(full: RunningServer, new_page: NewPage) -> None:
    viewer = ViewerPage(new_page(1440, 810))
    viewer.open(f"{full.address}/viewer?StudyInstanceUIDs={_studies(full, 'CT').partition(',')[0]}")
    viewer.expect_exact(1)
    viewer.page.route("**/rendered**", lambda route: route.abort())
    viewer.viewport(0).click(position={"x": 30, "y": 300})
    viewer.press("3")
    expect(viewer.viewport(0).get_by_test_id("viewport-message")).to_contain_text("does not answer")
    _save(viewer.page, "no-answer")
