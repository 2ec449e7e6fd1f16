"""Rows about storing (STOW-RS, PS3.18 10.5): what a request may look like, what is kept, and what is answered."""

import gzip
import zlib
from collections.abc import Callable
from typing import Any

from tests.conformance.archive import Fresh
from tests.conformance.table import (
    ROOT,
    Body,
    Clause,
    Exchange,
    Expected,
    clause,
    expected,
    header,
    post,
    problem,
    raw,
    status,
    values,
)
from tests.factories import multipart

NATIVE = "http://dicom.nema.org/PS3.19/models/NativeDICOM"
DICOM = 'multipart/related; type="application/dicom"'


def files(make: Callable[[Fresh], list[bytes]]) -> Callable[[Exchange], Body]:
    """A multipart body of these Part 10 files."""
    return lambda exchange: multipart(*make(exchange.new))


def one(**keywords: Any) -> Callable[[Exchange], Body]:
    """A multipart body of the row's own instance."""
    return files(lambda new: [new.file(**keywords)])


def written(boundary: str, content_type: str = "", **pieces: bytes) -> Callable[[Exchange], Body]:
    """A body of one part, with another preamble, text after the delimiter, part head or epilogue."""
    one_part = {
        "preamble": b"",
        "after": b"",
        "head": b"Content-Type: application/dicom\r\n",
        "epilogue": b"\r\n",
    } | pieces

    def make(exchange: Exchange) -> Body:
        delimiter = b"--" + boundary.encode()
        start = one_part["preamble"] + delimiter + one_part["after"] + b"\r\n" + one_part["head"] + b"\r\n"
        content = start + exchange.new.file() + b"\r\n" + delimiter + b"--" + one_part["epilogue"]
        return content, {"Content-Type": content_type or f'{DICOM}; boundary="{boundary}"'}

    return make


def kept(count: int = 1) -> Expected:
    """So many instances are told as stored, and none as refused."""

    @expected(f"ReferencedSOPSequence with {count}, no failures")
    def check(exchange: Exchange) -> None:
        answer = exchange.last.json()
        assert len(values(answer, "ReferencedSOPSequence")) == count, answer
        assert not values(answer, "FailedSOPSequence"), answer
        assert not values(answer, "OtherFailuresSequence"), answer

    return check


def failed(reason: int, sequence: str = "FailedSOPSequence", count: int = 1) -> Expected:
    """So many instances are told as refused for this reason."""

    @expected(f"{sequence} with FailureReason {reason:04X}")
    def check(exchange: Exchange) -> None:
        found = values(exchange.last.json(), sequence)
        assert len(found) == count, exchange.last.text[:400]
        for item in found:
            assert values(item, "FailureReason") == [reason], item

    return check


@expected("the bytes that were sent")
def same_bytes(exchange: Exchange) -> None:
    """What is retrieved is what was stored."""
    assert exchange.last.content == exchange.new.file_before


@expected("ReferencedSOPInstanceUID, ReferencedSOPClassUID and a RetrieveURL that is the instance's")
def referenced(exchange: Exchange) -> None:
    """The reference of what was kept."""
    [item] = values(exchange.last.json(), "ReferencedSOPSequence")
    assert values(item, "ReferencedSOPInstanceUID") == [exchange.new.instance_uid]
    assert values(item, "ReferencedSOPClassUID")
    [address] = values(item, "RetrieveURL")
    assert address == f"{_root(exchange)}/{exchange.new.instance}"


@expected("RetrieveURL of the study")
def study_address(exchange: Exchange) -> None:
    """Table I.1-1: where the study can be retrieved."""
    assert values(exchange.last.json(), "RetrieveURL") == [f"{_root(exchange)}/{exchange.new.study}"]


@expected("ReferencedSOPInstanceUID and ReferencedSOPClassUID of what failed")
def names_the_failed(exchange: Exchange) -> None:
    """The reference of what was refused."""
    [item] = values(exchange.last.json(), "FailedSOPSequence")
    assert values(item, "ReferencedSOPInstanceUID") == [exchange.new.instance_uid], item
    assert values(item, "ReferencedSOPClassUID"), item


def _root(exchange: Exchange) -> str:
    url = exchange.last.request.url
    return f"{url.scheme}://{url.netloc.decode()}{ROOT}"


