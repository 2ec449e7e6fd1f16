"""Rows about frames (PS3.18 10.4.1.1.6): lists of them, native and as they are stored."""

import re

import numpy as np
from pydicom.encaps import generate_frames

from tests.conformance.instances import EXPLICIT, J2K, JLS, OCTETS, RLE, empty, native_pixels, part_kinds
from tests.conformance.table import (
    Clause,
    Exchange,
    Expected,
    ask,
    clause,
    expected,
    get,
    kind,
    parts,
    problem,
    status,
)


def frames(name: str, *numbers: int) -> Expected:
    """The parts (or the only body) are these frames, native and little endian, in this order."""

    @expected(f"frames {', '.join(map(str, numbers))} of {name}, native little endian")
    def check(exchange: Exchange) -> None:
        answer = exchange.last
        several = answer.headers["content-type"].startswith("multipart")
        found = [content for _, content in parts(answer)] if several else [answer.content]
        stored = native_pixels(name, exchange)
        stored = (
            stored if stored.ndim > 2 and exchange.archive[name].dataset.get("NumberOfFrames") else stored[np.newaxis]
        )
        wanted = [
            np.ascontiguousarray(stored[number - 1]).astype(stored.dtype.newbyteorder("<")).tobytes()
            for number in numbers
        ]
        assert [content[: len(wanted[0])] for content in found] == wanted

    return check


def stored_frames(name: str, *numbers: int) -> Expected:
    """The parts are these frames as they are stored."""

    @expected(f"frames {', '.join(map(str, numbers))} of {name} as stored")
    def check(exchange: Exchange) -> None:
        answer = exchange.last
        several = answer.headers["content-type"].startswith("multipart")
        found = [content for _, content in parts(answer)] if several else [answer.content]
        dataset = exchange.archive[name].dataset
        all_frames = list(generate_frames(dataset.PixelData, number_of_frames=int(dataset.get("NumberOfFrames", 1))))
        assert [one.rstrip(b"\0") for one in found] == [all_frames[number - 1].rstrip(b"\0") for number in numbers]

    return check


