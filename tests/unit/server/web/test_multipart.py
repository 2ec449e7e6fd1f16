"""The multipart reader: the same parts come out however the body is cut on its way."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import Malformed, ServerError
from server.web.multipart import MOST_PARTS, MultipartReader, PartBegins, PartData, PartEnds, closing, part_head

BODY = (
    b"preamble\r\n--b \t\r\nA: 1\r\nb:\r\n  folded\r\n\r\none\r\n--bx\r\n--b\r\n\r\n\r\n--b--tail\r\n--b\r\n".replace(
        b"\r\n--bx", b"\r\n--cx"
    )
)


def parts(pieces: list[bytes], boundary: str = "b") -> list[tuple[dict[str, str], bytes]]:
    reader = MultipartReader(boundary)
    found: list[tuple[dict[str, str], bytes]] = []
    ended = 0
    for piece in pieces:
        for event in reader.feed(piece):
            if isinstance(event, PartBegins):
                found.append((dict(event.headers), b""))
            elif isinstance(event, PartData):
                found[-1] = (found[-1][0], found[-1][1] + event.data)
            elif isinstance(event, PartEnds):
                ended += 1
    reader.end()
    assert ended == len(found)
    return found


EXPECTED = [({"a": "1", "b": "folded"}, b"one\r\n--cx"), ({}, b"")]


def test_a_body_may_be_cut_at_any_one_or_two_points() -> None:
    for first in range(len(BODY) + 1):
        for second in range(first, len(BODY) + 1, 5):
            assert parts([BODY[:first], BODY[first:second], BODY[second:]]) == EXPECTED


def test_a_body_may_arrive_byte_by_byte() -> None:
    assert parts([BODY[n : n + 1] for n in range(len(BODY))]) == EXPECTED


def test_a_body_cut_off_anywhere_is_malformed() -> None:
    end = BODY.index(b"--b--") + len(b"--b--")
    for cut in range(end):
        with pytest.raises(Malformed):
            parts([BODY[:cut]])


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from([b"--b", b"\r\n", b"--", b"b", b"A: 1", b"\r", b"\n", b" ", b"x"]), max_size=30))
def test_any_bytes_raise_nothing_but_our_errors(pieces: list[bytes]) -> None:
    with suppress(ServerError):
        parts(pieces)


def test_what_we_write_we_read() -> None:
    body = part_head("b", {"A": "1"}, first=True) + b"one" + part_head("b", {}, first=False) + closing("b")
    assert parts([body]) == [({"a": "1"}, b"one"), ({}, b"")]


def test_parts_headers_and_lines_are_bounded() -> None:
    for body in (
        b"--b\r\n\r\n\r\n" * (MOST_PARTS + 1),
        b"--b\r\nA: " + b"x" * 20_000,
        b"--b\r\n" + b"A: 1\r\n" * 40 + b"\r\n",
        b"--b" + b" " * 20_000,
    ):
        with pytest.raises(ServerError):
            parts([body])
