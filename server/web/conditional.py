"""What a client has already: entity tags, dates, and whether they still hold (RFC 9110 8.8, 13)."""

import hashlib
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache

from starlette.requests import Request

_TAG_LENGTH = 32


def etag_of(*parts: object) -> str:
    """A strong entity tag, the same for the same parts: all that the bytes of an answer depend on."""
    seen = hashlib.sha256()
    for part in parts:
        text = str(part).encode()
        seen.update(len(text).to_bytes(8, "big") + text)
    return f'"{seen.hexdigest()[:_TAG_LENGTH]}"'


def http_date(milliseconds: int) -> str:
    """A moment as HTTP writes it (RFC 9110 5.6.7), to the second."""
    return _http_date(milliseconds // 1000)


@lru_cache(1024)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def not_modified(request: Request, etag: str, milliseconds: int | None = None) -> bool:
    """Whether the client has this representation: by its tags, or when it sends none by the date (RFC 9110 13.2.2)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    since = request.headers.get("if-modified-since")
    if since is None or milliseconds is None:
        return False
    try:
        return milliseconds // 1000 <= parsedate_to_datetime(since).timestamp()
    except (TypeError, ValueError):
        return False  # RFC 9110 13.1.3: a date that is none is passed over
