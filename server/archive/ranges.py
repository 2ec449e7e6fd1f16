"""An archived file that is read by ranges, of which each is compared with the sums of its chunks before it is used."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from server.archive.chunks import CHUNK, SUM, sums_of

_ALIGNED = 64
_ROOM = 2**20
_rooms = threading.local()
"""What each thread reads chunks into, so that memory is not asked of the system for every frame."""

Range = tuple[int, int]
"""An offset and a length, in bytes."""


@dataclass(frozen=True, slots=True)
class RangedFile:
    """A file of `size` bytes; `read` answers those of ranges, one after the other, and none but what was received."""

    path: Path
    size: int
    read: Callable[[Sequence[Range]], bytes]


def right_bytes(
    path: Path, sums: bytes, ranges: Sequence[Range], before: bytes = b"", after: bytes = b""
) -> bytes | None:
    """The bytes of ranges, one after the other, between what is to stand around them; None when they are not right.

    Ranges that lie close together are read as one. Raises `OSError` as reading does.
    """
    return _right_bytes(path, sums, ranges, before, after, flags=0)


def right_bytes_at_hand(
    path: Path, sums: bytes, ranges: Sequence[Range], before: bytes = b"", after: bytes = b""
) -> bytes | memoryview | None:
    """The same without waiting for the disk; None too when it would have to be asked."""
    try:
        if len(ranges) == 1:
            return _in_place(path, sums, ranges[0], before, after)
        return _right_bytes(path, sums, ranges, before, after, os.RWF_NOWAIT)
    except OSError:  # it would have to wait, or the file system cannot tell
        return None


def _in_place(path: Path, sums: bytes, wanted: Range, before: bytes, after: bytes) -> memoryview | None:
    """A range where it was read, not copied: what is to stand around it is written over the rest of its chunks."""
    offset, length = wanted
    start, stop = offset // CHUNK * CHUNK, -(-sum(wanted) // CHUNK) * CHUNK
    front = -(-len(before) // _ALIGNED) * _ALIGNED
    room = np.empty(front + stop - start + len(after), np.uint8).data  # `bytearray` would fill it with zeros
    descriptor = os.open(path, os.O_RDONLY)
    try:
        there = room[front : front + stop - start]
        there = there[: os.preadv(descriptor, [there], start, os.RWF_NOWAIT)]
    finally:
        os.close(descriptor)
    if start + len(there) < sum(wanted) or sums_of(there) != sums[start // CHUNK * SUM : stop // CHUNK * SUM]:
        return None
    first = front + offset - start
    last = first + length
    room[first - len(before) : first] = before
    room[last : last + len(after)] = after
    return room[first - len(before) : last + len(after)].toreadonly()


def _right_bytes(
    path: Path, sums: bytes, ranges: Sequence[Range], before: bytes, after: bytes, flags: int
) -> bytes | None:
    found: list[bytes | memoryview] = [before]
    runs = _close_together(ranges)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        for some in runs:
            start = some[0][0] // CHUNK * CHUNK
            stop = -(-sum(some[-1]) // CHUNK) * CHUNK
            room = _room(stop - start) if len(runs) == 1 else memoryview(bytearray(stop - start))
            there = room[: os.preadv(descriptor, [room], start, flags)]
            if sums_of(there) != sums[start // CHUNK * SUM : stop // CHUNK * SUM]:
                return None
            if sum(some[-1]) > start + len(there):
                return None
            found += [there[offset - start : offset - start + length] for offset, length in some]
    finally:
        os.close(descriptor)
    return b"".join([*found, after])


def _room(size: int) -> memoryview:
    if size > _ROOM:
        return memoryview(bytearray(size))
    if not hasattr(_rooms, "room"):
        _rooms.room = memoryview(bytearray(_ROOM))
    room: memoryview = _rooms.room
    return room[:size]


def _close_together(ranges: Sequence[Range]) -> list[list[Range]]:
    """Ranges by which are read as one: each begins in the chunk where the one before it ends, or in the next."""
    runs: list[list[Range]] = []
    for one in ranges:
        ended = sum(runs[-1][-1]) if runs else -1
        if runs and 0 <= one[0] - ended < CHUNK:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs
