"""Rows about instances (WADO-RS, PS3.18 10.4.1.1.1): at every level, in every transfer syntax, conditionally."""

import io
import re
from typing import Any

import numpy as np
import pydicom

from tests.conformance.table import (
    Clause,
    Exchange,
    Expected,
    ask,
    clause,
    expected,
    get,
    header,
    kind,
    part_heads,
    parts,
    problem,
    status,
)

DICOM = 'multipart/related; type="application/dicom"'
OCTETS = 'multipart/related; type="application/octet-stream"'
EXPLICIT = "1.2.840.10008.1.2.1"
J2K = "1.2.840.10008.1.2.4.90"
JLS = "1.2.840.10008.1.2.4.80"
RLE = "1.2.840.10008.1.2.5"


def file_of(name: str) -> Expected:
    """The answer is the archived file."""

    @expected(f"the very bytes of {name}")
    def check(exchange: Exchange) -> None:
        assert exchange.last.content == exchange.archive[name].file

    return check


def part_files(*names: str) -> Expected:
    """The parts are the archived files, in any order."""

    @expected(f"one part each, the bytes of {', '.join(names)}")
    def check(exchange: Exchange) -> None:
        found = sorted(content for _, content in parts(exchange.last))
        assert found == sorted(exchange.archive[name].file for name in names)

    return check


def part_kinds(pattern: str) -> Expected:
    """Every part's Content-Type matches."""

    @expected(f"parts of {pattern}")
    def check(exchange: Exchange) -> None:
        for media_type, _ in parts(exchange.last):
            assert re.fullmatch(pattern, media_type), media_type

    return check


def _instance(exchange: Exchange) -> pydicom.Dataset:
    content = exchange.last.content
    if exchange.last.headers["content-type"].startswith("multipart"):
        [(_, content)] = parts(exchange.last)
    return pydicom.dcmread(io.BytesIO(content))


def native_pixels(name: str, exchange: Exchange) -> "np.ndarray[Any, Any]":
    archived = exchange.archive[name]
    return pydicom.dcmread(io.BytesIO(archived.file)).pixel_array


def transcoded(name: str, syntax: str) -> Expected:
    """The instance in that transfer syntax, pixel by pixel what was archived."""

    @expected(f"transfer syntax {syntax}, the same pixels")
    def check(exchange: Exchange) -> None:
        found = _instance(exchange)
        assert found.file_meta.TransferSyntaxUID == syntax
        assert found.SOPInstanceUID == exchange.archive[name].instance_uid
        assert np.array_equal(found.pixel_array, native_pixels(name, exchange))

    return check


