"""Finding a study: search as you type, the keyboard all through, a look first, files stored, every state in words."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from e2e.pages.viewer import ViewerPage
from e2e.pages.worklist import WorklistPage
from e2e.running import RunningServer
from tests.factories import image, multipart, part10
from tests.states import content, report

NewPage = Callable[..., Page]
MANY = 250


@pytest.fixture
def worklist(hospital: RunningServer, new_page: NewPage) -> WorklistPage:
    return WorklistPage(new_page()).open(hospital.address)


def _patient(server: RunningServer, modality: str) -> tuple[str, str]:
    """Surname and number of the patient of a modality's newest study."""
    study = httpx.get(f"{server.dicomweb}/studies", params={"ModalitiesInStudy": modality, "limit": 1}).json()[0]
    return study["00100010"]["Value"][0]["Alphabetic"].partition("^")[0], study["00100020"]["Value"][0]


def test_all_studies_are_listed_newest_first(worklist: WorklistPage) -> None:
    expect(worklist.studies).to_have_count(5)
    dates = worklist.studies.evaluate_all(
        "rows => rows.map(row => row.innerText.match(/\\d{2}-[A-Z][a-z]{2}-\\d{4} \\d/)[0])"
    )
    years = [date[7:11] for date in dates]
    assert years == sorted(years, reverse=True)


def test_search_finds_by_name_without_case_and_by_number(worklist: WorklistPage, hospital: RunningServer) -> None:
    surname, number = _patient(hospital, "MR")
    worklist.search(surname.lower())
    expect(worklist.studies.first).to_contain_text(surname.upper())
    worklist.search(number)
    expect(worklist.studies).to_have_count(1)
    expect(worklist.studies).to_contain_text("MR")


def test_a_search_without_matches_says_so_in_words(worklist: WorklistPage) -> None:
    worklist.search("nobody of this name")
    expect(worklist.studies).to_have_count(0)
    expect(worklist.state).to_contain_text("No study matches")


def test_modality_narrows_the_list(worklist: WorklistPage) -> None:
    worklist.modality("X-ray")
    expect(worklist.studies).to_have_count(2)
    worklist.page.keyboard.press("ArrowDown")
    expect(worklist.studies.nth(1)).to_be_focused()
    assert worklist.studies.nth(1).evaluate("row => row.matches(':focus-visible[aria-current]')")
    worklist.page.get_by_test_id("modality-All").focus()
    worklist.page.keyboard.press("Enter")
    expect(worklist.studies).to_have_count(5)
    expect(worklist.page.get_by_test_id("modality-All")).to_be_focused()


def test_the_keyboard_opens_a_study(worklist: WorklistPage) -> None:
    expect(worklist.studies).to_have_count(5)
    study_uid = worklist.studies.nth(1).get_attribute("data-study-uid")
    worklist.page.get_by_test_id("search").press("ArrowDown")
    worklist.studies.nth(0).focus()
    worklist.page.keyboard.press("ArrowDown")
    worklist.page.keyboard.press("Enter")
    worklist.page.wait_for_url(re.compile("/viewer"))
    assert str(study_uid) in worklist.page.url
    ViewerPage(worklist.page).expect_exact()


def _answered_otherwise(worklist: WorklistPage, server: RunningServer, otherwise: Callable[[Route], None]) -> None:
    """Opens the list, and has the next search answered otherwise than by the server."""
    begun = threading.Event()
    # in the way from the start: what is put there later may miss the next request
    worklist.page.route("**/dicomweb/**", lambda route: otherwise(route) if begun.is_set() else route.continue_())
    worklist.open(server.address)
    expect(worklist.studies).to_have_count(5)
    begun.set()
    worklist.search("x")


def test_an_unreachable_archive_is_said_in_words(hospital: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page())
    _answered_otherwise(worklist, hospital, lambda route: route.abort())
    expect(worklist.state).to_contain_text("The search did not work")


def test_who_may_not_look_is_told_so(hospital: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page())
    problem = '{"title": "You may not search here.", "status": 403, "code": "not-allowed"}'
    _answered_otherwise(worklist, hospital, lambda route: route.fulfill(status=403, body=problem))
    expect(worklist.page.locator("study-list")).to_have_attribute("data-state", "refused")
    expect(worklist.state).to_contain_text("You may not look at studies here")
    expect(worklist.preview).to_be_hidden()


