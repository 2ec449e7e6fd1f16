"""Which of the representations on offer a client would rather have (RFC 9110 12.5.1, PS3.18 8.7.4, 8.3.3)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from server.errors import Malformed, NotAcceptable

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf'\s*;\s*({_WORD})\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]+)')
_END = re.compile(r"[\s;]*(,|$)")
_RANGE = re.compile(rf"\s*({_WORD}/{_WORD}|\*(?=[\s;,]|$))")


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type or range with its parameters, names in lower case; `q` is how much it is wanted."""

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    q: float = 1.0

    def covers(self, name: str) -> bool:
        """Whether this range includes the media type `name`."""
        kind, _, subtype = self.name.partition("/")
        return kind == "*" or (subtype == "*" and name.startswith(f"{kind}/")) or self.name == name


def media_types(text: str) -> Sequence[MediaType]:
    """The ranges of an Accept header, those wanted most first, in the order given where equally wanted."""
    # clients say the same again and again; what is longer than they are is not worth remembering
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _media_types(text)


def _media_types(text: str) -> tuple[MediaType, ...]:
    return tuple(sorted((r for r in _ranges(text) if r.q > 0), key=lambda r: -r.q))


_LONGEST_REMEMBERED = 500
_remembered = lru_cache(512)(_media_types)


def media_type(text: str) -> MediaType:
    """The one media type of a Content-Type header; `Malformed` when it is none."""
    found = list(_ranges(text))
    if len(found) != 1:
        raise Malformed("Content-Type is one media type.", content_type=text[:200])
    return found[0]


def accepted(accept_header: str | None, accept_parameter: str | None) -> Sequence[MediaType]:
    """What a request accepts: its `accept` query parameter first, then its Accept header; no word is anything."""
    by_header = media_types(accept_header or "*/*")
    return [*media_types(accept_parameter), *by_header] if accept_parameter else by_header


def choose(wanted: Sequence[MediaType], offered: Sequence[str]) -> str:
    """The offered media type wanted most, the first offered for a wildcard; `NotAcceptable` names the offers."""
    for one in wanted:
        for name in offered:
            if one.covers(name):
                return name
    raise NotAcceptable("None of the accepted media types can be sent.", available=list(offered))


def _ranges(text: str) -> Iterator[MediaType]:
    position = 0
    while position < len(text):
        found = _RANGE.match(text, position)
        if not found:
            raise Malformed("A list of media types cannot be read.", value=text[:200])
        position = found.end()
        parameters = {}
        while parameter := _PARAMETER.match(text, position):
            value = parameter[2]
            parameters[parameter[1].lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] == '"' else value
            position = parameter.end()
        rest = _END.match(text, position)
        if not rest:
            raise Malformed("A list of media types cannot be read.", value=text[:200])
        position = rest.end()
        # some clients (Java's own among them) write "*" for anything
        name = "*/*" if found[1] == "*" else found[1].lower()
        yield MediaType(name, parameters, _q(parameters.pop("q", "1")))


def _q(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
