"""What a request accepts in the words of PS3.18 8.7: single or multipart, of what, in which transfer syntax."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from server.errors import Malformed, NotAcceptable
from server.web.negotiation import MediaType, accepted

ANY = "*"
_UTF_8 = frozenset({"utf-8", "utf8", "iso_ir 192", "*"})


@dataclass(frozen=True, slots=True)
class Wish:
    """One acceptable media type: `kind` is what is inside (`*/*` for anything), `multipart` None for either form.

    `transfer_syntax` is a UID, `*`, or None for the default of the media type (PS3.18 8.7.8.2). A wildcard names no
    media type that could have a default, so it takes any transfer syntax.
    """

    kind: str
    multipart: bool | None
    transfer_syntax: str | None

    def covers(self, name: str) -> bool:
        """Whether parts, or the single part, may be of this media type."""
        return MediaType(self.kind).covers(name)


def wishes(request: Request) -> list[Wish]:
    """What a request accepts, wanted most first: its `accept` parameter, then its Accept header (PS3.18 8.3.3.1)."""
    wanted = accepted(request.headers.get("accept"), request.query_params.get("accept"))
    return [_wish(one) for one in wanted]


def _wish(one: MediaType) -> Wish:
    syntax = one.parameters.get("transfer-syntax")
    if one.name == "multipart/related":
        kind = one.parameters.get("type", "*/*").lower()
        return Wish(kind, True, syntax or (ANY if "*" in kind else None))
    if one.name in {"*/*", "multipart/*"}:
        return Wish("*/*", None if one.name == "*/*" else True, syntax or ANY)
    return Wish(one.name, False, syntax or (ANY if "*" in one.name else None))


def require_utf_8(request: Request) -> None:
    """Text is sent in UTF-8 alone: another `charset` parameter is `Malformed` (PS3.18 8.3.3.2)."""
    asked = request.query_params.get("charset")
    if asked is None:
        return
    names = [name.partition(";")[0].strip(' "').lower() for name in asked.split(",")]
    if not _UTF_8.intersection(names):
        raise Malformed("Text is sent in UTF-8 alone.", charset=asked[:80])


def media_type_of(request: Request, offered: Sequence[str]) -> str:
    """Which of the offered media types of text is wanted most, in UTF-8; `NotAcceptable` names the offers."""
    require_utf_8(request)
    for one in accepted(request.headers.get("accept"), request.query_params.get("accept")):
        inside = one
        if one.name == "multipart/related":
            inside = MediaType(one.parameters.get("type", "*/*").lower(), one.parameters)
        if one.parameters.get("charset", "utf-8").lower() not in _UTF_8:
            continue
        for name in offered:
            if inside.covers(name):
                return name
    raise NotAcceptable("None of the accepted media types can be sent.", available=list(offered))
