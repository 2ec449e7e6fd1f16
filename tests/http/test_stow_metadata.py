"""Storing metadata and bulk data in parts of their own (PS3.18 8.6.1, 10.5.2): a Part 10 file is built from them."""

import io
import warnings
from typing import Any

import numpy as np
import orjson
import pydicom
import pytest
from PIL import Image as Pillow
from pydicom.dataset import Dataset

from server.dicom.dicomxml import from_xml, to_xml
from tests.factories import part10, uid
from tests.http.conftest import Client

JSON, XML = "application/dicom+json", "application/dicom+xml"
PIXELS = "https://example.org/pixels"


def made(**keywords: Any) -> Dataset:
    """A made image as it is read back from a file, so that every VR is decided."""
    return pydicom.dcmread(io.BytesIO(part10(**keywords)))


def metadata_of(dataset: Dataset, **attributes: Any) -> dict[str, Any]:
    """The data set as DICOM JSON without its pixel data; keywords are attributes by tag, None takes one away."""
    plain = {name: one for name, one in dataset.to_json_dict().items() if name != "7FE00010"}
    changed = plain | {name.removeprefix("t"): one for name, one in attributes.items()}
    return {name: one for name, one in changed.items() if one is not None}


def body(kind: str, *parts: tuple[dict[str, str], bytes]) -> dict[str, Any]:
    """A request of these parts: header fields and content."""
    pieces = []
    for headers, content in parts:
        head = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
        pieces.append(b"--b\r\n" + head.encode() + b"\r\n" + content + b"\r\n")
    content_type = f'multipart/related; type="{kind}"; boundary=b'
    return {"content": b"".join(pieces) + b"--b--", "headers": {"Content-Type": content_type}}


