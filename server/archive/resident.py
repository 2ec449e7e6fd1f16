"""Whether all of a file is in memory, so that reading it asks nothing of the disk (mincore(2))."""

import ctypes
import mmap
import os
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
