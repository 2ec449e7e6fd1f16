"""The quick sum over a file's bytes: whatever a disk does to them, it is another."""

import random

import pytest

from server.archive.fingerprint import fingerprint

CONTENT = random.Random(1).randbytes(5 * 4096 + 77)


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, len(CONTENT)])
def test_it_is_the_same_for_the_same_bytes_wherever_they_lie(size: int) -> None:
    shifted = memoryview(bytearray(b"abc" + CONTENT))[3 : 3 + size]
    assert fingerprint(CONTENT[:size]) == fingerprint(shifted)


@pytest.mark.parametrize("bit", [0, 7, 63, 64, 8 * 4096 - 1, 8 * 4096, 8 * 5 * 4096, 8 * len(CONTENT) - 1])
def test_a_bit_that_is_turned_is_seen(bit: int) -> None:
    turned = bytearray(CONTENT)
    turned[bit // 8] ^= 1 << bit % 8
    assert fingerprint(bytes(turned)) != fingerprint(CONTENT)


def test_pages_that_are_swapped_lost_or_zero_are_seen() -> None:
    pages = [CONTENT[start : start + 4096] for start in range(0, len(CONTENT), 4096)]
    swapped = b"".join([pages[1], pages[0], *pages[2:]])
    zero = b"".join([bytes(4096), *pages[1:]])
    lost = b"".join(pages[1:])
    assert len({fingerprint(one) for one in (CONTENT, swapped, zero, lost)}) == 4
