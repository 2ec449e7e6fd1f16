"""Rows about pictures (PS3.18 8.3.5, 10.4.1.1.3): rendered resources and thumbnails, and the parameters of both."""

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import numpy as np
from PIL import Image

from tests.conformance.archive import CAPTURE
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

Pixels = "np.ndarray[Any, Any]"


def _picture(exchange: Exchange) -> Image.Image:
    return Image.open(io.BytesIO(exchange.last.content))


def size(width: int, height: int) -> Expected:
    """The picture's size."""

    @expected(f"a picture of {width} by {height}")
    def check(exchange: Exchange) -> None:
        assert _picture(exchange).size == (width, height), _picture(exchange).size

    return check


def largest(width: int, height: int) -> Expected:
    """The picture's largest size."""

    @expected(f"a picture of {width} by {height} at most")
    def check(exchange: Exchange) -> None:
        found = _picture(exchange).size
        assert found[0] <= width, found
        assert found[1] <= height, found

    return check


def grey(what: str, wanted: Callable[[], Any], within: int = 1) -> Expected:
    """The picture's grey values, each within so many of 255."""

    @expected(what)
    def check(exchange: Exchange) -> None:
        found = np.asarray(_picture(exchange).convert("L")).astype(int)
        difference = int(np.abs(found - wanted().astype(int)).max())
        assert difference <= within, f"off by {difference}"

    return check


def _hounsfield() -> Any:
    return (np.arange(24 * 32) * 3).reshape(24, 32) - 1024.0


def _linear(center: float, width: float) -> Callable[[], Any]:
    # PS3.3 C.11.2.1.2.1
    return lambda: np.clip((_hounsfield() - (center - 0.5)) / (width - 1) + 0.5, 0, 1) * 255


def _exact(center: float, width: float) -> Callable[[], Any]:
    # PS3.3 C.11.2.1.3.2
    return lambda: np.clip((_hounsfield() - center) / width + 0.5, 0, 1) * 255


def _sigmoid(center: float, width: float) -> Callable[[], Any]:
    # PS3.3 C.11.2.1.3.1
    return lambda: 255 / (1 + np.exp(-4 * (_hounsfield() - center) / width))


@expected("the very samples of an RGB image")
def _as_stored(exchange: Exchange) -> None:
    assert np.array_equal(np.asarray(_picture(exchange).convert("RGB")), CAPTURE)


@expected("the left edge where the right one was")
def _mirrored(exchange: Exchange) -> None:
    plain, flipped = (np.asarray(Image.open(io.BytesIO(answer.content)).convert("L")) for answer in exchange.answers)
    assert np.array_equal(plain[:, ::-1], flipped)


@expected("low values bright")
def _inverse(exchange: Exchange) -> None:
    found = np.asarray(_picture(exchange).convert("L")).astype(int)
    assert found[0, 0] > found[-1, -1]


@expected("several frames")
def _animated(exchange: Exchange) -> None:
    assert getattr(_picture(exchange), "n_frames", 1) == 5
    assert _picture(exchange).size == (32, 24)


@expected("a picture a part")
def _pictures(exchange: Exchange) -> None:
    for media_type, content in parts(exchange.last):
        assert media_type.startswith(("image/jpeg", "image/png")), media_type
        Image.open(io.BytesIO(content)).load()


@expected("fewer bytes than at quality 95")
def _smaller(exchange: Exchange) -> None:
    better, worse = exchange.answers
    assert len(worse.content) < len(better.content)


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
            status(200) & kind("image/gif") & grey("the grey values of 40, 400", _linear(40, 400)),
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


@expected("a picture in colour")
def _coloured(exchange: Exchange) -> None:
    found = np.asarray(_picture(exchange).convert("RGB")).astype(int)
    assert np.abs(found[..., 0] - found[..., 1]).max() > 10