def test_a_study_is_looked_at_before_it_is_opened(worklist: WorklistPage, hospital: RunningServer) -> None:
    expect(worklist.studies).to_have_count(5)
    surname, _ = _patient(hospital, "CT")
    worklist.studies.filter(has_text=surname.upper()).first.click(position={"x": 300, "y": 10})
    expect(worklist.preview).to_contain_text(surname.upper())
    expect(worklist.page.get_by_test_id("preview-series").locator("img").first).to_be_visible()
    expect(worklist.page.get_by_test_id("preview-priors").locator("li")).to_have_count(1)
    worklist.page.keyboard.press("p")
    worklist.page.wait_for_url(re.compile(r"StudyInstanceUIDs=[0-9.]+,[0-9.]+$"))
    viewer = ViewerPage(worklist.page)
    viewer.expect_exact(0)
    viewer.expect_exact(1)


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with many small studies, and a report in the newest."""
    server = RunningServer(tmp_path_factory.mktemp("district") / "root").start()
    made = [
        image(
            PatientName=f"PATIENT^Number {n}",
            PatientID=f"P{n:04}",
            StudyDate=f"{2000 + n // 100}0101",
            AccessionNumber=f"A{n}",
            InstitutionName="Eastgate Clinic" if n % 5 else "Moorland Infirmary",
        )
        for n in range(MANY)
    ]
    told = report(content("TEXT", "Finding", TextValue="A nodule of 8 mm."), title="Chest report")
    for keyword in ("StudyInstanceUID", "PatientName", "PatientID", "StudyDate", "AccessionNumber"):
        setattr(told, keyword, made[-1][keyword].value)
    body, headers = multipart(*map(part10, [*made, told]))
    assert httpx.post(f"{server.dicomweb}/studies", content=body, headers=headers, timeout=60).status_code == 200
    yield server
    server.stop()


def test_a_long_list_is_read_as_it_is_scrolled(district: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page()).open(district.address)
    expect(worklist.state).to_have_text(f"{MANY} studies")
    assert worklist.studies.count() < 60
    worklist.page.keyboard.press("Escape")
    expect(worklist.current).to_be_focused()
    worklist.page.keyboard.press("End")
    expect(worklist.current).to_have_attribute("aria-rowindex", str(MANY + 1))
    expect(worklist.current).to_be_focused()
    expect(worklist.preview).to_contain_text("01-Jan-2000")
    assert worklist.studies.count() < 60


def test_a_place_is_found_by_its_name_by_choice_and_by_key(district: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page()).open(district.address)
    expect(worklist.state).to_have_text(f"{MANY} studies")
    worklist.search("moorland")
    expect(worklist.state).to_have_text(f"{MANY // 5} studies")
    worklist.search("")
    worklist.page.keyboard.press("Escape")
    worklist.page.keyboard.press("o")
    chosen = worklist.page.get_by_test_id("institution")
    expect(chosen).to_be_focused()
    chosen.select_option("Eastgate Clinic")
    expect(worklist.state).to_have_text(f"{MANY - MANY // 5} studies")
    expect(worklist.preview).to_contain_text("Eastgate Clinic")


def test_a_study_is_put_on_the_agenda_of_a_meeting(hospital: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page()).open(hospital.address)
    worklist.modality("CT")
    expect(worklist.studies).to_have_count(2)
    expect(worklist.preview).to_contain_text("CT Thorax")
    expect(worklist.page.get_by_test_id("preview-priors").locator("li")).to_have_count(1)
    worklist.page.keyboard.press("Escape")
    worklist.page.keyboard.press("m")
    said = worklist.page.get_by_test_id("meeting-said")
    expect(worklist.page.get_by_test_id("case-question")).to_be_focused()
    worklist.page.keyboard.type("Resectable?")
    worklist.page.get_by_test_id("meeting-begin").click()
    expect(said).to_contain_text("a name")
    expect(worklist.page.get_by_test_id("meeting-name")).to_be_focused()
    worklist.page.keyboard.type("Worklist MDT")
    worklist.page.keyboard.press("Enter")
    expect(said).to_contain_text("first case")
    worklist.page.keyboard.press("Escape")
    expect(worklist.page.get_by_test_id("meeting-dialog")).to_be_hidden()
    worklist.page.keyboard.press("m")
    worklist.page.get_by_test_id("meeting-add").filter(has_text="Worklist MDT").click()
    expect(said).to_contain_text("Case 2 of Worklist MDT")
    address = said.get_by_role("link").get_attribute("href")
    session = httpx.get(f"{hospital.address}/api/sessions/{str(address).partition('=')[2]}").json()
    assert [(case["question"], len(case["study_uids"])) for case in session["cases"]] == [("Resectable?", 2), ("", 2)]


def test_who_leaves_takes_their_habits_and_pictures_along(hospital: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page()).open(hospital.address)
    expect(worklist.page.get_by_test_id("preview-series").locator("img").first).to_be_visible()
    worklist.page.evaluate("() => localStorage.setItem('lightbox.preferences', '{}')")
    worklist.page.keyboard.press("Escape")
    worklist.page.keyboard.press("Shift+X")
    expect(worklist.page.get_by_role("heading", name="This desk is clear")).to_be_visible()
    assert worklist.page.evaluate("() => localStorage.length") == 0


def test_every_key_of_the_list_is_on_its_sheet_and_can_be_searched(district: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page()).open(district.address)
    expect(worklist.state).to_have_text(f"{MANY} studies")
    worklist.page.keyboard.press("Escape")
    worklist.page.keyboard.press("?")
    sheet = worklist.page.get_by_test_id("key-sheet")
    rows = sheet.locator("dl > div:not([hidden])")
    expect(rows.nth(25)).to_be_attached()
    worklist.page.get_by_test_id("key-search").fill("store folder")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Shift U")
    worklist.page.keyboard.press("Escape")
    worklist.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_keys_of_the_list_are_a_persons_own_and_stay(district: RunningServer, new_page: NewPage) -> None:
    page = WorklistPage(new_page()).open(district.address).page
    expect(page.get_by_test_id("study").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    said = page.get_by_test_id("key-said")
    page.get_by_test_id("key-list-organisation").click()
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("the same for everybody")
    page.get_by_test_id("key-list-organisation").click()
    page.keyboard.press("m")
    expect(said).to_contain_text("It was that of “Add this study to a meeting")
    page.get_by_test_id("key-list-meet").click()
    page.keyboard.press("Alt+Shift+M")
    expect(page.get_by_test_id("key-list-meet")).to_contain_text("Alt Shift M")
    page.reload()
    meeting = page.get_by_test_id("preview-meeting")
    expect(meeting).to_have_attribute("title", re.compile("— Alt Shift M$"))
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(page.get_by_test_id("institution")).to_be_focused()
    page.keyboard.press("Alt+Shift+M")
    expect(page.get_by_test_id("meeting-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_test_id("keys").click()
    page.keyboard.press("Alt+u")
    expect(meeting).to_have_attribute("title", re.compile("— M$"))
    assert page.evaluate("() => JSON.parse(localStorage['lightbox.preferences']).keys") == {}


def test_the_report_is_read_in_the_preview(district: RunningServer, new_page: NewPage) -> None:
    worklist = WorklistPage(new_page()).open(district.address)
    worklist.search(f"P{MANY - 1:04}")
    expect(worklist.page.get_by_test_id("preview-report")).to_contain_text("A nodule of 8 mm.")


def test_files_are_stored_and_each_has_its_result(district: RunningServer, new_page: NewPage, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("good.dcm", "no-class.dcm", "notes.txt")]
    good = image(PatientName="DROPPED^File", PatientID="DROP1", StudyDate="20261122")
    files[0].write_bytes(part10(good))
    files[1].write_bytes(part10(image(SOPClassUID=None)))
    files[2].write_text("no image")
    worklist = WorklistPage(new_page()).open(district.address)
    worklist.search("DROP1")
    expect(worklist.studies).to_have_count(0)
    worklist.store(files)
    expect(worklist.page.get_by_test_id("storing-state")).to_have_text("1 file stored, 2 not.")
    expect(worklist.page.get_by_role("button", name="Store again")).to_be_hidden()
    lines = worklist.page.get_by_test_id("storing-files").locator("li")
    expect(lines.filter(has_text="good.dcm")).to_contain_text("Stored")
    expect(lines.filter(has_text="no-class.dcm")).to_contain_text("SOP Class UID")
    expect(lines.filter(has_text="notes.txt")).to_contain_text("no DICOM file")
    expect(worklist.studies).to_have_count(1)
    worklist.page.route("**/dicomweb/studies", lambda route: route.abort())
    worklist.store(files[:1])
    expect(worklist.page.get_by_test_id("storing-state")).to_have_text("0 files stored, 1 not.")
    worklist.page.unroute("**/dicomweb/studies")
    worklist.page.keyboard.press("Escape")
    worklist.page.keyboard.press("Shift+R")
    expect(worklist.page.get_by_test_id("storing-state")).to_have_text("1 file stored.")
    worklist.page.get_by_test_id("storing-close").click()
    expect(worklist.page.get_by_test_id("storing")).to_be_hidden()


def test_a_dropped_folder_is_listed_and_a_large_file_is_seen_to_move(
    district: RunningServer, new_page: NewPage, tmp_path: Path
) -> None:
    folder = tmp_path / "disc" / "images"
    folder.mkdir(parents=True)
    large = image(PatientID="LARGE1", Rows=1024, Columns=1024, PixelData=bytes(2 * 1024 * 1024))
    (folder / "large.dcm").write_bytes(part10(large))
    worklist = WorklistPage(new_page()).open(district.address)
    page = worklist.page
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    line = {"offline": False, "latency": 1, "downloadThroughput": -1, "uploadThroughput": 2_000_000}
    wire.send("Network.emulateNetworkConditions", line)
    page.evaluate(
        """() => {
            window.told = [];
            const named = name => document.querySelector(`[data-testid="storing-${name}"]`);
            const [bar, moving] = [named('progress'), named('moving')];
            const note = () => window.told.push([bar.value / bar.max, moving.textContent]);
            new MutationObserver(note).observe(moving, { childList: true });
        }"""
    )
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(tmp_path / "disc")], "dragOperationsMask": 1}
        wire.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 400, "data": data})
    expect(page.get_by_test_id("storing-state")).to_have_text("1 file stored.")
    told = page.evaluate("() => window.told")
    assert "1 file found so far" in [text for _, text in told]
    moved = [share for share, text in told if "% of 2.1 MB sent" in text]
    assert len([share for share in moved if 0 < share < 1]) >= 3
    assert moved == sorted(moved)