def json_part(*instances: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    return {"Content-Type": JSON}, orjson.dumps(instances)


def bulk_part(content: bytes, media_type: str, location: str = PIXELS) -> tuple[dict[str, str], bytes]:
    return {"Content-Type": media_type, "Content-Location": location}, content


def retrieved(client: Client, answer: Any) -> Dataset:
    [kept] = answer.json()["00081199"]["Value"]
    file = client.get(kept["00081190"]["Value"][0], headers={"Accept": "application/dicom; transfer-syntax=*"}).content
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(io.BytesIO(file))


def picture(mode: str, size: tuple[int, int] = (16, 8), **options: Any) -> bytes:
    rng = np.random.default_rng(1)
    shape = (size[1], size[0], 3) if mode == "RGB" else (size[1], size[0])
    buffer = io.BytesIO()
    Pillow.fromarray(rng.integers(0, 255, shape, np.uint8)).save(buffer, **options)
    return buffer.getvalue()


PIXEL_ATTRIBUTES = "00280002 00280004 00280010 00280011 00280100 00280101 00280102 00280103".split()
OMITTED = {f"t{name}": None for name in PIXEL_ATTRIBUTES}


def test_json_metadata_and_native_pixels_become_the_same_instance(client: Client) -> None:
    dataset = made(SpecificCharacterSet="ISO_IR 192", PatientName="Müller^Änne=王^小東")
    metadata = metadata_of(dataset, t7FE00010={"vr": "OW", "BulkDataURI": PIXELS})
    answer = client.post(
        "/dicomweb/studies",
        **body(JSON, json_part(metadata), bulk_part(dataset.PixelData, "application/octet-stream")),
    )
    assert answer.status_code == 200, answer.text
    kept = retrieved(client, answer)
    assert kept.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRLittleEndian
    assert kept.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    assert kept.to_json_dict() == dataset.to_json_dict()


def test_xml_metadata_with_one_part_an_instance(client: Client) -> None:
    study_uid = uid()
    datasets = [made(SpecificCharacterSet="ISO_IR 192", StudyInstanceUID=study_uid) for _ in range(2)]
    parts = []
    for number, dataset in enumerate(datasets):
        metadata = metadata_of(dataset, t7FE00010={"vr": "OW", "BulkDataURI": f"pixels/{number}"})
        parts.append(({"Content-Type": XML}, to_xml(metadata)))
        parts.append(bulk_part(dataset.PixelData, "application/octet-stream", f"pixels/{number}"))
    answer = client.post(f"/dicomweb/studies/{study_uid}", **body(XML, *parts))
    assert answer.status_code == 200, answer.text
    stored = {one["00081155"]["Value"][0] for one in answer.json()["00081199"]["Value"]}
    assert stored == {dataset.SOPInstanceUID for dataset in datasets}


def test_metadata_as_this_archive_gives_them_can_be_stored_elsewhere(client: Client) -> None:
    """What is retrieved as metadata and bulk data makes the same instance again, in an archive of its own."""
    dataset = made(SpecificCharacterSet="ISO_IR 192")
    client.stow(part10(dataset))
    path = f"/dicomweb/studies/{dataset.StudyInstanceUID}"
    [metadata] = client.get(f"{path}/metadata").json()
    pixels = client.get(metadata["7FE00010"]["BulkDataURI"], headers={"Accept": "application/octet-stream"}).content
    client.request("DELETE", path)
    location = metadata["7FE00010"]["BulkDataURI"]
    answer = client.post(
        "/dicomweb/studies",
        **body(JSON, json_part(metadata), bulk_part(pixels, "application/octet-stream", location)),
    )
    assert answer.status_code == 200, answer.text
    assert retrieved(client, answer).to_json_dict() == dataset.to_json_dict()


def test_inline_binary_needs_no_part(client: Client) -> None:
    dataset = made(SpecificCharacterSet="ISO_IR 192")
    metadata = dataset.to_json_dict()
    assert "InlineBinary" in metadata["7FE00010"]
    answer = client.post("/dicomweb/studies", content=orjson.dumps([metadata]), headers={"Content-Type": JSON})
    assert answer.status_code == 200, answer.text
    assert retrieved(client, answer).to_json_dict() == metadata


def test_several_instances_in_one_array_are_stored_and_the_bad_one_is_named(client: Client) -> None:
    good, bad = made(SpecificCharacterSet="ISO_IR 192"), made()
    broken = metadata_of(bad, t7FE00010={"vr": "OW", "BulkDataURI": "nowhere"})
    answer = client.post("/dicomweb/studies", **body(JSON, json_part(good.to_json_dict(), broken)))
    assert answer.status_code == 202
    [failure] = answer.json()["00081198"]["Value"]
    assert failure["00081155"]["Value"] == [bad.SOPInstanceUID]
    assert failure["00081197"]["Value"] == [0xC000]
    assert "names no part" in failure["00000902"]["Value"][0]
    assert [one["00081155"]["Value"] for one in answer.json()["00081199"]["Value"]] == [[good.SOPInstanceUID]]


def test_a_jpeg_describes_itself_and_is_kept_as_it_came(client: Client) -> None:
    jpeg = picture("RGB", format="JPEG", subsampling=0)
    metadata = metadata_of(made(SpecificCharacterSet="ISO_IR 192"), t7FE00010={"vr": "OB", "BulkDataURI": PIXELS})
    plain = {name: one for name, one in metadata.items() if name not in PIXEL_ATTRIBUTES}
    answer = client.post("/dicomweb/studies", **body(JSON, json_part(plain), bulk_part(jpeg, "image/jpeg")))
    assert answer.status_code == 202, answer.text  # it had not said that it is lossy
    [referenced] = answer.json()["00081199"]["Value"]
    assert referenced["00081196"]["Value"] == [0xB000]
    assert "LossyImageCompression" in referenced["00000902"]["Value"][0]
    kept = retrieved(client, answer)
    assert kept.file_meta.TransferSyntaxUID == pydicom.uid.JPEGBaseline8Bit
    assert (kept.Rows, kept.Columns, kept.SamplesPerPixel, kept.BitsAllocated) == (8, 16, 3, 8)
    assert (kept.PhotometricInterpretation, kept.PlanarConfiguration) == ("YBR_FULL", 0)
    assert kept.LossyImageCompression == "01"
    [frame] = pydicom.encaps.generate_frames(kept.PixelData, number_of_frames=1)
    assert frame.rstrip(b"\0") == jpeg.rstrip(b"\0")
    path = referenced["00081190"]["Value"][0]
    shown = Pillow.open(io.BytesIO(client.get(f"{path}/rendered", headers={"Accept": "image/png"}).content))
    assert np.abs(np.asarray(shown, int) - np.asarray(Pillow.open(io.BytesIO(jpeg)), int)).max() <= 1


def test_frames_of_a_multi_frame_image_come_as_parts_below_its_bulk_data(client: Client) -> None:
    frames = [picture("L", format="JPEG", quality=quality) for quality in (60, 70, 80)]
    metadata = metadata_of(
        made(SpecificCharacterSet="ISO_IR 192", LossyImageCompression="01"),
        **OMITTED,
        t7FE00010={"vr": "OB", "BulkDataURI": PIXELS},
    )
    parts = [bulk_part(frame, "image/jpeg", f"{PIXELS}/frames/{n}") for n, frame in enumerate(frames, 1)]
    answer = client.post("/dicomweb/studies", **body(JSON, json_part(metadata), *parts))
    assert answer.status_code == 200, answer.text
    kept = retrieved(client, answer)
    assert (kept.NumberOfFrames, kept.PhotometricInterpretation) == (3, "MONOCHROME2")
    found = list(pydicom.encaps.generate_frames(kept.PixelData, number_of_frames=3))
    assert [frame.rstrip(b"\0") for frame in found] == [frame.rstrip(b"\0") for frame in frames]


def test_a_jpeg_2000_file_loses_its_boxes_and_keeps_its_pixels(client: Client) -> None:
    jp2 = picture("L", format="JPEG2000", irreversible=False)
    metadata = metadata_of(
        made(SpecificCharacterSet="ISO_IR 192"), **OMITTED, t7FE00010={"vr": "OB", "BulkDataURI": PIXELS}
    )
    answer = client.post("/dicomweb/studies", **body(JSON, json_part(metadata), bulk_part(jp2, "image/jp2")))
    assert answer.status_code == 200, answer.text
    kept = retrieved(client, answer)
    assert kept.file_meta.TransferSyntaxUID == pydicom.uid.JPEG2000Lossless
    [frame] = pydicom.encaps.generate_frames(kept.PixelData, number_of_frames=1)
    assert frame.startswith(b"\xff\x4f\xff\x51")
    assert (kept.pixel_array == np.asarray(Pillow.open(io.BytesIO(jp2)))).all()


def test_a_document_comes_as_its_own_media_type(client: Client) -> None:
    pdf = b"%PDF-1.4 synthetic, of odd length"
    metadata = metadata_of(
        made(SpecificCharacterSet="ISO_IR 192", SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", Modality="DOC"),
        **OMITTED,
        t00420011={"vr": "OB", "BulkDataURI": "document"},
    )
    answer = client.post(
        "/dicomweb/studies", **body(JSON, json_part(metadata), bulk_part(pdf, "application/pdf", "document"))
    )
    assert answer.status_code == 200, answer.text
    kept = retrieved(client, answer)
    assert kept.EncapsulatedDocument == pdf + b"\0"
    assert (kept.MIMETypeOfEncapsulatedDocument, kept.EncapsulatedDocumentLength) == ("application/pdf", len(pdf))


def test_a_single_part_without_a_location_belongs_to_the_single_value(client: Client) -> None:
    dataset = made(SpecificCharacterSet="ISO_IR 192")
    metadata = metadata_of(dataset, t7FE00010={"vr": "OW", "BulkDataURI": PIXELS})
    part = ({"Content-Type": "application/octet-stream"}, dataset.PixelData)
    answer = client.post("/dicomweb/studies", **body(JSON, json_part(metadata), part))
    assert answer.status_code == 200, answer.text
    assert retrieved(client, answer).PixelData == dataset.PixelData


def test_bulk_data_that_nothing_names_are_told_as_not_kept(client: Client) -> None:
    metadata = made(SpecificCharacterSet="ISO_IR 192").to_json_dict()
    answer = client.post(
        "/dicomweb/studies", **body(JSON, json_part(metadata), bulk_part(b"lost", "application/octet-stream"))
    )
    assert answer.status_code == 202
    [failure] = answer.json()["0008119A"]["Value"]
    assert failure["00081197"]["Value"] == [0xC000]


def test_another_character_set_is_corrected_and_said(client: Client) -> None:
    metadata = made(SpecificCharacterSet="ISO_IR 192").to_json_dict()
    metadata["00080005"] = {"vr": "CS", "Value": ["ISO_IR 100"]}
    metadata["00081030"] = {"vr": "LO", "Value": ["Schädel"]}
    answer = client.post("/dicomweb/studies", content=orjson.dumps(metadata), headers={"Content-Type": JSON})
    assert answer.status_code == 202
    assert "SpecificCharacterSet" in answer.json()["00081199"]["Value"][0]["00000902"]["Value"][0]
    kept = retrieved(client, answer)
    assert (kept.SpecificCharacterSet, kept.StudyDescription) == ("ISO_IR 192", "Schädel")


def test_another_size_than_the_image_has_is_refused(client: Client) -> None:
    metadata = metadata_of(made(Rows=9), t7FE00010={"vr": "OB", "BulkDataURI": PIXELS})
    jpeg = picture("L", format="JPEG")
    answer = client.post("/dicomweb/studies", **body(JSON, json_part(metadata), bulk_part(jpeg, "image/jpeg")))
    assert answer.status_code == 409
    assert "Rows" in answer.json()["00081198"]["Value"][0]["00000902"]["Value"][0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"t00080018": None}, "SOPInstanceUID"),
        ({"t0020000D": {"vr": "UI", "Value": ["not a uid"]}}, "Study Instance UID"),
        ({"t00280010": {"vr": "US", "Value": [70000]}}, "00280010"),
        ({"t00280010": {"vr": "US", "Value": "4"}}, "array"),
        ({"t00280010": {"vr": "XX", "Value": [4]}}, "no VR"),
        ({"t00280010": 4}, "object"),
        ({"t00091001": {"vr": "OB", "InlineBinary": "not base64!"}}, "00091001"),
        ({"tnotatag": {"vr": "LO"}}, "eight upper case"),
        ({"t00081140": {"vr": "SQ", "Value": ["x"]}}, "00081140"),
        ({"t00200013": {"vr": "IS", "Value": [1], "InlineBinary": ""}}, "more than one"),
    ],
)
def test_metadata_that_make_no_instance_are_refused_with_the_reason(
    client: Client, change: dict[str, Any], said: str
) -> None:
    metadata = made(SpecificCharacterSet="ISO_IR 192").to_json_dict()
    for name, attribute in change.items():
        metadata.pop(name.removeprefix("t"), None)
        if attribute is not None:
            metadata[name.removeprefix("t")] = attribute
    answer = client.post("/dicomweb/studies", content=orjson.dumps([metadata]), headers={"Content-Type": JSON})
    assert answer.status_code == 409, answer.text
    [failure] = (answer.json().get("00081198") or answer.json()["0008119A"])["Value"]
    assert said in failure["00000902"]["Value"][0]
    assert client.get("/dicomweb/studies").status_code == 204


