"""Storing over HTTP: every multipart body that RFC 2046 allows is read, however it is cut and written."""

from collections.abc import AsyncIterator

import pytest

from tests.factories import part10
from tests.http.conftest import Client


def body(file: bytes, boundary: str, **replaced: bytes) -> bytes:
    """One part, with whatever is `replaced`: preamble, after (the delimiter), head, epilogue."""
    pieces = {"preamble": b"", "after": b"", "head": b"Content-Type: application/dicom\r\n", "epilogue": b""} | replaced
    delimiter = b"--" + boundary.encode()
    start = pieces["preamble"] + delimiter + pieces["after"] + b"\r\n" + pieces["head"] + b"\r\n"
    return start + file + b"\r\n" + delimiter + b"--" + pieces["epilogue"]


def stored(client: Client, content: bytes, content_type: str) -> None:
    answer = client.post("/dicomweb/studies", content=content, headers={"Content-Type": content_type})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "boundary",
    [
        "b",
        "0" * 70,
        "with spaces inside",
        "'()+_,-./:=?",
        "--starts-with-hyphens",
        "a" * 10 + "-" * 20,
        "gc0pJq0M:08jU534c0p",
    ],
)
def test_any_legal_boundary_is_found(client: Client, boundary: str) -> None:
    content_type = f'multipart/related; type="application/dicom"; boundary="{boundary}"'
    stored(client, body(part10(), boundary), content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/related;boundary=b;type=application/dicom",
        "Multipart/Related ; BOUNDARY = b ; Type = Application/DICOM",
        'multipart/related; type="application/dicom"; boundary="\\b"',
        "multipart/related; boundary=b",
        'multipart/related; start="<1@x>"; type="application/dicom"; boundary=b; charset=utf-8',
    ],
)
def test_the_content_type_may_be_written_in_any_legal_way(client: Client, content_type: str) -> None:
    stored(client, body(part10(), "b"), content_type)


@pytest.mark.parametrize(
    "replaced",
    [
        {"preamble": b"This is a multi-part message.\r\n"},
        {"preamble": b"\r\n"},
        {"preamble": b"--almost\r\n--bb is no delimiter of b on its own line\r\nx\r\n"[:10] + b"\r\n"},
        {"epilogue": b"\r\nand nobody reads this\r\n--b\r\n"},
        {"epilogue": b" \t\r\n"},
        {"after": b" \t "},
        {"head": b""},
        {"head": b"MIME-Version: 1.0\r\ncontent-TYPE:application/dicom\r\nContent-Location: http://x/1\r\n"},
        {"head": b"Content-ID: <1@x>\r\nContent-Type: application/dicom;\r\n transfer-syntax=1.2.840.10008.1.2.1\r\n"},
        {"head": b"CONTENT-LENGTH: 1\r\nCONTENT-TYPE: APPLICATION/DICOM\r\n"},
    ],
)
def test_what_may_stand_around_a_part_is_no_obstacle(client: Client, replaced: dict[str, bytes]) -> None:
    stored(client, body(part10(), "b", **replaced), "multipart/related; type=application/dicom; boundary=b")


def test_a_file_that_contains_nearly_the_boundary_is_stored_whole(client: Client) -> None:
    file = part10(Rows=2, Columns=40, PixelData=(b"\r\n--boundar\r\n\r\n--b--\r--boundary" * 5)[:160])
    answer = client.stow(file)
    assert answer.status_code == 200
    [kept] = answer.json()["00081199"]["Value"]
    assert client.get(kept["00081190"]["Value"][0], headers={"Accept": "application/dicom"}).content == file


@pytest.mark.parametrize("piece", [1, 3, 17, 256])
def test_a_body_that_arrives_in_small_pieces_is_stored_whole(client: Client, piece: int) -> None:
    file = part10()
    content = body(file, "b")

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), piece):
            yield content[start : start + piece]

    headers = {"Content-Type": "multipart/related; type=application/dicom; boundary=b"}
    answer = client.post("/dicomweb/studies", content=pieces(), headers=headers)
    assert answer.status_code == 200, answer.text
    [kept] = answer.json()["00081199"]["Value"]
    assert client.get(kept["00081190"]["Value"][0], headers={"Accept": "application/dicom"}).content == file


def test_an_empty_part_is_refused_and_its_neighbour_kept(client: Client) -> None:
    answer = client.stow(b"", part10())
    assert answer.status_code == 202
    assert len(answer.json()["00081199"]["Value"]) == 1
    assert len(answer.json()["0008119A"]["Value"]) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "boundary"),
        (b"--b--\r\n", "no parts"),
        (b"--b\r\nno colon here\r\n\r\nx\r\n--b--", "name: value"),
        (b"--b junk\r\n\r\nx\r\n--b--", "end of its line"),
        (b"--b\r\n\r\nx", "cut off"),
    ],
)
def test_what_is_no_multipart_body_is_malformed(client: Client, content: bytes, reason: str) -> None:
    headers = {"Content-Type": "multipart/related; type=application/dicom; boundary=b"}
    answer = client.post("/dicomweb/studies", content=content, headers=headers)
    assert answer.status_code == 400
    assert reason in answer.json()["title"]


@pytest.mark.parametrize("boundary", ["", "x" * 71])
def test_a_boundary_of_impossible_length_is_malformed(client: Client, boundary: str) -> None:
    headers = {"Content-Type": f'multipart/related; type="application/dicom"; boundary="{boundary}"'}
    assert client.post("/dicomweb/studies", content=b"x", headers=headers).status_code == 400
