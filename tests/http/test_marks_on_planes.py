"""Marks on planes through a volume: measured on the resliced voxels, told in space, and read back as they were."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from simulator.studies import make_study
from tests.factories import part10
from tests.http.conftest import Client, running, settings_for
from tests.http.test_authored import complaints, mark, numbers, save
from tests.http.test_wado import address

CORONAL = {"right": [1, 0, 0], "down": [0, 0, -1]}
TILTED = {"right": [0.6, 0.8, 0], "down": [0, 0, -1]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with running(settings_for(tmp_path_factory.mktemp("planes") / "root")) as client:
        yield client


@pytest.fixture(scope="module")
def ct(server: Client) -> list[Dataset]:
    return stored_ct(server, 9, pydicom.dcmread)


def stored_ct(server: Client, slices: int, read: Callable[[BinaryIO], Dataset]) -> list[Dataset]:
    """The slices of one series that is stored, from the feet up, as a library reads them."""
    files = [one.data for one in make_study("chest-ct", 7, scale="small", slices=slices).instances()]
    assert server.stow(*files).status_code == 200
    images = [read(io.BytesIO(data)) for data in files]
    own = [one for one in images if one.SeriesInstanceUID == images[0].SeriesInstanceUID]
    return sorted(own, key=lambda one: float(one.ImagePositionPatient[2]))


def plane(ct: list[Dataset], row: int, slab: float = 0, method: str = "average_ip", **ways: Any) -> dict[str, Any]:
    """A plane through the first column of a row of the topmost slice."""
    x, y, z = map(float, ct[-1].ImagePositionPatient)
    origin = [x, y + row * float(ct[-1].PixelSpacing[0]), z]
    uid = str(ct[0].FrameOfReferenceUID)
    return {"origin": origin, "frame_of_reference_uid": uid, "slab": slab, "method": method, **(ways or CORONAL)}


def every_kind(ct: list[Dataset], on: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = [
        ("length", (10, 2), (40, 42)),
        ("angle", (10, 10), (20, 10), (20, 30)),
        ("bidirectional", (10, 20), (40, 20), (25, 12), (25, 28)),
        ("ellipse", (20, 4), (64, 20)),
        ("polygon", (30, 6), (90, 6), (60, 28.25)),
        ("cobb", (10, 10), (30, 12), (10, 40), (30, 36)),
        ("arrow", (12, 30), (30, 20)),
    ]
    words = {"arrow": "Fissure"}
    made = [mark(ct[4], kind, *points, number=i, text=words.get(kind, "")) for i, (kind, *points) in enumerate(kinds)]
    return [{**one, "plane": on} for one in made]


@pytest.mark.parametrize(("slab", "ways"), [(0, CORONAL), (12.5, TILTED)], ids=["coronal plane", "oblique slab"])
def test_every_kind_on_a_plane_is_valid_and_read_back_on_that_plane(
    server: Client, ct: list[Dataset], tmp_path: Path, slab: float, ways: dict[str, Any]
) -> None:
    marks = every_kind(ct, plane(ct, 20, slab, "maximum_ip" if slab else "average_ip", **ways))
    written = save(server, ct[4], "measurement-reports", {"marks": marks})
    assert written.SOPClassUID == pydicom.uid.Comprehensive3DSRStorage
    own = "Unrecognized defined term = <99LIGHTBOX>"  # a scheme of ours names the plane, which no code of DICOM does
    assert [line for line in complaints(written, tmp_path) if own not in line] == []
    opened = server.get(f"/api{address(written).removeprefix('/dicomweb')}/marks").json()
    assert opened["left_out"] == []
    assert len(opened["marks"]) == len(marks)
    for before, after in zip(marks, opened["marks"], strict=True):
        places = [[(point["x"], point["y"]) for point in one["points"]] for one in (before, after)]
        assert np.allclose(*places, atol=1e-3)
        for name in ("origin", "right", "down"):
            assert np.allclose(after["plane"][name], before["plane"][name], atol=1e-4)
        assert {**after, "points": 0, "plane": 0} == {**before, "points": 0, "plane": 0}
        assert (after["plane"]["slab"], after["plane"]["method"]) == (slab, before["plane"]["method"])
        assert after["plane"]["frame_of_reference_uid"] == ct[0].FrameOfReferenceUID


def test_places_are_those_in_the_patient(server: Client, ct: list[Dataset]) -> None:
    on = plane(ct, 20)
    written = save(server, ct[4], "measurement-reports", {"marks": every_kind(ct, on)[:1]})
    [group] = written.ContentSequence[-1].ContentSequence
    [number] = [one for one in group.ContentSequence if one.ValueType == "NUM"]
    [places] = number.ContentSequence[-1:]
    x, y, z = on["origin"]
    assert (places.ValueType, places.GraphicType) == ("SCOORD3D", "POLYLINE")
    assert places.ReferencedFrameOfReferenceUID == ct[0].FrameOfReferenceUID
    assert list(places.GraphicData) == pytest.approx([x + 10, y, z - 2, x + 40, y, z - 42], abs=1e-3)
    assert float(number.MeasuredValueSequence[0].NumericValue) == pytest.approx(50)


def test_numbers_are_those_of_the_resliced_voxels(server: Client, ct: list[Dataset]) -> None:
    found = numbers(save(server, ct[4], "measurement-reports", {"marks": [every_kind(ct, plane(ct, 20))[4]]}))
    x, z, values = resliced(ct, 20)
    inside = triangle(x, z, (30, 6), (90, 6), (60, 28.25))
    assert found["Area"] == (pytest.approx(60 * 22.25 / 2), "mm2")
    assert found["Mean"] == (pytest.approx(values[inside].mean(), abs=0.02), "[hnsf'U]")
    assert found["Maximum"] == (pytest.approx(values[inside].max(), abs=0.02), "[hnsf'U]")


def resliced(ct: list[Dataset], row: int) -> tuple[Any, Any, Any]:
    """A row of every slice, between them along the body: places in mm from the top left, and HU."""
    lines = np.array([one.pixel_array[row] * float(one.RescaleSlope) + float(one.RescaleIntercept) for one in ct[::-1]])
    heights = np.array([float(ct[-1].ImagePositionPatient[2]) - float(one.ImagePositionPatient[2]) for one in ct[::-1]])
    pixel = min(float(ct[0].PixelSpacing[0]), heights[1])
    x, z = np.meshgrid(np.arange(0, lines.shape[1]) * pixel, np.arange(0, heights[-1] + pixel, pixel))
    # pixels of the picture lie evenly about the middle of the volume
    z -= (z[-1, 0] - heights[-1]) / 2
    across = np.array(
        [np.interp(x[0], np.arange(lines.shape[1]) * float(ct[0].PixelSpacing[1]), line) for line in lines]
    )
    return x, z, np.array([np.interp(z[:, 0], heights, column) for column in across.T]).T


def triangle(x: Any, z: Any, a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> Any:
    def side(p: tuple[float, float], q: tuple[float, float]) -> Any:
        return (q[0] - p[0]) * (z - p[1]) - (q[1] - p[1]) * (x - p[0])

    return (side(a, b) >= 0) & (side(b, c) >= 0) & (side(c, a) >= 0)


def statistics(server: Client, ct: list[Dataset], on: dict[str, Any], shape: str, points: str) -> dict[str, Any]:
    path = f"/api/studies/{ct[0].StudyInstanceUID}/series/{ct[0].SeriesInstanceUID}/statistics"
    wish = {name: ",".join(f"{one:.6f}" for one in on[name]) for name in ("origin", "right", "down")}
    answer = server.get(
        path, params={"shape": shape, "points": points, **wish, **{n: on[n] for n in ("slab", "method")}}
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_slab_counts_what_it_projects(server: Client, ct: list[Dataset]) -> None:
    region = "ellipse", "40,4,100,20"
    thin = statistics(server, ct, plane(ct, 30), *region)
    high, low, mean = (
        statistics(server, ct, plane(ct, 30, 40, f"{way}_ip"), *region) for way in ("maximum", "minimum", "average")
    )
    assert thin["pixels"] == high["pixels"] == low["pixels"]
    assert low["minimum"] <= thin["minimum"] <= thin["maximum"] <= high["maximum"]
    assert low["mean"] < mean["mean"] < high["mean"]


def test_what_lies_outside_the_volume_does_not_count(server: Client, ct: list[Dataset]) -> None:
    half = statistics(server, ct, plane(ct, 30), "polygon", "-20,4,20,4,20,12,-20,12")
    whole = statistics(server, ct, plane(ct, 30), "polygon", "0,4,20,4,20,12,0,12")
    assert half["pixels"] == whole["pixels"]
    assert half["mean"] == whole["mean"]
    assert half["padding"] == 0
    nothing = statistics(server, ct, plane(ct, -900), "ellipse", "0,0,20,12")
    assert nothing["pixels"] == 0
    assert nothing["mean"] is None


def test_padding_in_a_volume_is_left_out_and_counted(server: Client) -> None:
    files = []
    for one in make_study("chest-ct", 8, scale="small", slices=5).instances():
        dataset = pydicom.dcmread(io.BytesIO(one.data))
        pixels = dataset.pixel_array.copy()
        pixels[:, : pixels.shape[1] // 2] = low = -2000 if dataset.PixelRepresentation else 0
        dataset.PixelData = pixels.tobytes()
        dataset.add_new("PixelPaddingValue", "SS" if dataset.PixelRepresentation else "US", low)
        files.append(dataset)
    study: list[Dataset] = [one for one in files if one.SeriesInstanceUID == files[0].SeriesInstanceUID]
    assert server.stow(*map(part10, study)).status_code == 200
    study.sort(key=lambda one: float(one.ImagePositionPatient[2]))
    middle = (study[0].Columns // 2) * float(study[0].PixelSpacing[1])
    box = "{0:.3f},2,{1:.3f},2,{1:.3f},6,{0:.3f},6".format
    both, right = (
        statistics(server, study, plane(study, 30), "polygon", box(middle - left, middle + 20.3))
        for left in (20.3, 0.3)
    )
    assert right["padding"] == 0
    assert (both["pixels"], both["mean"], both["minimum"]) == (right["pixels"], right["mean"], right["minimum"])
    assert both["padding"] > 0
    assert both["outside"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"right": [1, 1, 0]},
        {"down": [1, 0, 0]},
        {"origin": [1, 2]},
        {"slab": -1},
        {"method": "magic"},
        {"frame_of_reference_uid": "no"},
    ],
)
def test_a_plane_that_is_none_is_refused(server: Client, ct: list[Dataset], wrong: dict[str, Any]) -> None:
    marks = [{**every_kind(ct, plane(ct, 20))[0], "plane": {**plane(ct, 20), **wrong}}]
    path = f"/api/studies/{ct[0].StudyInstanceUID}/measurement-reports"
    assert server.post(path, json={"marks": marks}).status_code == 400


def test_a_presentation_state_says_that_it_cannot_tell_marks_on_planes(server: Client, ct: list[Dataset]) -> None:
    marks = every_kind(ct, plane(ct, 20))[:1]
    path = f"/api/studies/{ct[0].StudyInstanceUID}/presentation-states"
    look = {"voi": None, "zoom": 1, "pan": {"x": 0, "y": 0}, "rotation": 0}
    answer = server.post(path, json={"image": marks[0]["image"], "presentation": look, "marks": marks})
    assert answer.status_code == 201
    assert "plane through the images" in answer.json()["left_out"][0]


def test_lines_in_space_of_another_maker_get_a_plane(server: Client, ct: list[Dataset]) -> None:
    written = save(server, ct[4], "measurement-reports", {"marks": every_kind(ct, plane(ct, 20))[:1]})
    [group] = written.ContentSequence[-1].ContentSequence
    named = [one for one in group.ContentSequence if one.ValueType in {"SCOORD3D", "IMAGE"}]
    for one in named:
        group.ContentSequence.remove(one)
    written.SOPInstanceUID = written.file_meta.MediaStorageSOPInstanceUID = "2.25.77"
    buffer = io.BytesIO()
    written.save_as(buffer)
    assert server.stow(buffer.getvalue()).status_code == 200
    opened = server.get(f"/api{address(written).removeprefix('/dicomweb')}/marks").json()
    [found] = opened["marks"]
    (a, b), on = found["points"], found["plane"]
    ends = [np.array(on["origin"]) + p["x"] * np.array(on["right"]) + p["y"] * np.array(on["down"]) for p in (a, b)]
    assert float(np.linalg.norm(ends[1] - ends[0])) == pytest.approx(50, abs=1e-3)
    assert abs(float(np.dot(on["right"], on["down"]))) < 1e-6