def _rows_of_instances() -> list[Clause]:
    any_syntax = f"{DICOM}; transfer-syntax=*"
    one = "/{ct1.instance}"
    refusals = {"application/dicom; q=0": "a weight of zero", "image/png": "a picture", "text/html": "a page"}
    return [
        clause(
            "retrieve-study",
            "PS3.18 10.4.1.1.1",
            "A study",
            get("/{ct1.study}", accept=any_syntax),
            status(200) & part_files("ct1", "ct2", "ct3", "mr"),
        ),
        clause(
            "retrieve-series",
            "PS3.18 10.4.1.1.1",
            "A series",
            get("/{ct1.series}", accept=any_syntax),
            status(200) & part_files("ct1", "ct2", "ct3"),
        ),
        clause(
            "retrieve-instance",
            "PS3.18 10.4.1.1.1",
            "An instance, in parts",
            get(one, accept=DICOM),
            status(200) & part_files("ct1"),
        ),
        clause(
            "retrieve-instance-single",
            "PS3.18 8.7.3.1",
            "An instance as a single part",
            get(one, accept="application/dicom"),
            status(200) & kind("application/dicom") & file_of("ct1"),
        ),
        clause("retrieve-any", "PS3.18 8.7.3.1", "Accept: */*", get(one, accept="*/*"), status(200)),
        clause("retrieve-none", "RFC 9110 12.5.1", "No Accept at all", get(one), status(200)),
        clause(
            "retrieve-unquoted",
            "PS3.18 8.7.3.5",
            "The type parameter without quotes",
            get(one, accept="multipart/related;type=application/dicom"),
            status(200) & part_files("ct1"),
        ),
        clause(
            "retrieve-parameter",
            "PS3.18 8.3.3.1",
            "accept as a query parameter",
            get(f"{one}?accept=application/dicom", accept="text/html"),
            status(200) & file_of("ct1"),
        ),
        clause(
            "retrieve-weights",
            "RFC 9110 12.4.2",
            "The best by weights",
            get(one, accept=f"application/dicom;q=0.2, {DICOM};q=0.9"),
            status(200) & part_files("ct1"),
        ),
        clause(
            "retrieve-part-type",
            "PS3.18 8.7.3.5.2",
            "A part says its transfer syntax",
            get(one, accept=DICOM),
            status(200) & part_kinds(rf"application/dicom; *transfer-syntax={re.escape(EXPLICIT)}"),
        ),
        clause(
            "retrieve-part-location",
            "PS3.18 8.4.3",
            "A part says where it is from",
            get("/{ct1.series}", accept=DICOM),
            status(200) & _locations,
        ),
        clause(
            "retrieve-type-parameter",
            "RFC 2387 3.1",
            "multipart/related names the type of its root",
            get(one, accept=DICOM),
            status(200) & header("Content-Type", 'type="application/dicom"'),
        ),
        *(
            clause(
                f"retrieve-refused-{number}",
                "PS3.18 10.4.3.1",
                f"Nothing acceptable: {why}",
                get(one, accept=accept),
                problem(406),
            )
            for number, (accept, why) in enumerate(refusals.items(), 1)
        ),
        clause(
            "retrieve-unknown-syntax",
            "PS3.18 8.7.3.5.2",
            "A transfer syntax that nobody can make",
            get(one, accept="application/dicom; transfer-syntax=1.2.3.4"),
            problem(406),
        ),
        clause(
            "retrieve-default-syntax",
            "PS3.18 table 8.7.3-2",
            "Without transfer-syntax an implicit VR instance comes in Explicit VR Little Endian",
            get("/{implicit.instance}", accept="application/dicom"),
            status(200) & transcoded("implicit", EXPLICIT),
        ),
        clause(
            "retrieve-big-endian",
            "PS3.18 8.7.3",
            "Big endian is not used on the web",
            get("/{big.instance}", accept="application/dicom"),
            status(200) & transcoded("big", EXPLICIT),
        ),
        clause(
            "retrieve-deflated",
            "PS3.18 table 8.7.3-2",
            "A deflated instance in Explicit VR Little Endian",
            get("/{deflated.instance}", accept=f"application/dicom; transfer-syntax={EXPLICIT}"),
            status(200) & transcoded("deflated", EXPLICIT),
        ),
        *(
            clause(
                f"retrieve-decoded-{name}",
                "PS3.18 8.7.3.5.2",
                f"A {what} instance, decompressed",
                get(f"/{{{name}.instance}}", accept=f"application/dicom; transfer-syntax={EXPLICIT}"),
                status(200) & transcoded(name, EXPLICIT),
            )
            for name, what in (("rle", "RLE"), ("jls", "JPEG-LS"), ("j2k", "JPEG 2000"), ("rle3", "multi-frame RLE"))
        ),
        *(
            clause(
                f"retrieve-stored-{name}",
                "PS3.18 8.7.3.5.2",
                f"transfer-syntax=*: {what} as it is stored",
                get(f"/{{{name}.instance}}", accept="application/dicom; transfer-syntax=*"),
                status(200) & file_of(name),
            )
            for name, what in (
                ("rle", "RLE"),
                ("jls", "JPEG-LS"),
                ("j2k", "JPEG 2000"),
                ("jpeg", "JPEG"),
                ("big", "big endian"),
                ("deflated", "deflated"),
                ("sr", "a report"),
                ("pdf", "a document"),
            )
        ),
        clause(
            "retrieve-own-syntax",
            "PS3.18 8.7.3.5.2",
            "The stored transfer syntax by its UID",
            get("/{jls.instance}", accept=f"application/dicom; transfer-syntax={JLS}"),
            status(200) & file_of("jls"),
        ),
        clause(
            "retrieve-lossy-stays",
            "PS3.18 8.7.3",
            "Lossy pixels without transfer-syntax",
            get("/{jpeg.instance}", accept="application/dicom"),
            status(200),
        ),
        clause(
            "retrieve-several-syntaxes",
            "PS3.18 8.7.3.5.2",
            "Several acceptable transfer syntaxes: the stored one needs no work",
            get(
                "/{j2k.instance}",
                accept=f"application/dicom; transfer-syntax={JLS};q=0.1, application/dicom; transfer-syntax={J2K}",
            ),
            status(200) & file_of("j2k"),
        ),
        clause(
            "retrieve-not-found",
            "PS3.18 10.4.3.1",
            "A study that is not here",
            get("/studies/1.2.3.4", accept=DICOM),
            problem(404),
        ),
        clause(
            "retrieve-series-elsewhere",
            "PS3.18 10.4.3.1",
            "A series under another study",
            get("/{sr.study}/series/{ct1.series_uid}", accept=DICOM),
            problem(404),
        ),
        clause(
            "retrieve-instance-elsewhere",
            "PS3.18 10.4.3.1",
            "An instance under another series",
            get("/{mr.series}/instances/{ct1.instance_uid}", accept=DICOM),
            problem(404),
        ),
        clause("retrieve-no-uid", "PS3.5 9.1", "A UID that is none", get("/studies/1.2.x", accept=DICOM), problem(400)),
        clause(
            "retrieve-encoded-uid",
            "RFC 3986 2.1",
            "A UID that is percent-encoded",
            get("/studies/%31.2.3.4", accept=DICOM),
            problem(404),
        ),
        clause(
            "retrieve-head",
            "RFC 9110 9.3.2",
            "HEAD of an instance",
            ask("HEAD", one, Accept="application/dicom"),
            status(200) & kind("application/dicom") & empty,
        ),
        clause(
            "retrieve-head-404",
            "RFC 9110 9.3.2",
            "HEAD of what is not here",
            ask("HEAD", "/studies/1.2.3.4"),
            status(404) & empty,
        ),
        clause(
            "retrieve-private",
            "RFC 9111 5.2.2.7",
            "Images are not for shared caches",
            get(one, accept="application/dicom"),
            status(200) & header("Cache-Control", "private"),
        ),
        clause(
            "retrieve-etag",
            "RFC 9110 8.8.3",
            "An instance has an ETag",
            get(one, accept="application/dicom"),
            status(200) & header("ETag", '"'),
        ),
        clause(
            "retrieve-not-modified",
            "RFC 9110 13.1.2",
            "If-None-Match with it",
            get(one, accept="application/dicom"),
            get(one, accept="application/dicom", if_none_match="{before.headers[etag]}"),
            status(304) & empty,
        ),
        clause(
            "retrieve-modified",
            "RFC 9110 13.1.2",
            "If-None-Match with another",
            get(one, accept="application/dicom", if_none_match='"other"'),
            status(200) & file_of("ct1"),
        ),
        clause(
            "retrieve-last-modified",
            "RFC 9110 8.8.2",
            "An instance says when it was stored",
            get(one, accept="application/dicom"),
            status(200) & header("Last-Modified", "GMT"),
        ),
    ]


@expected("no body")
def empty(exchange: Exchange) -> None:
    assert exchange.last.content == b""


@expected("each part with the Content-Location of its instance")
def _locations(exchange: Exchange) -> None:
    found = {head["content-location"].rpartition("/dicomweb/")[2] for head in part_heads(exchange.last)}
    assert found == {exchange.archive[name].instance for name in ("ct1", "ct2", "ct3")}


CLAUSES = _rows_of_instances()
