"""Entity tags, dates, HEAD, ranges and content codings of what is retrieved (RFC 9110, PS3.18 8.4.3)."""

import xml.etree.ElementTree as ElementTree
from email.utils import formatdate
from typing import Any

import httpx
import pytest
from backports import zstd
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian

from tests.factories import image, part10
from tests.http.conftest import Client
from tests.http.test_wado import address, parts

RESOURCES = [
    "",
    "/metadata",
    "/frames/1",
    "/bulkdata",
    "/pixeldata",
    "/bulkdata/00091010",
    "/rendered",
    "/frames/1/rendered",
]


@pytest.fixture
def path(client: Client) -> str:
    dataset = image()
    dataset.add_new(0x00091010, "OB", bytes(range(256)) * 10)
    client.stow(part10(dataset))
    return address(dataset)


@pytest.mark.parametrize("resource", RESOURCES)
def test_what_the_client_has_is_not_sent_again(client: Client, path: str, resource: str) -> None:
    first = client.get(path + resource)
    assert first.status_code == 200
    assert first.headers["etag"].startswith('"')
    assert client.get(path + resource).content == first.content
    for known in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        if known == "*" and "rendered" in resource:
            continue
        again = client.get(path + resource, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert client.get(path + resource, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("resource", RESOURCES[:6])
def test_the_date_of_storing_is_the_date_of_change(client: Client, path: str, resource: str) -> None:
    first = client.get(path + resource)
    since = {"If-Modified-Since": first.headers["last-modified"]}
    assert client.get(path + resource, headers=since).status_code == 304
    assert client.get(path + resource, headers={"If-Modified-Since": formatdate(0, usegmt=True)}).status_code == 200
    assert client.get(path + resource, headers={"If-Modified-Since": "yesterday"}).status_code == 200
    assert client.get(path + resource, headers=since | {"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("resource", RESOURCES)
def test_head_answers_what_get_would(client: Client, path: str, resource: str) -> None:
    get, head = client.get(path + resource), client.request("HEAD", path + resource)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "last-modified", "content-location"):
        assert head.headers.get(name) == get.headers.get(name)
    if "content-length" in head.headers:
        assert head.headers["content-length"] == get.headers["content-length"]
    assert client.request("HEAD", path[:-1] + "99" + resource).status_code == 404


def test_tags_differ_with_the_form_of_the_answer(client: Client, path: str) -> None:
    asked = [
        {"Accept": "application/dicom+json", "Accept-Encoding": "identity"},
        {"Accept": "application/dicom+json", "Accept-Encoding": "gzip"},
        {"Accept": "application/dicom+json", "Accept-Encoding": "zstd"},
        {"Accept": "application/json", "Accept-Encoding": "identity"},
        {"Accept": 'multipart/related; type="application/dicom+xml"', "Accept-Encoding": "identity"},
    ]
    assert len({client.get(path + "/metadata", headers=one).headers["etag"] for one in asked}) == len(asked)
    named = {
        client.get(path, headers={"Accept": one}).headers["etag"] for one in ("application/dicom", "multipart/related")
    }
    assert len(named) == 2


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("", None),
        ("identity", None),
        ("br", None),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("*", "zstd"),
        ("gzip;q=0, *", "zstd"),
        ("gzip;q=0", None),
        ("identity;q=0.5, gzip;q=0.2", None),
        ("identity;q=0, gzip", "gzip"),
    ],
)
def test_the_coding_wanted_most_is_used(client: Client, path: str, accepts: str, coding: str | None) -> None:
    plain = client.get(path + "/metadata", headers={"Accept-Encoding": "identity"}).content
    answer = client.request("GET", path + "/metadata", headers={"Accept-Encoding": accepts})
    assert answer.headers.get("content-encoding") == coding
    assert "Accept-Encoding" in answer.headers["vary"]
    # httpx undoes gzip by itself, and knows no zstd here
    assert (zstd.decompress(answer.content) if coding == "zstd" else answer.content) == plain


def test_when_no_coding_is_left_nothing_is_sent(client: Client, path: str) -> None:
    for accepts in ("identity;q=0", "*;q=0", "br, identity;q=0"):
        assert client.get(path + "/metadata", headers={"Accept-Encoding": accepts}).status_code == 406


def test_metadata_is_xml_for_whoever_asks(client: Client, path: str) -> None:
    [(kind, document)] = parts(
        client.get(path + "/metadata", headers={"Accept": "multipart/related; type=application/dicom+xml"})
    )
    assert kind == "application/dicom+xml"
    root = ElementTree.fromstring(document)
    assert root.tag.endswith("NativeDicomModel")
    uris = [one.attrib.get("uri") or one.attrib.get("URI") for one in root.iter() if one.tag.endswith("BulkData")]
    assert uris
    assert all(client.get(str(uri)).status_code == 200 for uri in uris)


@pytest.mark.parametrize(("charset", "status"), [("utf-8", 200), ("UTF-8,latin1;q=0.1", 200), ("ISO-8859-1", 400)])
def test_text_is_utf_8_or_nothing(client: Client, path: str, charset: str, status: int) -> None:
    assert client.get(f"{path}/metadata?charset={charset}").status_code == status
    parameter = {"Accept": f"application/dicom+json; charset={charset.partition(',')[0]}"}
    assert client.get(path + "/metadata", headers=parameter).status_code == (200 if status == 200 else 406)


def ranged(client: Client, path: str, value: str, **headers: str) -> httpx.Response:
    return client.get(path + "/bulkdata/00091010", headers={"Range": value} | headers)


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-9", 0, 10), ("bytes=2550-", 2550, 2560), ("bytes=-5", 2555, 2560), ("bytes=100-9999", 100, 2560)],
)
def test_a_range_of_bulk_data_is_sent_alone(client: Client, path: str, asked: str, start: int, stop: int) -> None:
    answer = ranged(client, path, asked)
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/2560"
    assert answer.content == (bytes(range(256)) * 10)[start:stop]


