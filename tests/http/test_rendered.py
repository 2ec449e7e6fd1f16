"""Rendered pictures over HTTP (PS3.18 8.3.5): media types, parameters, caching, and bounds."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit

from tests.factories import image, part10, uid
from tests.http.conftest import Client, running, settings_for
from tests.http.test_wado import address, parts


def stored(client: Client, **keywords: Any) -> str:
    dataset = image(**keywords)
    assert client.stow(part10(dataset)).status_code == 200
    return address(dataset)


def picture(client: Client, path: str, **parameters: str) -> Pillow.Image:
    answer = client.get(path, params=parameters, headers={"Accept": "image/png"})
    assert answer.status_code == 200, answer.text
    return Pillow.open(io.BytesIO(answer.content))


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "image/jpeg"),
        ("image/*", "image/jpeg"),
        ("image/png", "image/png"),
        ("image/webp, image/png;q=0.8, image/jpeg;q=0.5", "image/webp"),
        ("image/avif, image/png;q=0.8, image/jpeg;q=0.5", "image/png"),
        ("image/jpeg", "image/jpeg"),
    ],
)
def test_a_picture_is_what_is_accepted(client: Client, accept: str, kind: str) -> None:
    answer = client.get(stored(client) + "/rendered", headers={"Accept": accept})
    assert answer.headers["content-type"] == kind
    assert Pillow.open(io.BytesIO(answer.content)).size == (6, 4)


def test_a_query_parameter_goes_before_the_accept_header(client: Client) -> None:
    answer = client.get(stored(client) + "/rendered?accept=image/png", headers={"Accept": "image/jpeg"})
    assert answer.headers["content-type"] == "image/png"


def test_what_nobody_can_draw_is_not_acceptable(client: Client) -> None:
    answer = client.get(stored(client) + "/rendered", headers={"Accept": "application/pdf"})
    assert answer.status_code == 406
    assert answer.json()["facts"]["available"] == ["image/jpeg", "image/png", "image/gif", "image/webp"]


@pytest.mark.parametrize(
    "query",
    [
        *("window=1,2", "window=1,2,cubic", "window=a,2,linear", "window=1,0,linear", "window=1,0.5,linear"),
        *("window=nan,1,linear", "window=inf,1,sigmoid", "window=1,-1,linear-exact", "window=1,2,linear,4"),
        *("viewport=0,1", "viewport=1", "viewport=16385,1", "viewport=1,1,1", "viewport=1,1,0,0,99,1"),
        *("viewport=1,1,-1,0,1,1", "viewport=1,1,0,0,0,1", "viewport=1.5,1"),
        *("quality=0", "quality=101", "quality=x", "quality="),
        *("annotation=everything", "annotation=", "iccprofile=maybe", "iccprofile=", "iccprofile=yes,no"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_malformed(client: Client, query: str) -> None:
    answer = client.get(f"{stored(client)}/rendered?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_the_window_that_was_used_is_told(client: Client) -> None:
    path = stored(client, WindowCenter=40, WindowWidth=400) + "/rendered"
    assert client.get(path).headers["lightbox-window"] == "40,400,linear"
    asked = client.get(path, params={"window": "10, 20, sigmoid"})
    assert asked.headers["lightbox-window"] == "10,20,sigmoid"
    assert asked.content != client.get(path).content


def test_a_window_of_the_header_is_chosen_by_what_it_is_for(client: Client) -> None:
    windows = {"WindowCenter": ["40", "300"], "WindowWidth": ["400", "1500"]}
    path = stored(client, **windows, WindowCenterWidthExplanation=["SOFT TISSUE", "BONE"]) + "/rendered"
    bone = client.get(path, params={"windowexplanation": "bone"})
    assert bone.headers["lightbox-window"] == "300,1500,linear"
    assert bone.headers["etag"] == client.get(path, params={"window": "300,1500,linear"}).headers["etag"]
    assert client.get(path).headers["lightbox-window"] == "40,400,linear"
    unknown = client.get(path, params={"windowexplanation": "LUNG"})
    assert (unknown.status_code, unknown.json()["facts"]["available"]) == (406, ["SOFT TISSUE", "BONE"])
    together = client.get(path, params={"windowexplanation": "LUNG"}, headers=MULTIPART)
    assert together.status_code == 406
    for wrong in ({"windowexplanation": " "}, {"windowexplanation": "BONE", "window": "1,2,linear"}):
        assert client.get(path, params=wrong).status_code == 400
    plain = stored(client) + "/rendered"
    assert client.get(plain, params={"windowexplanation": "BONE"}).status_code == 406


def test_the_same_picture_is_not_sent_twice(client: Client) -> None:
    path = stored(client) + "/rendered"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path + "?quality=50").headers["etag"] != first.headers["etag"]
    assert "private" in first.headers["cache-control"]


def test_a_thumbnail_fits_into_128_pixels(client: Client) -> None:
    path = stored(client, Rows=300, Columns=200)
    assert picture(client, path + "/thumbnail").size == (85, 128)
    assert picture(client, path + "/thumbnail", viewport="50,50").size == (33, 50)


def test_a_study_and_a_series_are_shown_by_one_of_their_frames(client: Client) -> None:
    study_uid = uid()
    files = [part10(StudyInstanceUID=study_uid, InstanceNumber=1, PixelData=None), part10(StudyInstanceUID=study_uid)]
    client.stow(*files)
    assert picture(client, f"/dicomweb/studies/{study_uid}/thumbnail").size == (6, 4)
    [series, _] = client.get(f"/dicomweb/studies/{study_uid}/series").json()
    answer = client.get(f"/dicomweb/studies/{study_uid}/series/{series['0020000E']['Value'][0]}/rendered")
    assert answer.status_code in {200, 406}


def test_every_frame_has_its_own_picture(client: Client) -> None:
    frames = np.stack([np.full((4, 6), 0), np.full((4, 6), 255)]).astype("<u2")
    path = stored(client, NumberOfFrames=2, PixelData=frames.tobytes(), WindowCenter=128, WindowWidth=256)
    assert picture(client, path + "/frames/1/rendered").getextrema() == (0, 0)
    assert picture(client, path + "/frames/2/rendered").getextrema() == (255, 255)
    assert client.get(path + "/frames/3/rendered").status_code == 404
    assert client.get(path + "/frames/1,2/rendered", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize(
    "keywords",
    [
        {"Rows": 1, "Columns": 65535},
        {"Rows": 65535, "Columns": 1},
        {"Rows": 2, "Columns": 6000, "PixelAspectRatio": [1, 16]},
        {"Rows": 2, "Columns": 2, "PixelAspectRatio": [1, 2**31 - 1]},
    ],
)
@pytest.mark.parametrize("accept", ["image/jpeg", "image/png"])
def test_an_image_of_extreme_shape_is_drawn_within_bounds(
    client: Client, keywords: dict[str, Any], accept: str
) -> None:
    answer = client.get(stored(client, **keywords) + "/rendered", headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    width, height = Pillow.open(io.BytesIO(answer.content)).size
    assert 1 <= width <= 65_535
    assert 1 <= height <= 65_535


@pytest.mark.parametrize("size", [9000, 14_000, 16_000])
def test_a_jpeg_that_claims_to_be_huge_is_refused_at_once(client: Client, size: int) -> None:

    frame = b"\xff\xd8\xff\xc0\0\x0b\x08" + size.to_bytes(2, "big") * 2 + b"\x01\x01\x11\0\xff\xd9\0"
    dataset = image(BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=encapsulate([frame]))
    dataset.Rows = dataset.Columns = size
    client.stow(part10(dataset, JPEGBaseline8Bit))
    assert client.get(address(dataset) + "/rendered").status_code == 406


@pytest.mark.parametrize("columns", [3, 5])
def test_shared_chrominance_in_an_odd_row_is_no_failure(client: Client, columns: int) -> None:
    path = stored(
        client,
        Rows=2,
        Columns=columns,
        SamplesPerPixel=3,
        PhotometricInterpretation="YBR_FULL_422",
        PlanarConfiguration=0,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelData=bytes(4 * columns),
    )
    assert client.get(path + "/rendered").status_code == 406


MULTIPART = {"Accept": 'multipart/related; type="image/png"'}


def test_several_frames_are_pictures_one_a_part(client: Client) -> None:
    frames = np.stack([np.full((4, 6), 0), np.full((4, 6), 255)]).astype("<u2")
    path = stored(client, NumberOfFrames=2, PixelData=frames.tobytes(), WindowCenter=128, WindowWidth=256)
    found = parts(client.get(path + "/frames/2,1,2/rendered", headers=MULTIPART))
    assert [kind for kind, _ in found] == ["image/png"] * 3
    assert [Pillow.open(io.BytesIO(one)).getextrema()[0] for _, one in found] == [255, 0, 255]
    assert len(parts(client.get(path + "/rendered", headers=MULTIPART))) == 2
    assert len(parts(client.get(path + "/frames/1,2/rendered"))) == 2
    assert client.get(path + "/frames/1,3/rendered").status_code == 404
    known = client.get(path + "/rendered", headers=MULTIPART).headers["etag"]
    assert client.get(path + "/rendered", headers=MULTIPART | {"If-None-Match": known}).status_code == 304


def test_a_study_is_every_picture_that_can_be_drawn_of_it(client: Client) -> None:
    study_uid = uid()
    client.stow(*(part10(StudyInstanceUID=study_uid, InstanceNumber=number) for number in (1, 2, 3)))
    answer = client.get(f"/dicomweb/studies/{study_uid}/rendered", headers=MULTIPART)
    assert (answer.status_code, len(parts(answer))) == (200, 3)
    client.stow(part10(StudyInstanceUID=study_uid, PixelData=None))
    answer = client.get(f"/dicomweb/studies/{study_uid}/rendered", headers=MULTIPART)
    assert (answer.status_code, len(parts(answer))) == (206, 3)


def test_a_multi_frame_image_moves_as_a_gif_and_a_single_one_is_one(client: Client) -> None:
    several = stored(client, NumberOfFrames=3, PixelData=bytes(range(144)))
    answer = client.get(several + "/rendered?window=24576,49152,linear-exact", headers={"Accept": "image/gif"})
    assert Pillow.open(io.BytesIO(answer.content)).n_frames == 3
    again = client.get(
        several + "/rendered?window=24576,49152,linear-exact",
        headers={"Accept": "image/gif", "If-None-Match": answer.headers["etag"]},
    )
    assert again.status_code == 304
    single = client.get(stored(client) + "/rendered", headers={"Accept": "image/gif"})
    assert Pillow.open(io.BytesIO(single.content)).n_frames == 1


def test_too_many_frames_do_not_move(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.rendering.cine.MOST_FRAMES", 2)
    several = stored(client, NumberOfFrames=3, PixelData=bytes(144))
    assert client.get(several + "/rendered", headers={"Accept": "image/gif"}).status_code == 413


@pytest.mark.parametrize("accept", ["image/png", "image/jpeg", "image/webp"])
def test_a_profile_is_embedded_as_asked(client: Client, accept: str) -> None:
    path = stored(client) + "/rendered"
    found = {}
    for word in ("no", "yes", "srgb", "adobergb", "rommrgb", "displayp3"):
        answer = client.get(path, params={"iccprofile": word}, headers={"Accept": accept})
        assert answer.status_code == 200, answer.text
        found[word] = (Pillow.open(io.BytesIO(answer.content)).info.get("icc_profile"), answer.headers["etag"])
    assert found["no"][0] is None
    assert found["yes"][0] == found["srgb"][0]
    assert len({etag for _, etag in found.values()}) == len(found)
    assert len({icc for icc, _ in found.values()}) == 5


def marked() -> bytes:
    """An image under an overlay and a shutter."""
    dataset = image(WindowCenter=128, WindowWidth=256)
    for element, value in ((0x0010, 4), (0x0011, 6), (0x0100, 1), (0x0102, 0)):
        dataset.add_new((0x6000, element), "US", value)
    dataset.add_new((0x6000, 0x3000), "OW", b"\x01\0\0\0")
    dataset.ShutterShape = "RECTANGULAR"
    for edge, at in (("LeftVertical", 1), ("RightVertical", 6), ("UpperHorizontal", 1), ("LowerHorizontal", 3)):
        setattr(dataset, f"Shutter{edge}Edge", at)
    return part10(dataset)


@pytest.mark.parametrize("drawn", [True, False])
def test_overlays_and_shutters_are_drawn_by_setting(tmp_path: Path, drawn: bool) -> None:
    with running(settings_for(tmp_path, rendering={"overlays": drawn, "shutters": drawn})) as client:
        [kept] = client.stow(marked()).json()["00081199"]["Value"]
        found = np.asarray(picture(client, kept["00081190"]["Value"][0] + "/rendered"))
    assert found[0, 0] == (255 if drawn else 0)
    assert found[3, 5] == (0 if drawn else 23)


DIFFERING = "/rendered?window=24576,49152,linear-exact"
"""A window in which the frames differ; those that are alike are one, shown longer."""


def test_webp_is_a_picture_and_moves_like_a_gif(client: Client) -> None:
    webp = {"Accept": "image/webp"}
    path = stored(client)
    assert Pillow.open(io.BytesIO(client.get(path + "/rendered", headers=webp).content)).format == "WEBP"
    exact = client.get(path + "/rendered?quality=100", headers=webp)
    found = np.asarray(Pillow.open(io.BytesIO(exact.content)).convert("L"))
    assert (found == np.asarray(picture(client, path + "/rendered"))).all()
    several = stored(client, NumberOfFrames=3, PixelData=bytes(range(144)), FrameTime="40")
    moving = Pillow.open(io.BytesIO(client.get(several + DIFFERING, headers=webp).content))
    assert getattr(moving, "n_frames", 1) == 3


def test_a_gif_moves_as_fast_as_the_header_says(client: Client) -> None:
    several = stored(client, NumberOfFrames=3, PixelData=bytes(range(144)), FrameTime="40")
    moving = Pillow.open(io.BytesIO(client.get(several + DIFFERING, headers={"Accept": "image/gif"}).content))
    assert moving.info["duration"] == 40


def test_who_takes_any_picture_is_sent_a_jpeg(client: Client) -> None:
    answer = client.get(stored(client) + "/rendered", headers={"Accept": "image/avif,image/webp,image/*,*/*;q=0.8"})
    assert answer.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("kind", ["image/gif", "image/webp"])
def test_too_many_pixels_do_not_move(client: Client, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr("server.rendering.cine.MOST_PIXELS", 30)
    several = stored(client, NumberOfFrames=3, PixelData=bytes(144))
    assert client.get(several + "/rendered", headers={"Accept": kind}).status_code == 413


def test_annotation_is_burned_in_and_has_its_own_entity_tag(client: Client) -> None:
    path = stored(client, Rows=256, Columns=256) + "/rendered"
    plain = picture(client, path)
    for words in ("patient", "technique", "patient,technique"):
        assert picture(client, path, annotation=words).tobytes() != plain.tobytes()
    tags = {client.get(path + query).headers["etag"] for query in ("", "?annotation=patient", "?annotation=technique")}
    assert len(tags) == 3
    thumbnail = path.replace("rendered", "thumbnail")
    assert picture(client, thumbnail, annotation="patient").tobytes() == picture(client, thumbnail).tobytes()


@pytest.mark.parametrize("words", ["", "Patient", "patient,", "names"])
def test_words_that_are_no_annotation_are_malformed(client: Client, words: str) -> None:
    assert client.get(stored(client) + "/rendered", params={"annotation": words}).status_code == 400
