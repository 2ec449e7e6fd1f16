"""Whether all of a file is in memory, so that reading it asks nothing of the disk (mincore(2)), and such a reading."""

import ctypes
import mmap
import os
from collections.abc import Sequence
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
_libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
_FAILED = ctypes.c_void_p(-1).value


def is_in_memory(path: Path, size: int) -> bool:
    """Whether all `size` bytes are; also where the kernel does not tell. Raises `OSError` as opening does."""
    if size == 0:
        return True
    descriptor = os.open(path, os.O_RDONLY)
    try:
        address = _libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
    finally:
        os.close(descriptor)
    if address == _FAILED:
        return True
    try:
        pages = -(-size // mmap.PAGESIZE)
        told = ctypes.create_string_buffer(pages)
        if _libc.mincore(address, size, told) != 0:
            return True
        return told.raw.count(b"\0") == 0
    finally:
        _libc.munmap(address, size)


def bytes_in_memory(
    path: Path, pieces: Sequence[tuple[int, int]], before: bytes = b"", after: bytes = b""
) -> bytearray | None:
    """The bytes at these places (offset, length), one after the other, between what is to stand around them.

    None when the disk would have to be asked.
    """
    content = bytearray(len(before) + sum(length for _, length in pieces) + len(after))
    content[: len(before)] = before
    rest = memoryview(content)[len(before) :]
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        for offset, length in pieces:
            if os.preadv(descriptor, [rest[:length]], offset, os.RWF_NOWAIT) != length:
                return None
            rest = rest[length:]
    except OSError:  # it would have to wait, or the file system cannot tell
        return None
    finally:
        os.close(descriptor)
    rest[:] = after
    return content