def test_a_range_of_a_part_is_one_of_the_bulk_data(client: Client, path: str) -> None:
    answer = ranged(client, path, "bytes=250-259", Accept='multipart/related; type="application/octet-stream"')
    [(_, content)] = parts(answer)
    assert (answer.status_code, content) == (206, (bytes(range(256)) * 10)[250:260])
    assert answer.headers["content-range"] == "bytes 250-259/2560"


def test_a_range_beyond_the_end_is_told_the_size(client: Client, path: str) -> None:
    for asked in ("bytes=2560-", "bytes=-0"):
        answer = ranged(client, path, asked)
        assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */2560")


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "items=0-1", "bytes=5-1", "bytes=-", "bytes=a-b"])
def test_what_is_no_single_range_is_passed_over(client: Client, path: str, asked: str) -> None:
    answer = ranged(client, path, asked)
    assert (answer.status_code, len(answer.content)) == (200, 2560)


def test_a_range_of_another_version_is_not_mixed_with_this(client: Client, path: str) -> None:
    whole = client.get(path + "/bulkdata/00091010")
    assert ranged(client, path, "bytes=0-1", **{"If-Range": whole.headers["etag"]}).status_code == 206
    assert ranged(client, path, "bytes=0-1", **{"If-Range": whole.headers["last-modified"]}).status_code == 206
    assert ranged(client, path, "bytes=0-1", **{"If-Range": '"other"'}).status_code == 200


def test_nested_and_big_endian_values_are_found_and_turned(client: Client) -> None:
    item: Any = Dataset()
    item.add_new(0x00283006, "OW", bytes(range(256)) * 8)
    dataset = image(VOILUTSequence=[item])
    client.stow(part10(dataset, ExplicitVRBigEndian))
    [metadata] = client.get(address(dataset) + "/metadata").json()
    uri = metadata["00283010"]["Value"][0]["00283006"]["BulkDataURI"]
    turned = bytes(n ^ 1 for n in range(256)) * 8
    assert client.get(uri).content == turned
    assert client.get(uri, headers={"Range": "bytes=2-3"}).content == turned[2:4]


def test_a_document_can_be_asked_for_as_what_it_is(client: Client) -> None:
    dataset = image(
        PixelData=None, MIMETypeOfEncapsulatedDocument="application/pdf", EncapsulatedDocument=b"%PDF" * 500
    )
    client.stow(part10(dataset))
    answer = client.get(address(dataset) + "/bulkdata/00420011", headers={"Accept": "application/pdf"})
    assert (answer.headers["content-type"], answer.content) == ("application/pdf", b"%PDF" * 500)
    assert client.get(address(dataset) + "/bulkdata/00420011", headers={"Accept": "text/html"}).status_code == 406
