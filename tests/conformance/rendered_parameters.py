"""Rows about the parameters of rendered resources and thumbnails (PS3.18 8.3.5)."""

import io
from urllib.parse import quote

import numpy as np
from PIL import Image

from tests.conformance.pictures import exact, grey, largest, linear, sigmoid, size
from tests.conformance.table import Clause, Exchange, clause, expected, get, problem, status


@expected("the left edge where the right one was")
def _mirrored(exchange: Exchange) -> None:
    plain, flipped = (np.asarray(Image.open(io.BytesIO(answer.content)).convert("L")) for answer in exchange.answers)
    assert np.array_equal(plain[:, ::-1], flipped)


@expected("fewer bytes than at quality 95")
def _smaller(exchange: Exchange) -> None:
    better, worse = exchange.answers
    assert len(worse.content) < len(better.content)


def _rows_of_the_parameters() -> list[Clause]:
    one = "/{ct1.instance}/rendered"
    png = {"accept": "image/png"}
    windows = {
        "linear": ("40,400,linear", linear(40, 400)),
        "exact": ("40,400,linear-exact", exact(40, 400)),
        "sigmoid": ("40,400,sigmoid", sigmoid(40, 400)),
        "negative": ("-600,1500,linear", linear(-600, 1500)),
        "fraction": ("40.5,350.25,linear", linear(40.5, 350.25)),
        "encoded": ("40%2C400%2Clinear", linear(40, 400)),
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
            status(200) & grey("the grey values of 40, 400", linear(40, 400)),
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
            status(200) & grey("the upper left quarter", lambda: linear(40, 400)()[:12, :16]),
        ),
        clause(
            "rendered-viewport-empty",
            "PS3.18 8.3.5.1.3",
            "Empty parts of a region have their defaults",
            get(f"{one}?viewport=32,24,,,,", **png),
            status(200) & grey("the whole image", linear(40, 400)),
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


CLAUSES = _rows_of_the_parameters()
