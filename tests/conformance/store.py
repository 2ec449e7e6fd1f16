"""Rows about storing (STOW-RS, PS3.18 10.5): what a request may look like, what is kept, and what is answered."""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from tests.conformance.archive import BASIC_TEXT_SR, Fresh
from tests.conformance.table import (
    ROOT,
    Ask,
    Body,
    Clause,
    Exchange,
    Expected,
    clause,
    expected,
    get,
    header,
    kind,
    post,
    problem,
    raw,
    status,
    tag,
    values,
)
from tests.factories import element, identifiers, multipart, part10, raw_part10

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


def _not_dicom(_new: Fresh) -> bytes:
    return b"no DICOM at all, but long enough to have a preamble" * 4


def _rows_of_the_outcome() -> list[Clause]:
    bad_class = files(lambda new: [part10(new.image(SOPClassUID=None))])
    nested = element(0x00081140, "SQ", b"\xfe\xff\x00\xe0\x10\x00\x00\x00")
    return [
        clause(
            "store-references",
            "PS3.18 I.1",
            "What was kept is referenced",
            post("/studies", one()),
            status(200) & kind("application/dicom+json") & referenced,
        ),
        clause(
            "store-study-url",
            "PS3.18 I.1",
            "The study's RetrieveURL is told",
            post("/studies", one()),
            status(200) & study_address,
        ),
        clause(
            "store-several",
            "PS3.18 10.5.1.4",
            "Several instances in one request",
            post("/studies", files(lambda new: [new.file(), new.another()])),
            status(200) & kept(2),
        ),
        clause(
            "store-identical",
            "PS3.18 10.4.3",
            "What was stored comes back to the byte",
            post("/studies", one()),
            get("/{new.instance}", accept="application/dicom; transfer-syntax=*"),
            status(200) & same_bytes,
        ),
        clause(
            "store-found-at-once",
            "PS3.18 10.5.2",
            "What was stored is found by the next search",
            post("/studies", one()),
            get("/studies?StudyInstanceUID={new.study_uid}"),
            status(200) & _counted("NumberOfStudyRelatedInstances", 1),
        ),
        clause(
            "store-metadata-at-once",
            "PS3.18 10.5.2",
            "Its metadata are there at once, of a report too",
            post("/studies", one(SOPClassUID=BASIC_TEXT_SR, Modality="SR", PixelData=None)),
            get("/{new.series}/metadata"),
            status(200) & kind("application/dicom+json"),
        ),
        clause(
            "store-counts",
            "PS3.18 10.6.3.3",
            "A second instance is counted",
            post("/studies", one()),
            post("/studies", files(lambda new: [new.another()])),
            get("/studies?StudyInstanceUID={new.study_uid}"),
            status(200) & _counted("NumberOfStudyRelatedInstances", 2),
        ),
        clause(
            "store-to-study",
            "PS3.18 10.5.1.1",
            "Instances of the study that the URL names",
            post("/{new.study}", one()),
            status(200) & kept(),
        ),
        clause(
            "store-other-study",
            "PS3.18 I.2.2",
            "An instance of another study than the URL's",
            post("/studies/1.2.3.4.5", one()),
            status(409) & failed(0xA900) & names_the_failed,
        ),
        clause(
            "store-other-study-mixed",
            "PS3.18 10.5.3.1",
            "One of this study and one of another",
            post("/{new.study}", files(lambda new: [new.file(), part10()])),
            status(202) & failed(0xA900),
        ),
        clause(
            "store-mixed",
            "PS3.18 10.5.3.1",
            "A good part and one that is no DICOM",
            post("/studies", files(lambda new: [new.file(), _not_dicom(new)])),
            status(202) & failed(0xC000, "OtherFailuresSequence"),
        ),
        clause(
            "store-mixed-kept",
            "PS3.18 10.5.3.1",
            "The good part of a mixed request is kept",
            post("/studies", files(lambda new: [_not_dicom(new), new.file()])),
            get("/{new.instance}", accept="application/dicom; transfer-syntax=*"),
            status(200) & same_bytes,
        ),
        clause(
            "store-all-bad",
            "PS3.18 10.5.3.1",
            "Nothing but parts that are no DICOM",
            post("/studies", files(lambda new: [_not_dicom(new)])),
            status(409) & failed(0xC000, "OtherFailuresSequence"),
        ),
        clause(
            "store-same-again",
            "PS3.18 10.5.2",
            "The same bytes again",
            post("/studies", one()),
            post("/studies", lambda exchange: multipart(exchange.new.file_before)),
            status(200) & kept(),
        ),
        clause(
            "store-same-twice",
            "PS3.18 10.5.2",
            "The same bytes twice in one request",
            post("/studies", files(lambda new: [new.file(), new.file_before])),
            get("/studies?StudyInstanceUID={new.study_uid}"),
            status(200) & _counted("NumberOfStudyRelatedInstances", 1),
        ),
        clause(
            "store-other-bytes",
            "PS3.18 I.2.2",
            "Other bytes under a SOP Instance UID that is kept",
            post("/studies", one()),
            post("/studies", files(lambda new: [part10(new.image(PatientID="OTHER"))])),
            status(409) & failed(0x0111),
        ),
        clause(
            "store-other-bytes-first-stay",
            "PS3.18 10.5.2",
            "After that the first bytes are still there",
            post("/studies", one()),
            _tolerated("/studies", files(lambda new: [part10(new.image(PatientID="OTHER"))])),
            get("/{new.instance}", accept="application/dicom; transfer-syntax=*"),
            status(200) & same_bytes,
        ),
        clause(
            "store-no-class",
            "PS3.18 I.2.2",
            "An instance without SOP Class UID",
            post("/studies", bad_class),
            status(409),
        ),
        clause(
            "store-no-study",
            "PS3.18 I.2.2",
            "An instance without Study Instance UID",
            post("/studies", files(lambda new: [part10(new.image(StudyInstanceUID=None))])),
            status(409),
        ),
        clause(
            "store-truncated",
            "PS3.10 7",
            "A file whose last element is cut short",
            post("/studies", files(lambda new: [new.file()[:-10]])),
            status(409) & failed(0xC000),
        ),
        clause(
            "store-nested-lie",
            "PS3.5 7.5",
            "A sequence whose item ends beyond its parent",
            post("/studies", files(lambda _new: [raw_part10(identifiers(), nested)])),
            status(409),
        ),
        clause(
            "store-private-class",
            "PS3.4 B.3.1",
            "A storage SOP class that nobody has heard of",
            post("/studies", one(SOPClassUID="1.2.826.0.1.3680043.10.1.99")),
            status(200) & kept(),
        ),
        clause(
            "store-meta-disagrees",
            "PS3.10 7.1",
            "A file meta that names another instance: the data set counts",
            post("/studies", one()),
            get("/{new.instance}/metadata"),
            status(200),
        ),
        clause(
            "store-unknown-syntax",
            "PS3.5 10",
            "A transfer syntax that is not known here is kept as it is",
            post("/studies", files(lambda new: [_unknown_syntax(new)])),
            get("/{new.instance}", accept="application/dicom; transfer-syntax=*"),
            status(200) & same_bytes,
        ),
        clause(
            "store-nothing-coerced",
            "PS3.18 I.2.1",
            "Nothing is changed, so no WarningReason is told",
            post("/studies", one()),
            status(200) & _no_warning,
        ),
        *(
            clause(
                f"store-uid-{name}",
                "PS3.5 9.1",
                f"A SOP Instance UID with {name.replace('-', ' ')}",
                post("/studies", one(SOPInstanceUID=text)),
                status(409),
            )
            for name, text in {
                "a-path": "../../etc/passwd",
                "a-leading-zero": "1.2.03",
                "65-characters": "1" * 65,
                "letters": "1.2.x",
                "an-empty-component": "1..2",
            }.items()
        ),
        clause(
            "store-url-uid",
            "PS3.5 9.1",
            "A study in the URL that is no UID",
            post("/studies/1.2.x", one()),
            problem(400),
        ),
    ]


