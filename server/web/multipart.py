"""Multipart bodies (RFC 2046 5.1, RFC 2387): read piece by piece as they arrive, and written.

The reader is fed bytes and answers events; it holds back no more than a delimiter's length of body.
"""

import re
import secrets
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field

from server.errors import Malformed, TooLarge

LONGEST_BOUNDARY = 70
LONGEST_HEADER = 16_384
MOST_HEADER_LINES = 32
MOST_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class PartBegins:
    """A part and its header fields, names in lower case."""

    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartData:
    """The next bytes of the part that began last; where they could be left where they arrived, a view of that."""

    data: bytes | memoryview


@dataclass(frozen=True, slots=True)
class PartEnds:
    """The part that began last is complete."""


Event = PartBegins | PartData | PartEnds


class MultipartReader:
    """Finds the parts of a body that arrives in pieces."""

    def __init__(self, boundary: str) -> None:
        if not 1 <= len(boundary) <= LONGEST_BOUNDARY:
            raise Malformed(f"A multipart boundary has 1 to {LONGEST_BOUNDARY} characters.")
        # a delimiter is a line of its own: CRLF, two hyphens and the boundary, then maybe white space
        self._delimiter = b"\r\n--" + boundary.encode("latin-1", "replace")
        self._buffer = bytearray(b"\r\n")  # so that a delimiter at the very start is found as any other
        self._state = "preamble"
        self._parts = 0

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that the next piece of the body completes; `Malformed` when it is no multipart body."""
        if self._state == "body" and not self._buffer:
            data = yield from self._within(data)
        self._buffer += data
        while True:
            before = self._state, len(self._buffer)
            if self._state in {"preamble", "body"}:
                yield from self._up_to_delimiter()
            elif self._state == "delimiter":
                self._after_delimiter()
            elif self._state == "headers":
                yield from self._headers()
            elif self._state == "start":
                self._start_of_body()
            else:
                self._buffer.clear()
            if before == (self._state, len(self._buffer)):
                return

    def end(self) -> None:
        """To be called at the end of the body; `Malformed` unless the closing delimiter was seen."""
        if self._state == "preamble":
            raise Malformed("The body does not contain the boundary that its Content-Type names.")
        if self._state == "delimiter" and self._buffer.startswith(b"--"):
            self._state = "epilogue"
        if self._state != "epilogue":
            raise Malformed("The multipart body is cut off: its closing delimiter is missing.")
        if self._parts == 0:
            raise Malformed("The multipart body has no parts.")

    def _within(self, data: bytes) -> Generator[Event, None, bytes]:
        """Passes on what surely belongs to the body, uncopied; answers the rest, with which a delimiter may begin."""
        at = data.find(self._delimiter)
        if at < 0:
            at = data.find(b"\r", max(0, len(data) - len(self._delimiter) + 1))
        known = len(data) if at < 0 else at
        if known:
            yield PartData(memoryview(data)[:known])
        return data[known:]

    def _up_to_delimiter(self) -> Iterator[Event]:
        at = self._buffer.find(self._delimiter)
        inside = self._state == "body"
        known = at if at >= 0 else max(0, len(self._buffer) - len(self._delimiter) + 1)
        if known and inside:
            with memoryview(self._buffer) as buffer, buffer[:known] as piece:
                data = bytes(piece)
            yield PartData(data)
        del self._buffer[:known]
        if at >= 0:
            if inside:
                yield PartEnds()
            del self._buffer[: len(self._delimiter)]
            self._state = "delimiter"

    def _after_delimiter(self) -> None:
        if len(self._buffer) < 2:
            return
        if self._buffer.startswith(b"--"):
            self._state = "epilogue"
            return
        line_end = self._buffer.find(b"\r\n")
        if line_end < 0:
            if len(self._buffer) > LONGEST_HEADER:
                raise Malformed("A multipart delimiter is followed by something else than the end of its line.")
            return
        if self._buffer[:line_end].strip(b" \t"):
            raise Malformed("A multipart delimiter is followed by something else than the end of its line.")
        del self._buffer[:line_end]  # keeps the CRLF, before which an empty header would end
        self._state = "headers"

    def _headers(self) -> Iterator[Event]:
        end = self._buffer.find(b"\r\n\r\n")
        if max(end, len(self._buffer) if end < 0 else 0) > LONGEST_HEADER:
            raise TooLarge("The header of a part is too long.", limit=LONGEST_HEADER)
        if end < 0:
            return
        lines = re.sub(rb"\r\n[ \t]+", b" ", bytes(self._buffer[:end])).split(b"\r\n")[1:]
        if len(lines) > MOST_HEADER_LINES:
            raise TooLarge("The header of a part has too many lines.", limit=MOST_HEADER_LINES)
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise TooLarge("The body has too many parts; send the rest in another request.", limit=MOST_PARTS)
        del self._buffer[: end + 2]
        self._state = "start"
        yield PartBegins(dict(_header(line) for line in lines))

    def _start_of_body(self) -> None:
        """Some writers let the line that ends a header begin the delimiter of an empty part too."""
        if len(self._buffer) < len(self._delimiter):
            return
        if not self._buffer.startswith(self._delimiter):
            del self._buffer[:2]
        self._state = "body"


def _header(line: bytes) -> tuple[str, str]:
    name, colon, value = line.decode("latin-1").partition(":")
    if not colon:
        raise Malformed("A line in the header of a part is no 'name: value'.")
    return name.strip().lower(), value.strip()


def new_boundary() -> str:
    """A boundary that no payload can have been made to contain."""
    return secrets.token_hex(20)


def part_head(boundary: str, headers: Mapping[str, str], *, first: bool) -> bytes:
    """What stands before a part's bytes."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{'' if first else chr(13) + chr(10)}--{boundary}\r\n{lines}\r\n".encode("latin-1")


def closing(boundary: str) -> bytes:
    """What stands after the last part."""
    return f"\r\n--{boundary}--\r\n".encode("latin-1")
