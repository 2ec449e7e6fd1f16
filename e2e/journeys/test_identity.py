"""Whose images these are can be read on any screen: nothing lies over it, and what is missing is said."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from e2e.pages.viewer import ViewerPage, drawn
from e2e.running import RunningServer, earliest_study

NewPage = Callable[..., Page]
LONG = "Featherstonehaugh-Warrington^Maximiliana^Persephone^Prof Dame"
OVER = """() => {
    const boxes = [...document.querySelectorAll('viewport-text')].flatMap(words => {
        const all = [...words.querySelectorAll('.corner > span, .letter')];
        const shown = all.filter(one => one.textContent && one.checkVisibility());
        return [shown.map(one => [one, one.getBoundingClientRect()])];
    });
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return boxes.flatMap(all => all.flatMap(([one, box], i) => all.slice(i + 1).filter(([, other]) => meet(box, other))
        .map(([other]) => `${one.textContent} and ${other.textContent}`)));
}"""


def _answer(route: Route, name: str, number: str) -> None:
    response = route.fetch(max_retries=1)  # a kept connection may end as it is used: RFC 9112 9.3.1, as browsers do
    studies = response.json() if response.status == 200 else []
    for study in studies:
        if "00100010" in study:
            study["00100010"] = {"vr": "PN", "Value": [{"Alphabetic": name}] if name else []}
            study["00100020"] = {"vr": "LO", "Value": [number] if number else []}
            study["00081030"] = {"vr": "LO", "Value": ["CT Thorax abdomen pelvis with contrast, portal venous phase"]}
    route.fulfill(response=response, json=studies) if studies else route.fulfill(response=response)


def _opened(hospital: RunningServer, page: Page, name: str, number: str) -> ViewerPage:
    page.route("**/dicomweb/studies?*", lambda route: _answer(route, name, number))
    viewer = ViewerPage(page).open(f"{hospital.address}/viewer?StudyInstanceUIDs={earliest_study(hospital, 'MR')}")
    viewer.expect_exact(0)
    return viewer


def test_a_long_name_lies_over_nothing_on_any_screen(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _opened(hospital, new_page(), LONG, "RX1/0000123456789/AB")
    for layout in ("1x3", "3x3", "1x1"):
        while viewer.page.locator(".cells").get_attribute("data-grid") != layout:
            viewer.press("g")
        for width, height in ((1920, 1080), (1366, 768), (820, 1180), (390, 844)):
            viewer.page.set_viewport_size({"width": width, "height": height})
            viewer.page.wait_for_function("width => innerWidth === width", arg=width)
            drawn(viewer.page)
            assert viewer.page.evaluate(OVER) == [], f"{layout} at {width} x {height}"
            expect(viewer.viewport(0).get_by_test_id("patient-name")).to_be_visible()
            expect(viewer.viewport(0).get_by_test_id("patient-id")).to_be_visible()
    expect(viewer.page.get_by_test_id("banner-name")).to_contain_text("Persephone", ignore_case=True)


def test_what_nobody_said_of_the_patient_is_said_to_be_missing(hospital: RunningServer, new_page: NewPage) -> None:
    viewer = _opened(hospital, new_page(), "", "")
    for line, words in (("patient-name", "No name"), ("patient-id", "No number")):
        expect(viewer.viewport(0).get_by_test_id(line)).to_have_text(words)
        expect(viewer.viewport(0).get_by_test_id(line)).to_have_attribute("data-missing", "")
