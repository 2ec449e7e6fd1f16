"""Which transfer syntax goes out (PS3.18 8.7.3, 8.7.8.2, table 10.4.3-1), and that pixels survive it."""

import io
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless, RLELossless

from server.dicom.transfer_syntaxes import transfer_syntax
from server.rendering.encoders.index import ENCODERS
from tests.factories import image, part10, uid
from tests.goldens.images import coloured, grey
from tests.goldens.test_encodings import encoded
from tests.http.conftest import Client
from tests.http.test_wado import address, parts

RAMP = (np.arange(64 * 40) * 91 % 4096).reshape(64, 40).astype("<u2")
DICOM = 'multipart/related; type="application/dicom"'


def store(client: Client, syntax: str, dataset: Dataset | None = None) -> tuple[str, bytes]:
    made = dataset if dataset is not None else grey(RAMP, BitsStored=12)
    path, file = address(made), encoded(made, UID(syntax))
    assert client.stow(file).status_code == 200
    return path, file


def read(content: bytes) -> Dataset:
    return pydicom.dcmread(io.BytesIO(content))


@pytest.mark.parametrize("accept", ["application/dicom", DICOM])
@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless, "1.2.840.10008.1.2"])
def test_without_a_transfer_syntax_explicit_little_endian_is_sent(client: Client, accept: str, syntax: str) -> None:
    path, _ = store(client, syntax)
    answer = client.get(path, headers={"Accept": accept})
    content = parts(answer)[0][1] if accept == DICOM else answer.content
    found = read(content)
    assert found.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert np.array_equal(found.pixel_array, RAMP)


@pytest.mark.parametrize("accept", ["*/*", DICOM + "; transfer-syntax=*", "application/dicom;transfer-syntax=*"])
@pytest.mark.parametrize("syntax", [RLELossless, "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99"])
def test_any_transfer_syntax_is_the_stored_one_untouched(client: Client, accept: str, syntax: str) -> None:
    path, file = store(client, syntax)
    answer = client.get(path, headers={"Accept": accept})
    content = parts(answer)[0][1] if "multipart" in answer.headers["content-type"] else answer.content
    assert content == file


