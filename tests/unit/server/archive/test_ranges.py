"""Reading ranges of a file: those bytes and no others, unless a chunk that holds some of them is not right."""

import random
from pathlib import Path

import pytest

from server.archive.chunks import CHUNK, sums_of
from server.archive.ranges import Range, right_bytes, right_bytes_at_hand

CONTENT = random.Random(1).randbytes(5 * CHUNK + 1234)
RANGES: list[list[Range]] = [
    [(0, 1)],
    [(CHUNK - 1, 2)],
    [(1500, len(CONTENT) - 1500)],
    [(10, 0)],
    [(100, 50), (158, 70_000), (80_000, 5)],
    [(4 * CHUNK, 10), (0, 10)],
    [(0, 10), (4 * CHUNK, 10)],
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with the content."""
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("ranges", RANGES)
def test_the_bytes_of_the_ranges_are_answered_between_what_is_to_stand_around_them(
    file: Path, ranges: list[Range]
) -> None:
    wanted = b"".join(CONTENT[offset : offset + length] for offset, length in ranges)
    assert right_bytes(file, sums_of(CONTENT), ranges) == wanted
    assert right_bytes(file, sums_of(CONTENT), ranges, b"before", b"after") == b"before" + wanted + b"after"
    assert right_bytes_at_hand(file, sums_of(CONTENT), ranges) in [wanted, None]


@pytest.mark.parametrize("ranges", RANGES, ids=str)
@pytest.mark.parametrize("around", [(b"", b""), (b"before", b"after"), (b"x" * 64, b""), (b"x" * 150, b"y" * 70_000)])
def test_what_is_at_hand_is_what_would_be_read(file: Path, ranges: list[Range], around: tuple[bytes, bytes]) -> None:
    read = right_bytes(file, sums_of(CONTENT), ranges, *around)
    assert right_bytes_at_hand(file, sums_of(CONTENT), ranges, *around) in [read, None]


def test_a_turned_bit_takes_the_ranges_of_its_chunk_and_no_others(file: Path) -> None:
    turned = bytearray(CONTENT)
    turned[2 * CHUNK + 5] ^= 1
    file.write_bytes(turned)
    sums = sums_of(CONTENT)
    assert right_bytes(file, sums, [(2 * CHUNK - 10, 10)]) == CONTENT[2 * CHUNK - 10 : 2 * CHUNK]
    assert right_bytes(file, sums, [(3 * CHUNK, 10)]) == CONTENT[3 * CHUNK : 3 * CHUNK + 10]
    for offset, length in ((2 * CHUNK + 5, 1), (2 * CHUNK + 600, 10), (2 * CHUNK - 1, 2)):
        assert right_bytes(file, sums, [(offset, length)]) is None
        assert right_bytes_at_hand(file, sums, [(offset, length)]) is None


@pytest.mark.parametrize("left", [0, 100, CHUNK, len(CONTENT) - 1])
def test_a_file_that_was_cut_short_or_has_grown_is_told(file: Path, left: int) -> None:
    file.write_bytes(CONTENT[:left])
    assert right_bytes(file, sums_of(CONTENT), [(len(CONTENT) - 10, 10)]) is None
    file.write_bytes(CONTENT + b"\0")
    assert right_bytes(file, sums_of(CONTENT), [(len(CONTENT) - 10, 10)]) is None


def test_a_range_beyond_the_end_is_not_there(file: Path) -> None:
    assert right_bytes(file, sums_of(CONTENT), [(len(CONTENT) - 10, 11)]) is None


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        right_bytes(tmp_path / "none", b"", [(0, 1)])
    assert right_bytes_at_hand(tmp_path / "none", b"", [(0, 1)]) is None