def _rows_of_frames() -> list[Clause]:
    several = "/{frames.instance}/frames"
    native = f"application/octet-stream; transfer-syntax={EXPLICIT}"
    rows = [
        clause(
            "frames-one",
            "PS3.18 10.4.1.1.6",
            "One frame",
            get(f"{several}/2", accept=OCTETS),
            status(200) & frames("frames", 2),
        ),
        clause(
            "frames-list",
            "PS3.18 10.4.1.1.6",
            "A list of frames",
            get(f"{several}/1,3,5", accept=OCTETS),
            status(200) & frames("frames", 1, 3, 5),
        ),
        clause(
            "frames-order",
            "PS3.18 10.4.1.1.6",
            "Frames in the order asked, as often as asked",
            get(f"{several}/5,1,1,2", accept=OCTETS),
            status(200) & frames("frames", 5, 1, 1, 2),
        ),
        clause(
            "frames-encoded-comma",
            "RFC 3986 2.1",
            "A list with %2C",
            get(f"{several}/1%2C2", accept=OCTETS),
            status(200) & frames("frames", 1, 2),
        ),
        clause(
            "frames-single-part",
            "PS3.18 10.4.4",
            "A single frame as a single part",
            get(f"{several}/3", accept="application/octet-stream"),
            status(200) & kind("application/octet-stream") & frames("frames", 3),
        ),
        clause(
            "frames-any",
            "PS3.18 8.7.3.3.2",
            "Accept: */*",
            get(f"{several}/1", accept="*/*"),
            status(200) & frames("frames", 1),
        ),
        clause(
            "frames-part-type",
            "PS3.18 8.7.3.5.2",
            "The part's header says type and transfer syntax",
            get(f"{several}/1", accept=OCTETS),
            status(200) & part_kinds(rf"application/octet-stream; *transfer-syntax={re.escape(EXPLICIT)}"),
        ),
        clause(
            "frames-beyond",
            "PS3.18 10.4.3.1",
            "A frame beyond the last",
            get(f"{several}/6", accept=OCTETS),
            problem(404),
        ),
        clause(
            "frames-beyond-in-list",
            "PS3.18 10.4.3.1",
            "One of a list beyond the last",
            get(f"{several}/1,6", accept=OCTETS),
            problem(404),
        ),
        *(
            clause(
                f"frames-{name}",
                "PS3.18 10.4.1.1.6",
                f"A frame list that is none ({text})",
                get(f"{several}/{text}", accept=OCTETS),
                problem(400),
            )
            for name, text in (
                ("zero", "0"),
                ("negative", "-1"),
                ("word", "first"),
                ("empty-item", "1,,2"),
                ("range", "1-3"),
            )
        ),
        clause(
            "frames-big-endian",
            "PS3.18 8.7.3",
            "Frames of a big endian instance are little endian",
            get("/{big.instance}/frames/1", accept=native),
            status(200) & frames("big", 1),
        ),
        clause(
            "frames-no-pixels",
            "PS3.18 10.4.3.1",
            "Frames of what has none",
            get("/{sr.instance}/frames/1", accept=OCTETS),
            problem(406),
        ),
        clause(
            "frames-wildcard-syntax",
            "PS3.18 8.7.3.5.2",
            "octet-stream with transfer-syntax=*: as it is stored",
            get("/{jls.instance}/frames/1", accept=f"{OCTETS}; transfer-syntax=*"),
            status(200) & stored_frames("jls", 1),
        ),
        clause(
            "frames-image-range",
            "PS3.18 8.7.3.5",
            "image/*: in the compressed form it is stored in",
            get("/{j2k.instance}/frames/1", accept='multipart/related; type="image/*"'),
            status(200) & stored_frames("j2k", 1),
        ),
        clause(
            "frames-refused",
            "PS3.18 10.4.3.1",
            "A form that cannot be made",
            get(f"{several}/1", accept='multipart/related; type="video/mp4"'),
            problem(406),
        ),
        clause(
            "frames-offer",
            "PS3.18 10.4.3.1",
            "A refusal says what there would be",
            get(f"{several}/1", accept="video/mp4"),
            problem(406) & _offers,
        ),
        clause(
            "frames-multi-rle",
            "PS3.18 10.4.1.1.6",
            "Frames of a compressed multi-frame image, as stored",
            get("/{rle3.instance}/frames/3,1", accept='multipart/related; type="image/dicom-rle"'),
            status(200) & stored_frames("rle3", 3, 1),
        ),
        clause(
            "frames-multi-rle-native",
            "PS3.18 10.4.1.1.6",
            "and decoded",
            get("/{rle3.instance}/frames/2,1", accept=OCTETS),
            status(200) & frames("rle3", 2, 1),
        ),
        clause(
            "frames-head", "RFC 9110 9.3.2", "HEAD", ask("HEAD", f"{several}/1", Accept=OCTETS), status(200) & empty
        ),
        clause(
            "frames-etag",
            "RFC 9110 13.1.2",
            "If-None-Match with the ETag",
            get(f"{several}/1", accept="application/octet-stream"),
            get(f"{several}/1", accept="application/octet-stream", if_none_match="{before.headers[etag]}"),
            status(304) & empty,
        ),
        clause(
            "frames-ohif",
            "PS3.18 8.7.3.5",
            "What OHIF asks",
            get(f"{several}/1", accept="multipart/related; type=application/octet-stream; transfer-syntax=*"),
            status(200) & frames("frames", 1),
        ),
    ]
    media = {
        "rle": ("image/dicom-rle", RLE),
        "jls": ("image/jls", JLS),
        "j2k": ("image/jp2", J2K),
        "jpeg": ("image/jpeg", "1.2.840.10008.1.2.4.50"),
    }
    for name, (media_type, syntax) in media.items():
        rows += [
            clause(
                f"frames-{name}-stored",
                "PS3.18 table 8.7.3-5",
                f"{media_type} of the frame as it is stored",
                get(f"/{{{name}.instance}}/frames/1", accept=f'multipart/related; type="{media_type}"'),
                status(200)
                & stored_frames(name, 1)
                & part_kinds(rf"{media_type}; *transfer-syntax={re.escape(syntax)}"),
            ),
            clause(
                f"frames-{name}-syntax",
                "PS3.18 8.7.3.5.2",
                f"the same with transfer-syntax={syntax}",
                get(
                    f"/{{{name}.instance}}/frames/1",
                    accept=f'multipart/related; type="{media_type}"; transfer-syntax={syntax}',
                ),
                status(200) & stored_frames(name, 1),
            ),
            clause(
                f"frames-{name}-native",
                "PS3.18 table 8.7.3-5",
                "octet-stream without transfer-syntax: decoded",
                get(f"/{{{name}.instance}}/frames/1", accept=OCTETS),
                status(200) & frames(name, 1),
            ),
        ]
    return rows


@expected("facts.available")
def _offers(exchange: Exchange) -> None:
    assert exchange.last.json()["facts"]["available"]


CLAUSES = _rows_of_frames()