@pytest.mark.parametrize(
    "options",
    [
        {"content": b"{", "headers": {"Content-Type": JSON}},
        {"content": b"[]", "headers": {"Content-Type": JSON}},
        {"content": b"<a/>", "headers": {"Content-Type": XML}},
        {"content": b'<!DOCTYPE a [<!ENTITY b "c">]><NativeDicomModel/>', "headers": {"Content-Type": XML}},
        body(JSON, bulk_part(b"x", "application/octet-stream")),
        body(JSON, ({"Content-Type": JSON}, b"")),
    ],
)
def test_a_body_without_metadata_that_can_be_read_is_malformed(client: Client, options: dict[str, Any]) -> None:
    assert client.post("/dicomweb/studies", **options).status_code == 400


def test_files_and_metadata_do_not_mix(client: Client) -> None:
    metadata = made().to_json_dict()
    mixed = body(JSON, json_part(metadata), ({"Content-Type": "application/dicom"}, part10()))
    assert client.post("/dicomweb/studies", **mixed).status_code == 415


def test_nothing_is_left_in_the_inbox(client: Client, root: Any) -> None:
    metadata = metadata_of(made(), t7FE00010={"vr": "OW", "BulkDataURI": "nowhere"})
    client.post("/dicomweb/studies", **body(JSON, json_part(metadata), bulk_part(b"x" * 2**21, "image/jpeg")))
    client.post("/dicomweb/studies", content=b"{", headers={"Content-Type": JSON})
    assert list((root / "archive" / "inbox").iterdir()) == []


def test_the_answer_can_be_xml(client: Client) -> None:
    file = part10()
    content = made(SpecificCharacterSet="ISO_IR 192").to_json_dict()
    headers = {"Content-Type": JSON, "Accept": XML}
    answer = client.post("/dicomweb/studies", content=orjson.dumps([content]), headers=headers)
    assert answer.headers["content-type"] == XML
    told = from_xml(answer.content)
    assert told["00081199"]["Value"][0]["00081155"]["Value"] == content["00080018"]["Value"]
    assert client.stow(file).headers["content-type"] == JSON
