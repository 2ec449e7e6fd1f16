"""Planes through a CT: one cross-hair finds the same place in every plane and stack."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.pages.planes import Planes
from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer, send
from simulator.studies import Study, make_study

NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def chest() -> Study:
    """Fine enough along the body that the nodule lies in several slices."""
    return make_study("chest-ct", 1, scale="small", slices=75)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, chest: Study) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path_factory.mktemp("planes") / "root").start()
    send(server, "knee-cr", "brain-mr")
    boundary = "next"
    head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    body = b"".join(head + one.data + b"\r\n" for one in chest.instances()) + f"--{boundary}--\r\n".encode()
    kind = f'multipart/related; type="application/dicom"; boundary={boundary}'
    httpx.post(f"{server.dicomweb}/studies", content=body, headers={"Content-Type": kind}).raise_for_status()
    yield server
    server.stop()


@pytest.fixture
def viewer(hospital: RunningServer, new_page: NewPage, chest: Study) -> ViewerPage:
    viewer = ViewerPage(new_page()).open(f"{hospital.address}/viewer?StudyInstanceUIDs={chest.study_uid}")
    viewer.expect_exact()
    viewer.press("End")
    viewer.press("Shift+ArrowUp")
    viewer.expect_exact()
    return viewer


def _instances(hospital: RunningServer, study: str) -> dict[str, dict[str, list[float]]]:
    fields = "ImagePositionPatient,PixelSpacing"
    found = httpx.get(f"{hospital.dicomweb}/studies/{study}/instances", params={"includefield": fields}).json()
    return {
        one["00080018"]["Value"][0]: {"at": one["00200032"]["Value"], "spacing": one["00280030"]["Value"]}
        for one in found
    }


def test_the_cross_hair_finds_the_nodule_within_a_voxel_in_every_plane_and_in_the_stack(
    viewer: ViewerPage, hospital: RunningServer, chest: Study
) -> None:
    [lesion] = chest.truth()["lesions"]
    x, y, z = lesion["center_mm"]
    instances = _instances(hospital, chest.study_uid)
    pixel = instances[next(iter(instances))]["spacing"][0]
    heights = sorted(one["at"][2] for one in instances.values())
    slice_mm = heights[1] - heights[0]
    planes = Planes(viewer.page).open()
    planes.go_to(x, y, z)
    viewer.press("2")
    planes.expect_exact()

    voxel = {0: (pixel, pixel), 1: (pixel, slice_mm), 2: (pixel, slice_mm)}
    for number, (across, down) in voxel.items():
        off = planes.bright_spot_off_the_cross(number, lesion["diameter_mm"] * 0.6)
        assert abs(off[0]) <= across, f"plane {number}: {off}"
        assert abs(off[1]) <= down, f"plane {number}: {off}"

    viewer.expect_exact()
    layer = viewer.viewport().locator("cross-layer")
    shown = instances[viewer.shown().instance_uid]
    column, row = (float(layer.get_attribute(f"data-cross-{axis}") or "nan") for axis in "xy")
    assert shown["at"][0] + column * pixel == pytest.approx(x, abs=0.1)
    assert shown["at"][1] + row * pixel == pytest.approx(y, abs=0.1)
    assert abs(shown["at"][2] - z) <= slice_mm / 2 + 1e-6, "no other image lies nearer"


def test_the_letters_of_each_plane_are_right(viewer: ViewerPage) -> None:
    planes = Planes(viewer.page).open()
    for number, letters in enumerate(("APRL", "HFRL", "HFAP")):
        for side, letter in zip(("top", "bottom", "left", "right"), letters, strict=True):
            expect(planes.plane(number).get_by_test_id(f"letter-{side}")).to_have_text(letter)


def test_a_click_in_one_plane_moves_the_others_and_the_stack(viewer: ViewerPage) -> None:
    planes = Planes(viewer.page).open()
    before, image = planes.place, viewer.shown().instance_uid
    x, y = planes.cross_on_screen(1)
    planes.plane(1).click(position={"x": x + 30, "y": y - 40})
    scale = planes.pixels_per_mm(1)
    expect(viewer.viewport()).not_to_have_attribute("data-instance-uid", image)
    left, back, head = planes.place
    assert left - before[0] == pytest.approx(30 / scale, abs=1.5)
    assert head - before[2] == pytest.approx(40 / scale, abs=1.5)
    assert back == before[1]
    planes.expect_exact()
    for number in range(3):
        off = float(planes.plane(number).get_attribute("data-cross-off") or "nan")
        assert abs(off) < 0.01


def test_the_wheel_and_keys_move_the_plane(viewer: ViewerPage) -> None:
    planes = Planes(viewer.page).open()
    before = planes.place
    planes.plane(0).hover()
    viewer.page.mouse.wheel(0, 100)
    viewer.press("ArrowDown")
    expect(viewer.page.get_by_test_id("cross-place")).not_to_have_value(", ".join(f"{one:.1f}" for one in before))
    assert planes.place[:2] == before[:2]
    planes.expect_exact()


def test_a_handle_turns_the_other_planes_and_they_can_be_straightened(viewer: ViewerPage) -> None:
    planes = Planes(viewer.page).open()
    place = planes.place
    handle = planes.plane(0).get_by_test_id("turn-1").first
    box = handle.bounding_box()
    assert box is not None
    viewer.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    viewer.page.mouse.down()
    viewer.page.mouse.move(box["x"] + 10, box["y"] + 60, steps=4)
    viewer.page.mouse.up()
    for number in (1, 2):
        expect(planes.plane(number)).to_have_attribute("data-oblique", "")
    planes.expect_exact()
    assert planes.place == place, "turning moves nothing"
    viewer.page.get_by_role("button", name="Straighten").click()
    for number in (1, 2):
        expect(planes.plane(number)).not_to_have_attribute("data-oblique", "")


def test_a_slab_is_said_on_every_plane(viewer: ViewerPage) -> None:
    planes = Planes(viewer.page).open()
    viewer.press("]")
    for number in range(3):
        expect(planes.plane(number).get_by_test_id("slab-words")).to_have_text("MIP of 3 mm")
    viewer.page.get_by_label("How the slab is shown").select_option("Darkest (MinIP)")
    expect(planes.plane(0).get_by_test_id("slab-words")).to_have_text("MinIP of 3 mm")
    planes.expect_exact()
    viewer.command("window-menu")
    menu, bar = viewer.page.get_by_test_id("window-menu").bounding_box(), viewer.page.locator(".mpr-bar").bounding_box()
    assert menu
    assert bar
    assert bar["y"] + bar["height"] <= menu["y"] <= menu["y"] + menu["height"] <= 800
    viewer.press("Escape")
    viewer.press("m")
    expect(planes.plane(0)).to_have_count(0)
    viewer.expect_exact()


def test_a_series_without_a_volume_says_so(hospital: RunningServer, new_page: NewPage) -> None:
    study = make_study("knee-cr", 1, scale="small").study_uid
    viewer = ViewerPage(new_page()).open(f"{hospital.address}/viewer?StudyInstanceUIDs={study}")
    viewer.expect_exact()
    viewer.press("m")
    expect(viewer.page.get_by_test_id("notice")).to_contain_text("at least three images")


def test_the_cross_hair_joins_the_series_of_one_examination(hospital: RunningServer, new_page: NewPage) -> None:
    study = make_study("brain-mr", 1, scale="small").study_uid
    viewer = ViewerPage(new_page()).open(f"{hospital.address}/viewer?StudyInstanceUIDs={study}")
    viewer.expect_exact()
    viewer.command("layout")
    viewer.viewport(1).click(position={"x": 20, "y": 60})
    viewer.page.get_by_test_id("series").last.click()
    viewer.expect_exact(1)
    first = viewer.shown(1).instance_uid
    viewer.viewport(0).click(position={"x": 20, "y": 60})
    viewer.press("x")
    expect(viewer.viewport(1).locator("cross-layer")).to_be_attached()
    viewer.scroll(3, 0)
    viewer.expect_exact(0)
    viewer.viewport(0).click(position={"x": 200, "y": 300})
    expect(viewer.viewport(1)).not_to_have_attribute("data-instance-uid", first)
    for number in (0, 1):
        viewer.expect_exact(number)
    for axis in "xy":
        one, other = (viewer.viewport(n).locator("cross-layer").get_attribute(f"data-cross-{axis}") for n in (0, 1))
        assert float(one or "nan") == pytest.approx(float(other or "nan"), abs=1)
