"""Reading a whole file once, for its SHA-256 and the sums of its chunks."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from server.archive.chunks import Summing

_PIECE = 2**20


class Hashed(NamedTuple):
    """What the bytes of a file come to: their SHA-256 in hexadecimal, and the sums of their chunks."""

    digest: str
    sums: bytes


def hashed(path: Path) -> Hashed:
    """Of all that is in the file; raises `OSError` as reading does."""
    seen, sums = hashlib.sha256(), Summing()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            seen.update(piece)
            sums.add(piece)
    return Hashed(seen.hexdigest(), sums.sums())
