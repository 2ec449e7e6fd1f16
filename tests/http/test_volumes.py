"""Rendered MPR and 3D volumes over HTTP (PS3.18 10.4.1.1.7, 8.3.5.3), of a made series whose every voxel is known."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from pydicom.dataset import Dataset

from server.access.people import Caller
from tests.factories import image, part10, uid
from tests.http.conftest import Client

COUNT, ROWS, COLUMNS = 20, 24, 32
SPACING, STEP = (0.8, 0.5), 1.5
AXIAL = [1, 0, 0, 0, 1, 0]
WINDOW = "500,1000,linear-exact"


def value(x: Any, y: Any, z: Any) -> Any:
    return 10 * x + 5 * y + 7 * z + 300


def made(number: int, study_uid: str, series_uid: str, **keywords: Any) -> Dataset:
    rows, columns = np.meshgrid(np.arange(ROWS), np.arange(COLUMNS), indexing="ij")
    pixels = np.rint(value(columns * SPACING[1], rows * SPACING[0], number * STEP)).astype("<u2")
    attributes: dict[str, Any] = {
        "StudyInstanceUID": study_uid,
        "SeriesInstanceUID": series_uid,
        "InstanceNumber": COUNT - number,  # against their order in space
        "Rows": ROWS,
        "Columns": COLUMNS,
        "PixelData": pixels.tobytes(),
        "ImagePositionPatient": [0, 0, number * STEP],
        "ImageOrientationPatient": AXIAL,
        "PixelSpacing": list(SPACING),
        "FrameOfReferenceUID": "1.2.3",
        **keywords,
    }
    return image(**attributes)


def series(client: Client, *more: Dataset, **keywords: Any) -> str:
    """Stores the series and answers its address; `more` go into the same series."""
    study_uid, series_uid = uid(), uid()
    datasets = [made(number, study_uid, series_uid, **keywords) for number in range(COUNT)]
    for one in more:
        one.StudyInstanceUID, one.SeriesInstanceUID = study_uid, series_uid
    assert client.stow(*(part10(one) for one in (*datasets, *more))).status_code == 200
    return f"/dicomweb/studies/{study_uid}/series/{series_uid}"


def picture(client: Client, address: str, **parameters: str) -> np.ndarray:
    answer = client.get(address, params=parameters, headers={"Accept": "image/png"})
    assert answer.status_code == 200, answer.text
    return np.asarray(Pillow.open(io.BytesIO(answer.content)))


def told(client: Client, address: str, **parameters: str) -> dict[str, Any]:
    answer = client.get(address, params={"renderedvolumetricmetadata": "yes", **parameters})
    assert answer.status_code == 200, answer.text
    [module] = answer.json()
    return module


@pytest.mark.parametrize(
    "camera",
    [
        {"orientation": "a"},
        {"orientation": "l"},
        {"orientation": "f"},
        {"viewpointposition": "60,-40,30", "viewpointlookat": "8,9,14"},
    ],
)
def test_every_pixel_shows_the_place_that_the_response_module_says(client: Client, camera: dict[str, str]) -> None:
    address = series(client) + "/renderedMPR"
    found = picture(client, address, window=WINDOW, viewport="60,60", **camera).astype(float)
    module = told(client, address, window=WINDOW, viewport="60,60", **camera)
    position, middle, up = (np.array(module[tag]["Value"]) for tag in ("00701603", "00701604", "00701605"))
    forward = (middle - position) / np.linalg.norm(middle - position)
    right, pixel = np.cross(forward, up), module["00280030"]["Value"][0]
    rows, columns = module["00280010"]["Value"][0], module["00280011"]["Value"][0]
    assert found.shape == (rows, columns)
    r, c = np.meshgrid(np.arange(rows) - (rows - 1) / 2, np.arange(columns) - (columns - 1) / 2, indexing="ij")
    places = middle + pixel * (c[..., None] * right - r[..., None] * up)
    x, y, z = np.moveaxis(places, -1, 0)
    inside = (x >= 0) & (x <= 15.5) & (y >= 0) & (y <= 18.4) & (z >= 0) & (z <= 28.5)
    assert inside.sum() > 300
    wanted = np.clip(value(x, y, z) / 1000, 0, 1) * 255
    assert np.abs(found - wanted)[inside].max() <= 1


def test_a_slab_and_its_methods(client: Client) -> None:
    address = series(client) + "/renderedMPR"
    slab = {"orientation": "f", "window": WINDOW, "mprslab": "6"}
    pictures = {
        m: picture(client, address, renderingmethod=f"{m}_ip", **slab) for m in ("minimum", "average", "maximum")
    }
    middle = {method: int(one[12, 16]) for method, one in pictures.items()}
    assert middle["minimum"] < middle["average"] < middle["maximum"]
    assert told(client, address, **slab)["00701503"]["Value"] == [6]


@pytest.mark.parametrize("method", ["volume_rendered", "maximum_ip", "minimum_ip", "average_ip"])
def test_a_volume_is_seen_from_outside(client: Client, method: str) -> None:
    address = series(client) + "/rendered3D"
    found = picture(client, address, orientation="a", renderingmethod=method, window="600,300,linear", viewport="80,80")
    assert found.max() > found.min()
    assert told(client, address, renderingmethod=method)["0070120D"]["Value"] == [method.upper()]


def test_a_picture_is_named_by_what_it_shows(client: Client) -> None:
    address = series(client) + "/renderedMPR?orientation=a"
    first = client.get(address)
    assert client.get(address).headers["etag"] == first.headers["etag"]
    assert client.get(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert client.get(address + "&mprslab=3").headers["etag"] != first.headers["etag"]
    assert first.headers["cache-control"].startswith("private")


@pytest.mark.parametrize(
    "query",
    [
        *("orientation=x", "orientation=a&viewpointposition=1,2,3", "viewpointposition=1,2", "viewpointlookat=a,b,c"),
        *(
            "viewpointposition=1,2,3&viewpointlookat=1,2,3",
            "viewpointup=0,0,1&viewpointposition=0,0,50&viewpointlookat=0,0,0",
        ),
        *("mprslab=-1", "mprslab=x", "mprslab=1e9", "spacing=0", "spacing=nan", "renderingmethod=best"),
        *(
            "renderingmethod=volume_rendered",
            "window=1,2",
            "viewport=0,0",
            "viewport=5000,5000",
            "viewport=9,9,1,1,1,1",
        ),
        *("quality=0", "swivelrange=90", "volumeinputreference=x", "renderedvolumetricmetadata=no"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(client: Client, query: str) -> None:
    answer = client.get(series(client) + f"/renderedMPR?{query}")
    assert answer.status_code == 400, answer.text


def test_what_makes_no_volume_says_why(client: Client) -> None:
    localizer = made(0, "", "", ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    mixed = series(client, localizer)
    answer = client.get(mixed + "/renderedMPR")
    assert answer.status_code == 406
    assert "orientation" in answer.json()["title"]
    members = ",".join(
        found["00080018"]["Value"][0]
        for found in client.get(mixed + "/instances").json()
        if found["00080018"]["Value"][0] != localizer.SOPInstanceUID
    )
    assert client.get(mixed + f"/renderedMPR?volumeinputreference={members}").status_code == 200

    for keywords, reason in (
        ({"ImagePositionPatient": None}, "ImagePositionPatient"),
        ({"ImagePositionPatient": [0, 0, 0]}, "same place"),
        ({"PhotometricInterpretation": "XYZ"}, "not renderable"),
    ):
        answer = client.get(series(client, **keywords) + "/renderedMPR")
        assert (answer.status_code, reason in answer.json()["title"]) == (406, True), answer.text


def test_a_series_without_images_and_one_that_is_not_there(client: Client) -> None:
    document = image(Modality="SR", PixelData=None)
    client.stow(part10(document))
    path = f"/dicomweb/studies/{document.StudyInstanceUID}/series/{document.SeriesInstanceUID}"
    assert client.get(f"{path}/renderedMPR").status_code == 406
    assert client.get(f"/dicomweb/studies/{uid()}/series/{uid()}/rendered3D").status_code == 404


def test_nobody_sees_a_volume_of_what_is_not_theirs(client: Client) -> None:
    address = series(client)
    client.app.state.local_person = Caller("s", "Stranger", {})
    assert client.get(f"{address}/renderedMPR").status_code == 404


def test_a_volume_that_would_not_fit_is_refused(client_with: Any) -> None:
    client = client_with(rendering={"volume_bytes": 16 * 2**20})
    pixels = np.zeros((1024, 1024), "<u2").tobytes()
    address = series(client, Rows=1024, Columns=1024, PixelData=pixels)
    answer = client.get(f"{address}/renderedMPR")
    assert answer.status_code == 413
    assert answer.json()["facts"]["limit"] == 12 * 2**20


def test_a_multi_frame_instance_is_a_volume_of_its_own(client: Client) -> None:
    datasets = [made(number, "1.2.1", "1.2.2") for number in range(COUNT)]
    enhanced = made(0, "1.2.1", "1.2.2", NumberOfFrames=COUNT, ImagePositionPatient=None)
    enhanced.PixelData = b"".join(one.PixelData for one in datasets)
    enhanced.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2.1"
    groups = []
    for one in datasets:
        group, position = Dataset(), Dataset()
        position.ImagePositionPatient = one.ImagePositionPatient
        group.PlanePositionSequence = [position]
        groups.append(group)
    enhanced.PerFrameFunctionalGroupsSequence = groups
    client.stow(part10(enhanced))
    single = series(client)
    path = f"/dicomweb/studies/1.2.1/series/1.2.2/instances/{enhanced.SOPInstanceUID}/renderedMPR"
    wish = {"orientation": "a", "window": WINDOW, "viewport": "60,60"}
    assert (picture(client, path, **wish) == picture(client, single + "/renderedMPR", **wish)).all()