def test_a_lossy_form_is_sent_as_it_is_unless_uncompressed_is_asked_for(client: Client) -> None:
    from PIL import Image as Pillow

    buffer = io.BytesIO()
    rgb = np.stack([RAMP % 256, RAMP // 16, 255 - RAMP // 16], axis=-1).astype("u1")
    Pillow.fromarray(rgb).save(buffer, "JPEG", quality=90)
    dataset = coloured(rgb, "YBR_FULL_422", LossyImageCompression="01")
    frame = buffer.getvalue()
    dataset.PixelData = pydicom.encaps.encapsulate([frame + b"\0" * (len(frame) % 2)])
    file = part10(dataset, JPEGBaseline8Bit)
    assert client.stow(file).status_code == 200
    assert client.get(address(dataset), headers={"Accept": "application/dicom"}).content == file
    explicit = {"Accept": f"application/dicom; transfer-syntax={ExplicitVRLittleEndian}"}
    found = read(client.get(address(dataset), headers=explicit).content)
    assert (found.PhotometricInterpretation, found.PlanarConfiguration, found.LossyImageCompression) == ("RGB", 0, "01")
    assert np.array_equal(found.pixel_array, np.asarray(Pillow.open(buffer)))


@pytest.mark.parametrize("target", ENCODERS)
def test_a_transfer_syntax_that_is_asked_for_is_sent(client: Client, target: str) -> None:
    path, _ = store(client, RLELossless)
    answer = client.get(
        path, headers={"Accept": f'multipart/related; transfer-syntax={target}; TYPE="application/dicom"'}
    )
    [(kind, content)] = parts(answer)
    assert kind == f"application/dicom; transfer-syntax={target}"
    assert np.array_equal(read(content).pixel_array, RAMP)


def test_the_range_wanted_most_that_can_be_met_is_met(client: Client) -> None:
    path, _ = store(client, RLELossless)
    accept = (
        "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.201, "
        f"application/dicom; transfer-syntax={ExplicitVRLittleEndian};q=0.1, "
        f"application/dicom; q=0.5; transfer-syntax={JPEGLSLossless}"
    )
    answer = client.get(path, headers={"Accept": accept})
    assert answer.headers["content-type"] == f"application/dicom; transfer-syntax={JPEGLSLossless}"


def test_what_cannot_be_encoded_names_what_is_available(client: Client) -> None:
    dataset = grey(np.zeros((4, 6), "<u4"))
    del dataset.PixelData
    dataset.FloatPixelData = np.zeros((4, 6), "<f4").tobytes()
    path, _ = store(client, ExplicitVRLittleEndian, dataset)
    answer = client.get(path, headers={"Accept": f"application/dicom; transfer-syntax={JPEGLSLossless}"})
    assert answer.status_code == 406
    assert f"application/dicom; transfer-syntax={ExplicitVRLittleEndian}" in answer.json()["facts"]["available"]
    assert not any(JPEGLSLossless in offer for offer in answer.json()["facts"]["available"])


def test_each_instance_of_a_study_is_chosen_for_and_some_may_be_left_out(client: Client) -> None:
    study_uid = uid()
    files = [
        encoded(grey(RAMP, BitsStored=12, StudyInstanceUID=study_uid), UID(s)) for s in (RLELossless, JPEGLSLossless)
    ]
    client.stow(*files, part10(image(StudyInstanceUID=study_uid, PixelData=None)))
    path = f"/dicomweb/studies/{study_uid}"
    both = f"{DICOM}; transfer-syntax={JPEGLSLossless}, {DICOM}; transfer-syntax={ExplicitVRLittleEndian};q=0.5"
    answer = client.get(path, headers={"Accept": both})
    assert answer.status_code == 200
    assert sorted(kind.rpartition("=")[2] for kind, _ in parts(answer)) == [
        ExplicitVRLittleEndian, JPEGLSLossless, JPEGLSLossless]  # fmt: skip
    answer = client.get(path, headers={"Accept": f"{DICOM}; transfer-syntax={JPEGLSLossless}"})
    assert (answer.status_code, len(parts(answer))) == (206, 2)
    answer = client.get(path, headers={"Accept": f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.4.50"})
    assert answer.status_code == 406


@pytest.mark.parametrize("target", [one for one in ENCODERS if one != ExplicitVRLittleEndian])
@pytest.mark.parametrize(
    "form", ['multipart/related; type="{}"', "{}", 'multipart/related; type="{}"; transfer-syntax=*']
)
def test_uncompressed_frames_are_encoded_for_whoever_wants_them_so(client: Client, target: str, form: str) -> None:
    path, _ = store(client, "1.2.840.10008.1.2")
    media_type = transfer_syntax(target).media_type
    answer = client.get(path + "/frames/1", headers={"Accept": form.format(media_type)})
    assert answer.status_code == 200, answer.text
    if form.startswith("multipart"):
        [(kind, content)] = parts(answer)
    else:
        kind, content = answer.headers["content-type"], answer.content
    assert kind == f"{media_type}; transfer-syntax={target}"
    dataset = grey(RAMP, BitsStored=12)
    dataset.PixelData = pydicom.encaps.encapsulate([content + b"\0" * (len(content) % 2)])
    assert np.array_equal(read(part10(dataset, target)).pixel_array, RAMP)


def test_any_image_of_an_uncompressed_frame_is_a_lossless_one(client: Client) -> None:
    path, _ = store(client, ExplicitVRLittleEndian)
    [(kind, _)] = parts(client.get(path + "/frames/1", headers={"Accept": 'multipart/related; type="image/*"'}))
    assert kind.startswith("image/jls")


def test_frames_as_any_application_are_uncompressed(client: Client) -> None:
    path, _ = store(client, RLELossless)
    answer = client.get(path + "/frames/1", headers={"Accept": "application/*"})
    assert answer.headers["content-type"].startswith("application/octet-stream")
    assert answer.content == RAMP.tobytes()


def test_frames_that_have_no_such_encoding_name_what_they_have(client: Client) -> None:
    path, _ = store(client, ExplicitVRLittleEndian)
    answer = client.get(path + "/frames/1", headers={"Accept": 'multipart/related; type="image/jphc"'})
    assert answer.status_code == 406
    assert any("image/jls" in offer for offer in answer.json()["facts"]["available"])


@pytest.mark.parametrize("level", [1, 2, 3])
def test_pixel_data_is_one_part_uncompressed_and_a_part_a_frame_compressed(client: Client, level: int) -> None:
    frames = np.stack([RAMP, RAMP[::-1]])
    path, _ = store(client, RLELossless, grey(RAMP, BitsStored=12, PixelData=frames.tobytes(), NumberOfFrames=2))
    resource = path.rsplit("/", 2 * (3 - level))[0] + "/pixeldata"
    [(kind, content)] = parts(
        client.get(resource, headers={"Accept": 'multipart/related; type="application/octet-stream"'})
    )
    assert kind == f"application/octet-stream; transfer-syntax={ExplicitVRLittleEndian}"
    assert content == frames.tobytes()
    found = parts(client.get(resource))
    assert [kind for kind, _ in found] == [f"image/dicom-rle; transfer-syntax={RLELossless}"] * 2


def test_an_object_without_pixels_has_no_pixel_data_resource(client: Client) -> None:
    dataset = image(PixelData=None)
    client.stow(part10(dataset))
    path = address(dataset)
    for resource in (path, path.rsplit("/", 2)[0], path.rsplit("/", 4)[0]):
        assert client.get(resource + "/pixeldata").status_code == 406


def test_bulk_data_of_a_study_is_every_value_that_was_replaced(client: Client) -> None:
    item: Any = Dataset()
    item.add_new(0x00091010, "OB", bytes(2000))
    dataset = image(ReferencedImageSequence=[item])
    dataset.add_new(0x00091010, "OB", b"\1" * 1500 + bytes(500))
    client.stow(part10(dataset))
    path = address(dataset)
    for resource in (path, path.rsplit("/", 2)[0], path.rsplit("/", 4)[0]):
        contents = [content for _, content in parts(client.get(resource + "/bulkdata"))]
        assert contents == [bytes(2000), b"\1" * 1500 + bytes(500), dataset.PixelData]
    nothing = image(PixelData=None)
    client.stow(part10(nothing))
    assert client.get(address(nothing) + "/bulkdata").status_code == 404


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"])
def test_single_bits_of_many_frames_follow_each_other_without_a_gap(client: Client, syntax: str) -> None:
    bits = np.packbits(np.arange(11 * 15) % 3 == 0, bitorder="little").tobytes() + b"\0"
    dataset = grey(np.zeros((3, 5), "u1"), BitsAllocated=1, BitsStored=1, HighBit=0, NumberOfFrames=11, PixelData=bits)
    dataset["PixelData"].VR = "OB"
    client.stow(part10(dataset, syntax))
    octets = {"Accept": "application/octet-stream"}
    content = client.get(address(dataset) + "/bulkdata/7FE00010", headers=octets).content
    assert content == bits[: (11 * 15 + 7) // 8]


def test_frames_of_a_pixel_data_uri_are_found_where_their_parts_say(client: Client) -> None:
    frames = np.stack([RAMP, RAMP[::-1]])
    path, _ = store(client, RLELossless, grey(RAMP, BitsStored=12, PixelData=frames.tobytes(), NumberOfFrames=2))
    octets = {"Accept": 'multipart/related; type="application/octet-stream"'}
    found = parts(client.get(path + "/bulkdata/7FE00010/frames/2,1", headers=octets))
    assert [content for _, content in found] == [frames[1].tobytes(), frames[0].tobytes()]
    assert client.get(path + "/bulkdata/7FE00010/frames/3").status_code == 404
    assert client.get(path + "/bulkdata/7FE00010/frames/x").status_code == 400
