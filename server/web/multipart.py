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
    """Finds the parts of a body that arrives in pieces, of which nothing is copied but what two of them share."""

    def __init__(self, boundary: str) -> None:
        if not 1 <= len(boundary) <= LONGEST_BOUNDARY:
            raise Malformed(f"A multipart boundary has 1 to {LONGEST_BOUNDARY} characters.")
        # a delimiter is a line of its own: CRLF, two hyphens and the boundary, then maybe white space
        self._delimiter = b"\r\n--" + boundary.encode("latin-1", "replace")
        self._rest = b"\r\n"  # so that a delimiter at the very start is found as any other
        self._state = "preamble"
        self._parts = 0

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that the next piece of the body completes; `Malformed` when it is no multipart body."""
        if self._rest:
            data = self._rest + data
        last = data.rfind(self._delimiter)  # a quarter of the time of a search from the front, and mostly there is none
        position = 0
        while True:
            before = self._state, position
            if self._state in {"preamble", "body"}:
                position = yield from self._up_to_delimiter(data, position, last)
            elif self._state == "delimiter":
                position = self._after_delimiter(data, position)
            elif self._state == "headers":
                position = yield from self._headers(data, position)
            elif self._state == "start":
                position = self._start_of_body(data, position)
            else:
                position = len(data)
            if before == (self._state, position):
                self._rest = data[position:]
                return

    def end(self) -> None:
        """To be called at the end of the body; `Malformed` unless the closing delimiter was seen."""
        if self._state == "preamble":
            raise Malformed("The body does not contain the boundary that its Content-Type names.")
        if self._state == "delimiter" and self._rest.startswith(b"--"):
            self._state = "epilogue"
        if self._state != "epilogue":
            raise Malformed("The multipart body is cut off: its closing delimiter is missing.")
        if self._parts == 0:
            raise Malformed("The multipart body has no parts.")

    def _up_to_delimiter(self, data: bytes, start: int, last: int) -> Generator[Event, None, int]:
        """Passes on what surely belongs to the body; the last delimiter in the data is at `last`, -1 for none."""
        length = len(self._delimiter)
        known = at = data.find(self._delimiter, start) if start <= last else -1
        if at < 0:
            known = data.find(b"\r", max(start, len(data) - length + 1))  # with which a delimiter may begin
            known = len(data) if known < 0 else known
        if self._state == "body":
            if known > start:
                yield PartData(memoryview(data)[start:known])
            if at >= 0:
                yield PartEnds()
        if at < 0:
            return known
        self._state = "delimiter"
        return at + length

    def _after_delimiter(self, data: bytes, start: int) -> int:
        if len(data) < start + 2:
            return start
        if data.startswith(b"--", start):
            self._state = "epilogue"
            return start
        line_end = data.find(b"\r\n", start, start + LONGEST_HEADER + 2)
        if line_end < 0 and len(data) - start <= LONGEST_HEADER:
            return start
        if line_end < 0 or data[start:line_end].strip(b" \t"):
            raise Malformed("A multipart delimiter is followed by something else than the end of its line.")
        self._state = "headers"
        return line_end  # keeps the CRLF, before which an empty header would end

    def _headers(self, data: bytes, start: int) -> Generator[Event, None, int]:
        end = data.find(b"\r\n\r\n", start, start + LONGEST_HEADER + 4)
        if end < 0:
            if len(data) - start > LONGEST_HEADER:
                raise TooLarge("The header of a part is too long.", limit=LONGEST_HEADER)
            return start
        lines = re.sub(rb"\r\n[ \t]+", b" ", data[start:end]).split(b"\r\n")[1:]
        if len(lines) > MOST_HEADER_LINES:
            raise TooLarge("The header of a part has too many lines.", limit=MOST_HEADER_LINES)
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise TooLarge("The body has too many parts; send the rest in another request.", limit=MOST_PARTS)
        self._state = "start"
        yield PartBegins(dict(_header(line) for line in lines))
        return end + 2

    def _start_of_body(self, data: bytes, start: int) -> int:
        """Some writers let the line that ends a header begin the delimiter of an empty part too."""
        if len(data) - start < len(self._delimiter):
            return start
        self._state = "body"
        return start if data.startswith(self._delimiter, start) else start + 2


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