def _rows_of_the_form() -> list[Clause]:
    stored = status(200) & kept()
    boundaries = {
        "short": "b",
        "longest": "0" * 70,
        "spaces": "with spaces inside",
        "specials": "'()+_,-./:=?",
        "hyphens": "--starts-with-hyphens",
        "hyphens-end": "a" * 10 + "-" * 20,
    }
    rows = [
        clause(
            f"store-boundary-{name}",
            "RFC 2046 5.1.1",
            f"A boundary of every legal form is found ({name})",
            post("/studies", written(boundary)),
            stored,
        )
        for name, boundary in boundaries.items()
    ]
    types = {
        "unquoted": "multipart/related;boundary=b;type=application/dicom",
        "case": "Multipart/Related ; BOUNDARY = b ; Type = Application/DICOM",
        "quoted-pair": 'multipart/related; type="application/dicom"; boundary="\\b"',
        "no-type": "multipart/related; boundary=b",
        "start": 'multipart/related; start="<1@x>"; type="application/dicom"; boundary=b; charset=utf-8',
    }
    rows += [
        clause(
            f"store-content-type-{name}",
            "PS3.18 8.6.1.2.1",
            f"Content-Type may be written in any legal way ({name})",
            post("/studies", written("b", content_type)),
            stored,
        )
        for name, content_type in types.items()
    ]
    pieces: dict[str, dict[str, bytes]] = {
        "preamble": {"preamble": b"This is a message in MIME format.\r\n"},
        "epilogue": {"epilogue": b"\r\nand nothing more\r\n"},
        "no-epilogue": {"epilogue": b""},
        "white-space": {"after": b"  \t"},
        "head-case": {"head": b"CONTENT-TYPE: Application/Dicom\r\n"},
        "head-parameters": {"head": b"Content-Type: application/dicom; transfer-syntax=1.2.840.10008.1.2.1\r\n"},
        "head-many": {"head": b"Content-ID: <1@x>\r\nContent-Type: application/dicom\r\nX-More: y\r\n"},
        "head-folded": {"head": b"Content-Type:\r\n application/dicom\r\n"},
        "head-none": {"head": b""},
    }
    rows += [
        clause(
            f"store-part-{name}",
            "RFC 2046 5.1.1",
            f"A part is read with {name.replace('-', ' ')}",
            post("/studies", written("b", **changed)),
            stored,
        )
        for name, changed in pieces.items()
    ]
    return rows


def _chunked(exchange: Exchange, host: str) -> bytes:
    content, headers = multipart(exchange.new.file())
    chunks = [content[at : at + 97] for at in range(0, len(content), 97)]
    body = b"".join(f"{len(chunk):x};note=x\r\n".encode() + chunk + b"\r\n" for chunk in chunks) + b"0\r\n\r\n"
    return _head(host, headers["Content-Type"], "Transfer-Encoding: chunked") + body


def _expecting(exchange: Exchange, host: str) -> bytes:
    content, headers = multipart(exchange.new.file())
    return _head(host, headers["Content-Type"], f"Content-Length: {len(content)}", "Expect: 100-continue") + content


def _folded_lines(exchange: Exchange, host: str) -> bytes:
    """A small first piece: the delimiter itself is cut between two packets by whoever sends this in pieces."""
    content, headers = multipart(exchange.new.file())
    return _head(host, headers["Content-Type"].replace("; ", ";\t"), f"Content-Length: {len(content)}") + content


def _head(host: str, content_type: str, *lines: str) -> bytes:
    all_lines = [
        f"POST {ROOT}/studies HTTP/1.1",
        f"Host: {host}",
        f"Content-Type: {content_type}",
        "Accept: application/dicom+json",
        "Connection: close",
        *lines,
    ]
    return ("\r\n".join(all_lines) + "\r\n\r\n").encode()


def _encoded(coding: str, encode: Callable[[bytes], bytes]) -> Callable[[Exchange], Body]:
    def make(exchange: Exchange) -> Body:
        content, headers = multipart(exchange.new.file())
        return encode(content), headers | {"Content-Encoding": coding}

    return make


def _cut(at: int) -> Callable[[Exchange], Body]:
    def make(exchange: Exchange) -> Body:
        content, headers = multipart(exchange.new.file())
        return content[:at], headers

    return make


def _plain(content: bytes, content_type: str) -> Callable[[Exchange], Body]:
    return lambda _exchange: (content, {"Content-Type": content_type} if content_type else {})


