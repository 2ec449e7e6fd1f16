"""The URI service (PS3.18 9): one instance by query parameters, as DICOM or as a picture."""

import io
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image as Pillow
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGLSLossless, RLELossless

from tests.factories import image, part10
from tests.goldens.images import grey
from tests.goldens.test_encodings import encoded
from tests.http.conftest import Client
from tests.states import state

RAMP = (np.arange(64 * 40) % 256).reshape(64, 40).astype("<u2")


def request(dataset: Any, **parameters: str) -> dict[str, str]:
    return {
        "requestType": "WADO",
        "studyUID": dataset.StudyInstanceUID,
        "seriesUID": dataset.SeriesInstanceUID,
        "objectUID": dataset.SOPInstanceUID,
    } | parameters


@pytest.fixture
def stored(client: Client) -> Any:
    frames = np.stack([RAMP, RAMP[::-1]])
    dataset = grey(RAMP, BitsStored=12, NumberOfFrames=2, PixelData=frames.tobytes())
    dataset.file = encoded(dataset, UID(RLELossless))
    assert client.stow(dataset.file).status_code == 200
    return dataset


def picture(client: Client, dataset: Any, **parameters: str) -> np.ndarray:
    answer = client.get("/wado", params=request(dataset, contentType="image/png", **parameters))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return np.asarray(Pillow.open(io.BytesIO(answer.content)))


def test_an_image_is_a_jpeg_by_default(client: Client, stored: Any) -> None:
    answer = client.get("/wado", params=request(stored))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    again = client.get("/wado", params=request(stored), headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_what_cannot_be_drawn_is_sent_as_it_is(client: Client) -> None:
    dataset = image(PixelData=None)
    client.stow(part10(dataset))
    answer = client.get("/wado", params=request(dataset))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/dicom")
    assert client.get("/wado", params=request(dataset, contentType="image/jpeg")).status_code == 406


@pytest.mark.parametrize(
    ("asked", "expected"),
    [({}, ExplicitVRLittleEndian), ({"transferSyntax": JPEGLSLossless}, JPEGLSLossless)],
)
def test_dicom_is_explicit_little_endian_or_what_is_asked_for(
    client: Client, stored: Any, asked: dict[str, str], expected: str
) -> None:
    answer = client.get("/wado", params=request(stored, contentType="application/dicom", **asked))
    assert answer.headers["content-type"] == "application/dicom"
    found = pydicom.dcmread(io.BytesIO(answer.content))
    assert found.file_meta.TransferSyntaxUID == expected
    assert np.array_equal(found.pixel_array, np.stack([RAMP, RAMP[::-1]]))


def test_the_stored_bytes_come_for_the_stored_syntax(client: Client, stored: Any) -> None:
    for syntax in (RLELossless, "*"):
        asked = request(stored, contentType="application/dicom", transferSyntax=syntax)
        assert client.get("/wado", params=asked).content == stored.file


def test_frames_windows_regions_and_boxes(client: Client, stored: Any) -> None:
    exact = {"windowCenter": "128", "windowWidth": "256"}
    assert np.array_equal(picture(client, stored, **exact), RAMP)
    assert np.array_equal(picture(client, stored, frameNumber="2", **exact), RAMP[::-1])
    assert np.array_equal(picture(client, stored, region="0.5,0.25,1,0.5", **exact), RAMP[16:32, 20:])
    assert picture(client, stored, rows="16").shape == (16, 10)
    assert picture(client, stored, columns="20").shape == (32, 20)
    assert picture(client, stored, rows="32", columns="10").shape == (16, 10)


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"requestType": "OTHER"}, "requestType"),
        ({"studyUID": ""}, "studyUID"),
        ({"objectUID": "1.a"}, "objectUID"),
        ({"windowCenter": "40"}, "windowCenter"),
        ({"windowWidth": "400"}, "windowWidth"),
        ({"windowCenter": "40", "windowWidth": "0"}, "windowWidth"),
        ({"windowCenter": "x", "windowWidth": "400"}, "windowCenter"),
        ({"rows": "0"}, "rows"),
        ({"columns": "1.5"}, "columns"),
        ({"region": "0,0,1"}, "region"),
        ({"region": "0,0,1.1,1"}, "region"),
        ({"region": "0.5,0,0.5,1"}, "region"),
        ({"frameNumber": "3"}, "frameNumber"),
        ({"frameNumber": "0"}, "frameNumber"),
        ({"imageQuality": "101"}, "imageQuality"),
        ({"annotation": "everything"}, "annotation"),
        ({"charset": "ISO-8859-1"}, "charset"),
        ({"anonymize": "no"}, "anonymize"),
        ({"transferSyntax": ExplicitVRLittleEndian}, "transferSyntax"),
        ({"contentType": "application/dicom", "rows": "10"}, "rows"),
        ({"contentType": "application/dicom", "transferSyntax": "fast"}, "transferSyntax"),
    ],
)
def test_a_wrong_parameter_is_named(client: Client, stored: Any, parameters: dict[str, str], named: str) -> None:
    answer = client.get("/wado", params=request(stored) | parameters)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert named in answer.text


@pytest.mark.parametrize(
    "parameters",
    [
        {"anonymize": "yes"},
        {"anonymize": "yes", "contentType": "application/dicom"},
        {"contentType": "application/dicom", "transferSyntax": "1.2.840.10008.1.2.4.50"},
    ],
)
def test_what_is_not_done_here_is_never_left_out_in_silence(
    client: Client, stored: Any, parameters: dict[str, str]
) -> None:
    answer = client.get("/wado", params=request(stored, **parameters))
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")


def test_a_presentation_state_is_applied(client: Client, stored: Any) -> None:
    upside_down = state([stored], ImageRotation=180, SoftcopyVOILUTSequence=[])
    elsewhere = state([image(StudyInstanceUID=stored.StudyInstanceUID)])
    client.stow(part10(upside_down), part10(elsewhere))

    def stated(by: Any, **parameters: str) -> dict[str, str]:
        return parameters | {
            "presentationUID": by.SOPInstanceUID,
            "presentationSeriesUID": by.SeriesInstanceUID,
        }

    for frame in ("1", "2"):
        plain = picture(client, stored, windowCenter="2048", windowWidth="4096", frameNumber=frame).astype(int)
        turned = picture(client, stored, **stated(upside_down, frameNumber=frame))
        assert np.abs(turned[::-1, ::-1] - plain).max() <= 1
    for parameters, status in (
        (stated(elsewhere), 406),
        (stated(stored), 406),
        (stated(image()), 404),
        (stated(upside_down, windowCenter="1", windowWidth="2"), 400),
        ({"presentationUID": "1.2"}, 400),
    ):
        assert client.get("/wado", params=request(stored, contentType="image/png", **parameters)).status_code == status


def test_annotation_is_burned_in(client: Client, stored: Any) -> None:
    plain = picture(client, stored)
    assert (picture(client, stored, annotation="patient,technique") != plain).any()


def test_what_is_not_here_is_not_found(client: Client, stored: Any) -> None:
    assert client.get("/wado", params=request(stored, objectUID="1.2.3")).status_code == 404
    assert client.post("/wado").status_code == 405
