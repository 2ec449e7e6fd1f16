"""Rows about bulk and pixel data (PS3.18 10.4.1.1.5, 10.4.1.1.6): nested values, documents, ranges."""

import numpy as np

from tests.conformance.archive import ICON, PDF, PRIVATE_BULK
from tests.conformance.instances import OCTETS, empty
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
    parts,
    problem,
    status,
)


def _bytes(content: bytes, what: str) -> Expected:
    @expected(what)
    def check(exchange: Exchange) -> None:
        answer = exchange.last
        several = answer.headers["content-type"].startswith("multipart")
        found = parts(answer)[0][1] if several else answer.content
        assert found == content, found[:80]

    return check


def _rows_of_bulk_data() -> list[Clause]:
    metadata = get("/{ct1.instance}/metadata")
    octets = "application/octet-stream"
    private = "{before.bulk[00091002]}"
    pixels = (np.arange(24 * 32, dtype="<u2") * 3).tobytes()
    return [
        clause(
            "bulk-private",
            "PS3.18 10.4.1.1.5",
            "A private value by its BulkDataURI",
            metadata,
            get(private, accept=octets),
            status(200) & kind(octets) & _bytes(PRIVATE_BULK, "its bytes"),
        ),
        clause(
            "bulk-multipart",
            "PS3.18 10.4.4",
            "The same in parts",
            metadata,
            get(private, accept=OCTETS),
            status(200) & _bytes(PRIVATE_BULK, "its bytes in a part"),
        ),
        clause(
            "bulk-any",
            "PS3.18 8.7.3.3.2",
            "Accept: */*",
            metadata,
            get(private, accept="*/*"),
            status(200) & _bytes(PRIVATE_BULK, "its bytes"),
        ),
        clause(
            "bulk-nested",
            "PS3.18 F.2.6",
            "A value inside a sequence",
            metadata,
            get("{before.bulk[00880200_7FE00010]}", accept=octets),
            status(200) & _bytes(ICON, "its bytes"),
        ),
        clause(
            "bulk-pixels",
            "PS3.18 10.4.1.1.5",
            "Pixel data by their BulkDataURI",
            metadata,
            get("{before.bulk[7FE00010]}", accept=OCTETS),
            status(200) & _bytes(pixels, "the pixels"),
        ),
        clause(
            "bulk-document",
            "PS3.18 10.4.1.1.5",
            "An encapsulated document",
            get("/{pdf.instance}/metadata"),
            get("{before.bulk[00420011]}", accept=octets),
            status(200) & _bytes(PDF * 20, "the document"),
        ),
        clause(
            "bulk-range",
            "RFC 9110 14.2",
            "A range of bytes",
            metadata,
            get(private, accept=octets, range="bytes=256-511"),
            status(206)
            & header("Content-Range", f"bytes 256-511/{len(PRIVATE_BULK)}")
            & _bytes(bytes(range(256)), "256 bytes"),
        ),
        clause(
            "bulk-range-suffix",
            "RFC 9110 14.1.2",
            "The last bytes",
            metadata,
            get(private, accept=octets, range="bytes=-16"),
            status(206) & _bytes(PRIVATE_BULK[-16:], "16 bytes"),
        ),
        clause(
            "bulk-range-open",
            "RFC 9110 14.1.2",
            "From a byte on",
            metadata,
            get(private, accept=octets, range="bytes=3000-"),
            status(206) & _bytes(PRIVATE_BULK[3000:], "the rest"),
        ),
        clause(
            "bulk-range-beyond",
            "RFC 9110 15.5.17",
            "A range beyond the end",
            metadata,
            get(private, accept=octets, range="bytes=99999-"),
            status(416),
        ),
        clause(
            "bulk-range-nonsense",
            "RFC 9110 14.2",
            "A range that is none is ignored",
            metadata,
            get(private, accept=octets, range="lines=1-2"),
            status(200) & _bytes(PRIVATE_BULK, "all bytes"),
        ),
        clause(
            "bulk-ranges-told",
            "RFC 9110 14.3",
            "Ranges are offered",
            metadata,
            get(private, accept=octets),
            status(200) & header("Accept-Ranges", "bytes"),
        ),
        clause(
            "bulk-not-found",
            "PS3.18 10.4.3.1",
            "An attribute that the instance does not have",
            get("/{ct1.instance}/bulkdata/00091099", accept=octets),
            problem(404),
        ),
        clause(
            "bulk-nonsense",
            "PS3.18 10.4.3.1",
            "A path that is no attribute",
            get("/{ct1.instance}/bulkdata/nothing", accept=octets),
            problem(404),
        ),
        clause(
            "bulk-refused",
            "PS3.18 10.4.3.1",
            "A form that cannot be made",
            metadata,
            get(private, accept="image/png"),
            problem(406),
        ),
        clause(
            "bulk-head",
            "RFC 9110 9.3.2",
            "HEAD says the length",
            get("/{ct1.instance}/metadata"),
            ask("HEAD", private, Accept=octets),
            status(200) & header("Content-Length", str(len(PRIVATE_BULK))) & empty,
        ),
        clause(
            "pixeldata-instance",
            "PS3.18 10.4.1.1.6",
            "The pixel data of an instance",
            get("/{ct1.instance}/pixeldata", accept=OCTETS),
            status(200) & _bytes(pixels, "the pixels"),
        ),
        clause(
            "pixeldata-series",
            "PS3.18 10.4.1.1.6",
            "The pixel data of a series",
            get("/{ct1.series}/pixeldata", accept=OCTETS),
            status(200) & _part_count(3),
        ),
        clause(
            "pixeldata-study",
            "PS3.18 10.4.1.1.6",
            "The pixel data of a study",
            get("/{ct1.study}/pixeldata", accept=OCTETS),
            status(200) & _part_count(4),
        ),
    ]


def _part_count(count: int) -> Expected:
    @expected(f"{count} parts")
    def check(exchange: Exchange) -> None:
        assert len(parts(exchange.last)) == count

    return check


CLAUSES = _rows_of_bulk_data()
