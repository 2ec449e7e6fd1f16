"""Rows about pictures (PS3.18 10.4.1.1.3): rendered resources and thumbnails."""

import io

import numpy as np
from PIL import Image

from tests.conformance.archive import CAPTURE
from tests.conformance.pictures import grey, largest, linear, picture, size
from tests.conformance.table import Clause, Exchange, ask, clause, expected, get, kind, parts, problem, status


@expected("the very samples of an RGB image")
def _as_stored(exchange: Exchange) -> None:
    assert np.array_equal(np.asarray(picture(exchange).convert("RGB")), CAPTURE)


@expected("low values bright")
def _inverse(exchange: Exchange) -> None:
    found = np.asarray(picture(exchange).convert("L")).astype(int)
    assert found[0, 0] > found[-1, -1]


@expected("several frames")
def _animated(exchange: Exchange) -> None:
    assert getattr(picture(exchange), "n_frames", 1) == 5
    assert picture(exchange).size == (32, 24)


@expected("a picture a part")
def _pictures(exchange: Exchange) -> None:
    for media_type, content in parts(exchange.last):
        assert media_type.startswith(("image/jpeg", "image/png")), media_type
        Image.open(io.BytesIO(content)).load()


@expected("a picture in colour")
def _coloured(exchange: Exchange) -> None:
    found = np.asarray(picture(exchange).convert("RGB")).astype(int)
    assert np.abs(found[..., 0] - found[..., 1]).max() > 10