def _rows_of_the_transfer() -> list[Clause]:
    return [
        clause(
            "store-chunked",
            "RFC 9112 7.1",
            "A chunked body, chunk extensions included",
            raw("POST", "/studies", _chunked),
            status(200) & kept(),
        ),
        clause(
            "store-expect",
            "RFC 9110 10.1.1",
            "Expect: 100-continue, as curl sends it",
            raw("POST", "/studies", _expecting),
            status(200) & kept(),
        ),
        clause(
            "store-tab",
            "RFC 9110 5.6.3",
            "Tabs between the parameters of Content-Type",
            raw("POST", "/studies", _folded_lines),
            status(200) & kept(),
        ),
        clause(
            "store-single",
            "PS3.18 10.5.2",
            "A single part application/dicom body",
            post("/studies", lambda exchange: (exchange.new.file(), {"Content-Type": "application/dicom"})),
            status(200) & kept(),
        ),
        clause(
            "store-gzip",
            "RFC 9110 8.4",
            "A body with Content-Encoding: gzip is refused, and told what would be taken",
            post("/studies", _encoded("gzip", gzip.compress)),
            problem(415) & header("Accept-Encoding", "identity"),
        ),
        clause(
            "store-deflate",
            "RFC 9110 8.4",
            "A body with Content-Encoding: deflate is refused",
            post("/studies", _encoded("deflate", zlib.compress)),
            problem(415) & header("Accept-Encoding", "identity"),
        ),
        clause(
            "store-encoding-unknown",
            "RFC 9110 15.5.16",
            "A Content-Encoding that nobody knows",
            post("/studies", _encoded("rot13", bytes)),
            problem(415),
        ),
        clause(
            "store-encoding-lie",
            "RFC 9110 8.4",
            "Content-Encoding: gzip over bytes that are not",
            post("/studies", _encoded("gzip", bytes)),
            problem(415),
        ),
        clause(
            "store-cut-part",
            "PS3.18 10.5.3.1",
            "A body that is cut off inside a part",
            post("/studies", _cut(-100)),
            problem(400),
        ),
        clause(
            "store-cut-closing",
            "RFC 2046 5.1.1",
            "A body whose closing delimiter is cut off",
            post("/studies", _cut(-6)),
            problem(400),
        ),
        clause(
            "store-cut-head",
            "RFC 2046 5.1.1",
            "A body that is cut off inside a part's header",
            post("/studies", _cut(30)),
            problem(400),
        ),
        clause(
            "store-empty",
            "PS3.18 10.5.3.1",
            "An empty body",
            post("/studies", _plain(b"", f"{DICOM}; boundary=b")),
            problem(400),
        ),
        clause(
            "store-no-parts",
            "RFC 2046 5.1",
            "A multipart body without parts",
            post("/studies", _plain(b"--b--\r\n", f"{DICOM}; boundary=b")),
            problem(400),
        ),
        clause(
            "store-other-boundary",
            "RFC 2046 5.1.1",
            "A boundary that never occurs",
            post("/studies", _plain(b"--a\r\n\r\nx\r\n--a--", f"{DICOM}; boundary=b")),
            problem(400),
        ),
        clause(
            "store-no-boundary",
            "RFC 2046 5.1.1",
            "multipart/related without a boundary",
            post("/studies", _plain(b"--a\r\n\r\nx\r\n--a--", DICOM)),
            problem(400),
        ),
        clause(
            "store-boundary-too-long",
            "RFC 2046 5.1.1",
            "A boundary of 71 characters",
            post("/studies", _plain(b"x", f"{DICOM}; boundary={'b' * 71}")),
            problem(400),
        ),
        clause(
            "store-type-text",
            "PS3.18 10.5.3.1",
            "A media type that is not stored",
            post("/studies", _plain(b"x", "text/plain")),
            problem(415) & header("Accept", 'type="application/dicom"'),
        ),
        clause(
            "store-type-form",
            "PS3.18 10.5.3.1",
            "A browser's form",
            post("/studies", _plain(b"x", "multipart/form-data; boundary=b")),
            problem(415),
        ),
        clause(
            "store-type-none",
            "RFC 9110 8.3",
            "A body without Content-Type",
            post("/studies", _plain(b"x", "")),
            problem(415),
        ),
        clause(
            "store-type-broken",
            "RFC 9110 8.3.1",
            "A Content-Type that is no media type",
            post("/studies", _plain(b"x", "nonsense;;")),
            problem(400),
        ),
        clause(
            "store-too-large",
            "RFC 9110 15.5.14",
            "An instance beyond the documented limit",
            post("/studies", one(PixelData=bytes(2**21))),
            problem(413),
            settings="limited",
        ),
    ]


CLAUSES = [*_rows_of_the_form(), *_rows_of_the_transfer()]
