"""Finding a study: search as you type, the keyboard all through, and every state in words."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.pages.viewer import ViewerPage
from e2e.pages.worklist import WorklistPage
from e2e.running import RunningServer

NewPage = Callable[..., Page]


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
    expect(worklist.state).to_be_visible()
    expect(worklist.state).not_to_be_empty()


def test_modality_narrows_the_list(worklist: WorklistPage) -> None:
    worklist.page.get_by_test_id("modality").select_option("CR")
    expect(worklist.studies).to_have_count(2)


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


def test_an_unreachable_archive_is_said_in_words(worklist: WorklistPage) -> None:
    expect(worklist.studies).to_have_count(5)
    worklist.page.route("**/dicomweb/**", lambda route: route.abort())
    worklist.search("x")
    expect(worklist.state).to_be_visible()
    expect(worklist.state).not_to_be_empty()
