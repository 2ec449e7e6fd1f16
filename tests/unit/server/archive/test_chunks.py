"""The sums of a file's chunks: whatever a disk does to a chunk, its sum is another, and no other chunk's is."""

import random

import pytest

from server.archive.chunks import CHUNK, SUM, Summing, sums_of

CONTENT = random.Random(1).randbytes(3 * CHUNK + 4096 + 77)
SIZES = [0, 1, 7, 8, 4096, 4097, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, len(CONTENT)]


@pytest.mark.parametrize("size", SIZES)
def test_a_chunk_has_one_wherever_its_bytes_lie(size: int) -> None:
    shifted = memoryview(bytearray(b"abc" + CONTENT))[3 : 3 + size]
    assert sums_of(CONTENT[:size]) == sums_of(shifted)
    assert len(sums_of(CONTENT[:size])) == -(-size // CHUNK) * SUM


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [1000, CHUNK, CHUNK + 1, len(CONTENT)])
def test_it_makes_no_difference_in_which_pieces_they_come(size: int, piece: int) -> None:
    summing = Summing()
    for start in range(0, size, piece):
        summing.add(CONTENT[start : min(start + piece, size)])
    assert summing.sums() == sums_of(CONTENT[:size])


@pytest.mark.parametrize("bit", [0, 63, 64, 8 * 4096 - 1, 8 * CHUNK - 1, 8 * CHUNK, 8 * len(CONTENT) - 1])
def test_a_bit_that_is_turned_changes_the_sum_of_its_chunk_alone(bit: int) -> None:
    turned = bytearray(CONTENT)
    turned[bit // 8] ^= 1 << bit % 8
    before, after = sums_of(CONTENT), sums_of(turned)
    changed = {at // SUM for at in range(len(before)) if before[at] != after[at]}
    assert changed == {bit // 8 // CHUNK}


def test_bits_that_make_up_for_each_other_in_a_page_or_in_a_column_are_seen() -> None:
    for other in (8, 4096):  # the next word, and the same word of the next page
        content = bytearray(2 * CHUNK)
        content[0] = 1
        moved = bytearray(2 * CHUNK)
        moved[other] = 1
        assert sums_of(content) != sums_of(moved)


def test_the_top_bit_of_every_word_is_seen_to_turn() -> None:
    content, stuck = bytearray(CHUNK), bytearray(CHUNK)
    stuck[7:4096:16] = b"\x80" * len(stuck[7:4096:16])
    assert sums_of(content) != sums_of(stuck)


def test_pages_that_are_swapped_lost_or_zero_and_an_end_that_is_lost_are_seen() -> None:
    pages = [CONTENT[start : start + 4096] for start in range(0, CHUNK, 4096)]
    swapped = b"".join([pages[1], pages[0], *pages[2:]])
    zero = b"".join([bytes(4096), *pages[1:]])
    lost = b"".join(pages[1:])
    assert len({sums_of(one) for one in (CONTENT[:CHUNK], swapped, zero, lost)}) == 4
    assert sums_of(bytes(100)) != sums_of(bytes(99))
