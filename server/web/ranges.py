"""One range of bytes of a representation (RFC 9110 14)."""

import re

from starlette.requests import Request

from server.errors import RangeNotSatisfiable

_ONE = re.compile(r"bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})\s*", re.IGNORECASE)


def byte_range(request: Request, size: int, etag: str, last_modified: str) -> tuple[int, int] | None:
    """First byte and the one after the last that are asked for; None for all of them.

    What is no single range of bytes is passed over, and so is one for another version than this (If-Range).
    Raises `RangeNotSatisfiable` when the range begins beyond the end.
    """
    found = _ONE.fullmatch(request.headers.get("range", "").strip())
    if found is None or found.groups() == ("", ""):
        return None
    if request.headers.get("if-range", etag) not in {etag, last_modified}:
        return None
    first, last = found.groups()
    if first == "":
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < start:
            return None  # RFC 9110 14.1.1: not a valid range
    if start >= size or start >= stop:
        raise RangeNotSatisfiable("The range begins beyond the end.", size=size)
    return start, stop