def _unknown_syntax(new: Fresh) -> bytes:
    new.file_before = raw_part10(
        element(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.7\0"),
        *(
            element(number, "UI", text.encode() + b"\0" * (len(text) % 2))
            for number, text in (
                (0x00080018, new.instance_uid),
                (0x0020000D, new.study_uid),
                (0x0020000E, new.series_uid),
            )
        ),
        transfer_syntax="1.2.826.0.1.3680043.10.1.98",
    )
    return new.file_before


def _tolerated(path: str, body: Callable[[Exchange], Body]) -> Ask:
    """A request before the one that is judged that may be refused."""
    return replace(post(path, body), may_fail=True)


def _counted(keyword: str, count: int) -> Expected:
    @expected(f"{keyword} {count}")
    def check(exchange: Exchange) -> None:
        [item] = exchange.last.json()
        assert values(item, keyword) == [count], item

    return check


@expected("no WarningReason")
def _no_warning(exchange: Exchange) -> None:
    [item] = values(exchange.last.json(), "ReferencedSOPSequence")
    assert tag("WarningReason") not in item


def _rows_of_the_answer() -> list[Clause]:
    return [
        clause(
            "store-answer-json",
            "PS3.18 10.5.3",
            "Accept: application/dicom+json",
            post("/studies", one(), accept="application/dicom+json"),
            status(200) & kind("application/dicom+json"),
        ),
        clause(
            "store-answer-plain-json",
            "PS3.18 F.2",
            "Accept: application/json",
            post("/studies", one(), accept="application/json"),
            status(200) & kind("application/json"),
        ),
        clause(
            "store-answer-any",
            "PS3.18 10.5.3",
            "Accept: */*",
            post("/studies", one(), accept="*/*"),
            status(200) & kind("application/dicom+json"),
        ),
        clause(
            "store-answer-xml",
            "PS3.18 10.5.3",
            "Accept: application/dicom+xml",
            post("/studies", one(), accept="application/dicom+xml"),
            status(200) & kind("application/dicom+xml") & _xml_reference,
        ),
        clause(
            "store-answer-neither",
            "RFC 9110 15.5.7",
            "An Accept that nothing satisfies is refused before anything is kept",
            post("/studies", one(), accept="image/png"),
            problem(406),
        ),
        clause(
            "store-answer-xml-failure",
            "PS3.18 I.1",
            "Failures in XML",
            post("/studies/1.2.3.4", one(), accept="application/dicom+xml"),
            status(409) & _xml_failure,
        ),
        clause(
            "store-answer-not-cached",
            "RFC 9111 5.2.2.5",
            "The answer is not to be kept by caches",
            post("/studies", one()),
            status(200) & header("Cache-Control", "no-store"),
        ),
    ]


def _xml_attribute(exchange: Exchange, keyword: str) -> ElementTree.Element:
    document = ElementTree.fromstring(exchange.last.text)
    assert document.tag == f"{{{NATIVE}}}NativeDicomModel", document.tag
    found = document.find(f"{{{NATIVE}}}DicomAttribute[@keyword='{keyword}']")
    assert found is not None, exchange.last.text[:400]
    return found


@expected("a NativeDicomModel with ReferencedSOPSequence")
def _xml_reference(exchange: Exchange) -> None:
    assert exchange.new.instance_uid in ElementTree.tostring(
        _xml_attribute(exchange, "ReferencedSOPSequence"), "unicode"
    )


@expected("a NativeDicomModel with FailedSOPSequence")
def _xml_failure(exchange: Exchange) -> None:
    assert "43264" in ElementTree.tostring(_xml_attribute(exchange, "FailedSOPSequence"), "unicode")


CLAUSES = [*_rows_of_the_form(), *_rows_of_the_transfer(), *_rows_of_the_outcome(), *_rows_of_the_answer()]
