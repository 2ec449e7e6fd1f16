"""Reports of ours as highdicom reads them, which holds a report to the templates of TID 1500 as it goes."""

import io
from collections.abc import Iterator
from typing import Any

import highdicom.sr
import numpy as np
import pytest
from pydicom.dataset import Dataset

from tests.http.conftest import Client, running, settings_for
from tests.http.test_authored import every_kind, retrieved
from tests.http.test_marks_on_planes import every_kind as every_kind_on
from tests.http.test_marks_on_planes import plane, stored_ct


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with running(settings_for(tmp_path_factory.mktemp("highdicom") / "root")) as client:
        yield client


@pytest.fixture(scope="module")
def ct(server: Client) -> list[Dataset]:
    return stored_ct(server, 5, highdicom.imread)


def read(server: Client, marks: list[dict[str, Any]]) -> Any:
    """The content of the report that marks are saved as."""
    study_uid = marks[0]["image"]["study_uid"]
    answer = server.post(f"/api/studies/{study_uid}/measurement-reports", json={"marks": marks})
    assert answer.status_code == 201, answer.text
    buffer = io.BytesIO()
    retrieved(server, answer.json()).save_as(buffer)
    content = highdicom.sr.srread(io.BytesIO(buffer.getvalue())).content
    assert isinstance(content, highdicom.sr.MeasurementReport)
    return content


def test_every_mark_is_a_group_with_its_numbers(server: Client, ct: list[Dataset]) -> None:
    content = read(server, every_kind(ct[1]))
    lines, regions = content.get_image_measurement_groups(), content.get_planar_roi_measurement_groups()
    found = [[measured.name.meaning for measured in group.get_measurements()] for group in lines]
    assert found == [["Length"], ["Angle"], ["Long Axis", "Short Axis"], ["Cobb angle"]]
    kinds = [group.roi.graphic_type.value for group in regions]
    assert kinds == ["ELLIPSE", "POLYLINE", "POLYLINE"]
    region = ["Area", "Mean", "Standard Deviation", "Minimum", "Maximum"]
    assert [[one.name.meaning for one in group.get_measurements()] for group in regions] == [region, region, []]
    [length] = lines[0].get_measurements()
    down, across = map(float, ct[1].PixelSpacing)
    assert (length.value, length.unit.value) == (pytest.approx(np.hypot(30 * across, 40 * down)), "mm")
    assert len({group.tracking_uid for group in (*lines, *regions)}) == 7


@pytest.mark.parametrize(("corners", "across"), [(((20, 24), (44, 40)), True), (((20, 24), (36, 48)), False)])
def test_an_ellipse_has_its_major_axis_first(server: Client, ct: list[Dataset], corners: Any, across: bool) -> None:
    """PS3.3 C.18.6.1.1, also where the major axis lies across: OHIF 3.13.2 takes the first axis for the upright one."""
    ellipse = {**every_kind(ct[1])[3], "points": [{"x": x, "y": y} for x, y in corners]}
    [group] = read(server, [ellipse]).get_planar_roi_measurement_groups()
    start, end, *minor = group.roi.value
    assert np.allclose(start[1] if across else start[0], end[1] if across else end[0])
    assert np.linalg.norm(end - start) == pytest.approx(24)
    assert np.linalg.norm(minor[1] - minor[0]) == pytest.approx(16)


def test_marks_on_planes_are_groups_in_space(server: Client, ct: list[Dataset]) -> None:
    content = read(server, every_kind_on(ct, plane(ct, 20)))
    regions = content.get_planar_roi_measurement_groups()
    assert [group.roi.graphic_type.value for group in regions] == ["ELLIPSE", "POLYGON", "POLYLINE"]
    assert {group.roi.frame_of_reference_uid for group in regions} == {ct[0].FrameOfReferenceUID}
    lines = content.get_image_measurement_groups()
    assert [group.method.meaning for group in lines] == ["Multiplanar reformatting"] * 4
    assert lines[0].get_measurements()[0].value == pytest.approx(50)
