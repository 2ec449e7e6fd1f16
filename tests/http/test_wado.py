"""Retrieving over HTTP (PS3.18 10.4): instances, metadata, frames and bulk data, as what is accepted."""

import email
import email.policy
import gzip
from typing import Any

import httpx
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRBigEndian, JPEGExtended12Bit, RLELossless

from tests.factories import image, part10, uid
from tests.http.conftest import Client

OCTETS = 'multipart/related; type="application/octet-stream"'


def address(dataset: Any) -> str:
    return (
        f"/dicomweb/studies/{dataset.StudyInstanceUID}/series/{dataset.SeriesInstanceUID}"
        f"/instances/{dataset.SOPInstanceUID}"
    )


def parts(answer: httpx.Response) -> list[tuple[str, bytes]]:
    """Content type and bytes of every part, as an independent reader finds them."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + answer.content, policy=email.policy.HTTP)
    return [
        (str(part["Content-Type"]).replace('"', ""), part.get_payload(decode=True)) for part in message.get_payload()
    ]  # type: ignore[union-attr,misc]


def test_a_study_comes_back_as_parts_identical_to_what_was_stored(client: Client) -> None:
    study_uid = uid()
    files = [part10(StudyInstanceUID=study_uid, InstanceNumber=n) for n in (1, 2, 3)]
    client.stow(*files)
    answer = client.get(f"/dicomweb/studies/{study_uid}")
    assert {content for _, content in parts(answer)} == set(files)
    assert all("transfer-syntax=1.2.840.10008.1.2.1" in kind for kind, _ in parts(answer))


def test_several_instances_cannot_be_one_part(client: Client) -> None:
    study_uid = uid()
    client.stow(part10(StudyInstanceUID=study_uid), part10(StudyInstanceUID=study_uid))
    assert client.get(f"/dicomweb/studies/{study_uid}", headers={"Accept": "application/dicom"}).status_code == 406


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/dicom", 200),
        ("application/dicom; transfer-syntax=*", 200),
        ("application/dicom; transfer-syntax=1.2.840.10008.1.2.1", 200),
        ("application/dicom; transfer-syntax=1.2.840.10008.1.2.4.90", 406),
        ('multipart/related; type="application/dicom"', 200),
        ("multipart/related; type=application/dicom; transfer-syntax=*", 200),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", 200),
        ("application/dicom;q=0", 406),
        ("image/png", 406),
    ],
)
def test_an_instance_is_sent_as_what_is_accepted(client: Client, accept: str, status: int) -> None:
    dataset = image()
    client.stow(part10(dataset))
    assert client.get(address(dataset), headers={"Accept": accept}).status_code == status


def test_what_is_not_here_is_not_found(client: Client) -> None:
    dataset = image()
    client.stow(part10(dataset))
    other = address(dataset).rsplit("/", 1)[0] + "/1.2.3"
    for path in (other, "/dicomweb/studies/1.2.3", "/dicomweb/studies/1.2.3/metadata", other + "/frames/1"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_metadata_has_no_pixels_but_where_they_are(client: Client) -> None:
    dataset = image(PatientName="Yamada^Tarou=山田^太郎", SpecificCharacterSet="ISO_IR 192")
    dataset.add_new(0x00091010, "OB", bytes(3000))
    client.stow(part10(dataset))
    [metadata] = client.get(address(dataset) + "/metadata").json()
    assert metadata["00100010"]["Value"] == [{"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎"}]
    assert metadata["00080005"]["Value"] == ["ISO_IR 192"]
    assert metadata["00083002"]["Value"] == ["1.2.840.10008.1.2.1"]
    assert not [tag for tag in metadata if tag.startswith("0002") or tag.endswith("0000")]
    private = metadata["00091010"]["BulkDataURI"]
    assert client.get(private).content == bytes(3000)
    [(_, through_multipart)] = parts(client.get(private, headers={"Accept": OCTETS}))
    assert through_multipart == bytes(3000)
    [(_, pixels)] = parts(client.get(metadata["7FE00010"]["BulkDataURI"], headers={"Accept": OCTETS}))
    assert pixels == dataset.PixelData


def test_metadata_is_compressed_for_whoever_takes_that(client: Client) -> None:
    dataset = image(PatientComments="a long note " * 300)
    client.stow(part10(dataset))
    plain = client.get(address(dataset) + "/metadata", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    packed = client.get(address(dataset) + "/metadata", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert len(gzip.compress(plain.content)) < len(plain.content)


def frames(client: Client, syntax: str | None = None) -> tuple[str, list[bytes]]:
    """Three native frames that are stored, and what they are in little endian."""
    values = np.arange(3 * 24, dtype="<u2")
    stored = values.astype(">u2") if syntax == ExplicitVRBigEndian else values
    dataset = image(NumberOfFrames=3, PixelData=stored.tobytes())
    assert client.stow(part10(dataset, syntax) if syntax else part10(dataset)).status_code == 200
    return address(dataset), [values[n * 24 : n * 24 + 24].tobytes() for n in range(3)]


def test_frames_come_in_the_order_asked_and_as_often(client: Client) -> None:
    path, expected = frames(client)
    answer = client.get(path + "/frames/3,1,1", headers={"Accept": OCTETS})
    assert [content for _, content in parts(answer)] == [expected[2], expected[0], expected[0]]


def test_a_single_frame_can_be_a_single_part(client: Client) -> None:
    path, expected = frames(client)
    answer = client.get(path + "/frames/2", headers={"Accept": "application/octet-stream"})
    assert answer.content == expected[1]


def test_big_endian_frames_are_sent_as_little_endian(client: Client) -> None:
    path, expected = frames(client, ExplicitVRBigEndian)
    answer = client.get(path + "/frames/1,2,3", headers={"Accept": OCTETS})
    assert [content for _, content in parts(answer)] == expected


@pytest.mark.parametrize(("number", "status"), [("4", 404), ("1,4", 404), ("0", 400), ("-1", 400), ("x", 400)])
def test_frames_that_are_not_there(client: Client, number: str, status: int) -> None:
    path, _ = frames(client)
    assert client.get(f"{path}/frames/{number}").status_code == status


def test_compressed_frames_are_sent_as_stored_or_decoded(client: Client) -> None:
    dataset = image()
    pixels = dataset.PixelData
    low, high = pixels[::2], pixels[1::2]
    rle = b"".join(
        [np.array([2, 64, 64 + 26, *[0] * 13], "<u4").tobytes(), *(bytes([23]) + s + b"\x80" for s in (high, low))]
    )
    dataset.PixelData = encapsulate([rle])
    client.stow(part10(dataset, RLELossless))
    path = address(dataset) + "/frames/1"
    [(kind, content)] = parts(client.get(path))
    assert (kind, content) == (f"image/dicom-rle; transfer-syntax={RLELossless}", rle)
    [(_, stored)] = parts(client.get(path, headers={"Accept": OCTETS + "; transfer-syntax=*"}))
    assert stored == rle
    [(_, decoded)] = parts(client.get(path, headers={"Accept": OCTETS}))
    assert decoded == pixels


def test_frames_that_cannot_be_decoded_are_not_acceptable_before_anything_is_sent(client: Client) -> None:
    dataset = image(PixelData=encapsulate([b"\xff\xd8 no picture \xff\xd9"]))
    client.stow(part10(dataset, JPEGExtended12Bit))
    answer = client.get(address(dataset) + "/frames/1", headers={"Accept": OCTETS})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
    assert client.get(address(dataset) + "/frames/1").status_code == 200


def test_an_instance_without_pixels_has_no_frames(client: Client) -> None:
    dataset = image(PixelData=None)
    client.stow(part10(dataset))
    for suffix in ("/frames/1", "/rendered", "/thumbnail", "/frames/1/rendered"):
        answer = client.get(address(dataset) + suffix)
        assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")


def damaged(client: Client, root: Any) -> Dataset:
    """An instance whose archived file has rotted in its last byte."""
    dataset = image(PixelData=bytes(48))
    client.stow(part10(dataset))
    [stored] = (root / "archive" / "objects").rglob("*.dcm")
    stored.write_bytes(stored.read_bytes()[:-1] + b"!")
    return dataset


@pytest.mark.parametrize("accept", ["application/dicom", 'multipart/related; type="application/dicom"'])
def test_damaged_bytes_are_told_and_not_served(client: Client, root: Any, accept: str) -> None:
    answer = client.get(address(damaged(client, root)), headers={"Accept": accept})
    assert answer.status_code == 500
    assert answer.json()["title"] == "An archived file is damaged."


def test_damaged_bytes_of_a_large_file_are_never_served_as_whole(
    client: Client, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.web.bodies.GATHER", 1)
    monkeypatch.setattr("server.studies.transcode.PIECE", 100)
    monkeypatch.setattr("server.studies.transcode._READ_WHOLE", 0)
    rotten = damaged(client, root)
    [stored] = (root / "archive" / "objects").rglob("*.dcm")
    # as if it rotted after it was looked at
    monkeypatch.setattr("server.studies.sound.SoundFiles.path", lambda sound, digest: stored)
    answer = client.get(address(rotten), headers={"Accept": "application/dicom"})
    assert len(answer.content) < int(answer.headers["content-length"])
