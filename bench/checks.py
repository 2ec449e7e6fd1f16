"""Whether a first answer is what was asked for: each check says what is wrong, or nothing."""

import io
from collections.abc import Callable

import orjson
from PIL import Image

from bench.connection import Answer

Check = Callable[[Answer], str]


def list_of(at_least: int, at_most: int | None = None) -> Check:
    """A DICOM JSON list of that many items."""

    def check(answer: Answer) -> str:
        items = orjson.loads(answer.body) if answer.body else []
        enough = at_least <= len(items) <= (at_most or len(items))
        return "" if enough else f"{len(items)} items instead of {at_least}"

    return check


def payload_of(size: int, marker: bytes = b"") -> Check:
    """A multipart answer of one part of that many bytes, with `marker` in it."""

    def check(answer: Answer) -> str:
        boundary = answer.headers.get("content-type", "").partition("boundary=")[2].split(";")[0].strip('"')
        pieces = answer.body.split(b"--" + boundary.encode())
        if not boundary or len(pieces) != 3:
            return "not one part of a multipart body"
        payload = pieces[1].partition(b"\r\n\r\n")[2][:-2]
        if len(payload) != size:
            return f"a payload of {len(payload)} bytes instead of {size}"
        return "" if marker in payload[:200] else "a payload of another kind"

    return check


def jpeg_of(width: int, height: int, *, within: bool = False) -> Check:
    """A JPEG picture of that size, or one that fills a box of that size on one side."""

    def check(answer: Answer) -> str:
        picture = Image.open(io.BytesIO(answer.body))
        if picture.format != "JPEG":
            return f"{picture.format} instead of JPEG"
        right = picture.size == (width, height)
        if within:
            right = picture.width <= width and picture.height <= height and max(picture.size) >= min(width, height) - 1
        return "" if right else f"a picture of {picture.width} x {picture.height}"

    return check


def stored(instances: int) -> Check:
    """A Store Instances Response that names every instance as kept (PS3.18 10.5.3)."""

    def check(answer: Answer) -> str:
        kept = orjson.loads(answer.body).get("00081199", {}).get("Value", [])
        return "" if len(kept) == instances else f"{len(kept)} of {instances} instances kept"

    return check


def fault(answer: Answer, check: Check) -> str:
    """What is wrong with an answer: its status, what the check says, or that it cannot be read at all."""
    if answer.status != 200:
        return f"status {answer.status}"
    try:
        return check(answer)
    except (ValueError, OSError, KeyError, AttributeError) as error:
        return f"unreadable: {type(error).__name__}"