def _rows_of_the_resources() -> list[Clause]:
    jpeg = status(200) & kind("image/jpeg")
    rows = [
        clause(
            f"rendered-{level}",
            "PS3.18 10.4.1.1.3",
            f"A rendered {level}",
            get(f"/{{ct1.{level}}}/rendered", accept="image/jpeg"),
            jpeg,
        )
        for level in ("study", "series", "instance")
    ]
    rows += [
        clause(
            f"thumbnail-{level}",
            "PS3.18 10.4.1.1.4",
            f"The thumbnail of a {level}",
            get(f"/{{ct1.{level}}}/thumbnail"),
            jpeg & largest(256, 256),
        )
        for level in ("study", "series", "instance")
    ]
    return [
        *rows,
        clause(
            "rendered-frame",
            "PS3.18 10.4.1.1.3",
            "A rendered frame",
            get("/{frames.instance}/frames/3/rendered", accept="image/png"),
            status(200) & kind("image/png") & size(32, 24),
        ),
        clause(
            "rendered-frames-multipart",
            "PS3.18 8.7.4",
            "Several frames in parts",
            get("/{frames.instance}/frames/1,2/rendered", accept='multipart/related; type="image/jpeg"'),
            status(200) & _pictures,
        ),
        clause(
            "rendered-series-multipart",
            "PS3.18 8.7.4",
            "A series in parts",
            get("/{ct1.series}/rendered", accept='multipart/related; type="image/png"'),
            status(200) & _pictures,
        ),
        clause(
            "thumbnail-frame",
            "PS3.18 10.4.1.1.4",
            "The thumbnail of a frame",
            get("/{frames.instance}/frames/2/thumbnail"),
            jpeg,
        ),
        clause(
            "rendered-default",
            "PS3.18 table 8.7.4-1",
            "image/jpeg is the default",
            get("/{ct1.instance}/rendered"),
            jpeg & size(32, 24),
        ),
        clause("rendered-any", "PS3.18 8.7.4", "Accept: */*", get("/{ct1.instance}/rendered", accept="*/*"), jpeg),
        clause(
            "rendered-png",
            "PS3.18 table 8.7.4-1",
            "image/png",
            get("/{ct1.instance}/rendered", accept="image/png"),
            status(200) & kind("image/png"),
        ),
        clause(
            "rendered-gif",
            "PS3.18 table 8.7.4-1",
            "image/gif",
            get("/{ct1.instance}/rendered", accept="image/gif"),
            status(200) & kind("image/gif") & grey("the grey values of 40, 400", linear(40, 400)),
        ),
        clause(
            "rendered-animated",
            "PS3.18 table 8.7.4-1",
            "A multi-frame image as an animated GIF",
            get("/{frames.instance}/rendered?window=3000,6000,linear", accept="image/gif"),
            status(200) & _animated,
        ),
        clause(
            "rendered-browser",
            "PS3.18 8.7.5",
            "What an img element accepts",
            get("/{ct1.instance}/rendered", accept="image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"),
            jpeg,
        ),
        clause(
            "rendered-parameter",
            "PS3.18 8.3.3.1",
            "accept as a query parameter",
            get("/{ct1.instance}/rendered?accept=image/png", accept="image/jpeg"),
            status(200) & kind("image/png"),
        ),
        clause(
            "rendered-refused",
            "PS3.18 10.4.3.1",
            "A form that cannot be made",
            get("/{ct1.instance}/rendered", accept="video/mp4"),
            problem(406),
        ),
        clause(
            "rendered-report",
            "PS3.18 10.4.3.1",
            "A report as a JPEG",
            get("/{sr.instance}/rendered", accept="image/jpeg"),
            problem(406),
        ),
        clause(
            "rendered-no-pixels",
            "PS3.18 10.4.3.1",
            "An image without pixels",
            get("/{no_pixels.instance}/rendered", accept="image/jpeg"),
            problem(406),
        ),
        clause(
            "rendered-not-found", "PS3.18 10.4.3.1", "What is not here", get("/studies/1.2.3/rendered"), problem(404)
        ),
        clause(
            "rendered-frame-beyond",
            "PS3.18 10.4.3.1",
            "A frame beyond the last",
            get("/{frames.instance}/frames/6/rendered"),
            problem(404),
        ),
        clause(
            "rendered-head",
            "RFC 9110 9.3.2",
            "HEAD",
            ask("HEAD", "/{ct1.instance}/rendered"),
            status(200) & kind("image/jpeg"),
        ),
        clause(
            "rendered-etag",
            "RFC 9110 13.1.2",
            "If-None-Match with the ETag",
            get("/{ct1.instance}/rendered"),
            get("/{ct1.instance}/rendered", if_none_match="{before.headers[etag]}"),
            status(304),
        ),
        clause(
            "rendered-etag-differs",
            "RFC 9110 8.8.3",
            "Another window is another picture",
            get("/{ct1.instance}/rendered"),
            get("/{ct1.instance}/rendered?window=40,80,linear", if_none_match="{before.headers[etag]}"),
            status(200),
        ),
        *(
            clause(
                f"rendered-of-{name}",
                "PS3.18 10.4.1.1.3",
                f"A picture of {what}",
                get(f"/{{{name}.instance}}/rendered", accept="image/png"),
                status(200) & size(48, 64),
            )
            for name, what in (
                ("rle", "RLE"),
                ("jls", "JPEG-LS"),
                ("j2k", "JPEG 2000"),
                ("jpeg", "JPEG"),
                ("big", "big endian"),
                ("implicit", "implicit VR"),
                ("deflated", "deflated"),
            )
        ),
        clause(
            "rendered-of-rgb",
            "PS3.4 N.2.4",
            "Colours are what they are",
            get("/{rgb.instance}/rendered", accept="image/png"),
            status(200) & _as_stored,
        ),
        clause(
            "rendered-of-palette",
            "PS3.3 C.7.6.3.1.5",
            "A palette is applied",
            get("/{palette.instance}/rendered", accept="image/png"),
            status(200) & _coloured,
        ),
        clause(
            "rendered-of-mono1",
            "PS3.3 C.7.6.3.1.2",
            "MONOCHROME1: low values are bright",
            get("/{mono1.instance}/rendered", accept="image/png"),
            status(200) & _inverse,
        ),
    ]


CLAUSES = _rows_of_the_resources()