def _rows_of_the_parameters() -> list[Clause]:
    one = "/{ct1.instance}/rendered"
    png = {"accept": "image/png"}
    windows = {
        "linear": ("40,400,linear", _linear(40, 400)),
        "exact": ("40,400,linear-exact", _exact(40, 400)),
        "sigmoid": ("40,400,sigmoid", _sigmoid(40, 400)),
        "negative": ("-600,1500,linear", _linear(-600, 1500)),
        "fraction": ("40.5,350.25,linear", _linear(40.5, 350.25)),
        "encoded": ("40%2C400%2Clinear", _linear(40, 400)),
    }
    bad = {
        "window": (
            "",
            "40",
            "40,400",
            "40,400,linear,1",
            "a,b,linear",
            "40,0,linear",
            "40,-400,linear",
            "40,400,cubic",
            "nan,1,linear",
            "1e999,1,linear",
        ),
        "viewport": ("", "100", "0,0", "-10,10", "a,b", "100,100,1,2", "99999999,10", "10,10,0,0,0,0"),
        "quality": ("", "0", "101", "-1", "high", "50.5"),
        "annotation": ("everything",),
        "iccprofile": ("maybe",),
    }
    return [
        *(
            clause(
                f"rendered-window-{name}",
                "PS3.18 8.3.5.1.4",
                f"window={text}",
                get(f"{one}?window={text}", **png),
                status(200) & grey(f"the grey values that PS3.3 C.11.2.1 gives for {text}", wanted),
            )
            for name, (text, wanted) in windows.items()
        ),
        clause(
            "rendered-window-stored",
            "PS3.4 N.2.1",
            "Without window: the stored one",
            get(one, **png),
            status(200) & grey("the grey values of 40, 400", _linear(40, 400)),
        ),
        clause(
            "rendered-viewport",
            "PS3.18 8.3.5.1.3",
            "A viewport keeps the ratio",
            get(f"{one}?viewport=16,16", **png),
            status(200) & size(16, 12),
        ),
        clause(
            "rendered-viewport-larger",
            "PS3.18 8.3.5.1.3",
            "A larger viewport never gets more than it asked",
            get(f"{one}?viewport=64,64", **png),
            status(200) & largest(64, 64),
        ),
        clause(
            "rendered-viewport-region",
            "PS3.18 8.3.5.1.3",
            "A region of the image",
            get(f"{one}?viewport=16,12,0,0,16,12", **png),
            status(200) & grey("the upper left quarter", lambda: _linear(40, 400)()[:12, :16]),
        ),
        clause(
            "rendered-viewport-empty",
            "PS3.18 8.3.5.1.3",
            "Empty parts of a region have their defaults",
            get(f"{one}?viewport=32,24,,,,", **png),
            status(200) & grey("the whole image", _linear(40, 400)),
        ),
        clause(
            "rendered-viewport-flip",
            "PS3.18 8.3.5.1.3",
            "A negative width flips",
            get(f"{one}?viewport=32,24,0,0,32,24", **png),
            get(f"{one}?viewport=32,24,0,0,-32,24", **png),
            status(200) & _mirrored,
        ),
        clause(
            "rendered-quality",
            "PS3.18 8.3.5.1.2",
            "quality",
            get(f"{one}?quality=95", accept="image/jpeg"),
            get(f"{one}?quality=5", accept="image/jpeg"),
            status(200) & _smaller,
        ),
        clause(
            "rendered-annotation",
            "PS3.18 8.3.5.1.1",
            "annotation=patient,technique is read; nothing is drawn over the picture",
            get(f"{one}?annotation=patient,technique", accept="image/jpeg"),
            status(200),
        ),
        *(
            clause(
                f"rendered-iccprofile-{word}",
                "PS3.18 8.3.5.1.5",
                f"iccprofile={word}",
                get(f"{one}?iccprofile={word}", accept="image/jpeg"),
                status(200),
            )
            for word in ("no", "yes", "srgb", "adobergb", "rommrgb")
        ),
        clause(
            "rendered-unknown-parameter",
            "PS3.18 8.3.2",
            "A parameter that nobody knows is ignored",
            get(f"{one}?colour=blue", accept="image/jpeg"),
            status(200),
        ),
        clause(
            "thumbnail-viewport",
            "PS3.18 10.4.1.2",
            "A thumbnail in another size",
            get("/{ct1.instance}/thumbnail?viewport=8,8"),
            status(200) & largest(8, 8),
        ),
        clause(
            "rendered-window-frames",
            "PS3.18 8.3.5.1.4",
            "The window of a frame",
            get("/{frames.instance}/frames/1/rendered?window=1016,32,linear-exact", **png),
            status(200) & size(32, 24),
        ),
        *(
            clause(
                f"rendered-bad-{key}-{number}",
                "PS3.18 8.3.5.1",
                f"{key}={text}",
                get(f"{one}?{key}={quote(text)}", accept="image/jpeg"),
                problem(400),
            )
            for key, texts in bad.items()
            for number, text in enumerate(texts, 1)
        ),
    ]


CLAUSES = [*_rows_of_the_resources(), *_rows_of_the_parameters()]
