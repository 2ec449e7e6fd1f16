"""Finding a frame's bytes: offset tables, fragments, single bits."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.archive.frames import FrameMap, map_frames
from server.archive.part10 import examine
from server.errors import Malformed, NotFound
from tests.factories import element, identifiers, item, raw_part10

END = item(b"", 0xFFFEE0DD)


def encapsulated(table: bytes, *fragments: bytes, extended: list[int] | None = None) -> bytes:
    parts = [identifiers()]
    if extended is not None:
        parts.append(element(0x7FE00001, "OV", struct.pack(f"<{len(extended)}Q", *extended)))
    parts.append(element(0x7FE00010, "OB", item(table) + b"".join(map(item, fragments)) + END, 0xFFFFFFFF))
    return raw_part10(*parts)


def frames(file: bytes, count: int) -> list[bytes]:
    structure = examine(file)
    assert structure.pixel_data is not None
    found = map_frames(structure, structure.pixel_data, file, count, 0)
    again = FrameMap.from_json(found.to_json())
    return [
        b"".join(file[offset : offset + length] for offset, length in again.pieces_of(number + 1))
        for number in range(count)
    ]


FRAGMENTS = [b"aa", b"bbbb", b"cc", b"dddd"]


def test_one_fragment_a_frame_needs_no_table() -> None:
    assert frames(encapsulated(b"", *FRAGMENTS), 4) == FRAGMENTS


def test_all_fragments_of_a_single_frame_belong_to_it() -> None:
    assert frames(encapsulated(b"", *FRAGMENTS), 1) == [b"aabbbbccdddd"]


def test_a_basic_offset_table_tells_frames_of_several_fragments_apart() -> None:
    assert frames(encapsulated(struct.pack("<2L", 0, 22), *FRAGMENTS), 2) == [b"aabbbb", b"ccdddd"]


def test_an_extended_offset_table_goes_before_the_basic_one() -> None:
    file = encapsulated(b"", *FRAGMENTS, extended=[0, 32])
    assert frames(file, 2) == [b"aabbbbcc", b"dddd"]


@pytest.mark.parametrize("offsets", [(0, 21), (22, 0), (10, 22), (0, 0), (0, 9999)])
def test_an_offset_table_that_does_not_fit_is_not_believed(offsets: tuple[int, int]) -> None:
    with pytest.raises(Malformed, match="told apart"):
        frames(encapsulated(struct.pack("<2L", *offsets), *FRAGMENTS), 2)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_frames_that_cannot_be_told_apart_are_refused(count: int) -> None:
    with pytest.raises(Malformed, match="told apart"):
        frames(encapsulated(b"", *FRAGMENTS), count)


@pytest.mark.parametrize("beginning", [b"\xff\xd8\xff\xe0", b"\xff\x4f\xff\x51"])
def test_without_a_table_a_frame_begins_where_its_codestream_does(beginning: bytes) -> None:
    first, second, third = beginning + b"1111", b"2222", beginning + b"33"
    assert frames(encapsulated(b"", first, second, third), 2) == [first + second, third]
    assert frames(encapsulated(struct.pack("<2L", 0, 3), first, second, third), 2) == [first + second, third]
    for count in (4, 5):
        with pytest.raises(Malformed, match="told apart"):
            frames(encapsulated(b"", first, second, third), count)
    with pytest.raises(Malformed, match="told apart"):
        frames(encapsulated(b"", second, first, third), 2)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.integers(1, 40), st.integers(1, 200))
def test_native_frames_cover_their_bits_and_no_more(count: int, bits: int) -> None:
    found = FrameMap(count, offset=1000, frame_bits=bits)
    for number in range(1, count + 1):
        [(offset, length)] = found.pieces_of(number)
        first, last = (number - 1) * bits, number * bits
        assert (offset - 1000) * 8 + found.first_bit(number) == first
        assert (offset - 1000 + length - 1) * 8 < last <= (offset - 1000 + length) * 8


@pytest.mark.parametrize("number", [0, -1, 4])
def test_there_is_no_frame_beyond_the_last(number: int) -> None:
    with pytest.raises(NotFound):
        FrameMap(3, offset=0, frame_bits=8).pieces_of(number)


def test_native_pixels_shorter_than_the_header_says_are_refused() -> None:
    file = raw_part10(identifiers(), element(0x7FE00010, "OW", b"1234"))
    structure = examine(file)
    assert structure.pixel_data is not None
    map_frames(structure, structure.pixel_data, file, 2, 16)
    with pytest.raises(Malformed, match="shorter"):
        map_frames(structure, structure.pixel_data, file, 3, 16)
