"""One binary value of an archived file, found by the path that its BulkDataURI names (PS3.18 annex F)."""

import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from server.archive.part10 import examine, find_value
from server.dicom.dicomjson import value

_PIECE = 2**18
_DOCUMENT = "00420011"


@dataclass(frozen=True, slots=True)
class Value:
    """A value in little endian: where it lies in the file, or its bytes where they are not so in the file.

    `media_type` is what an encapsulated document says of itself (PS3.3 C.24.2).
    """

    length: int
    path: Path
    offset: int = 0
    content: bytes | None = field(default=None, repr=False)
    media_type: str | None = None

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """Its bytes from `start` up to `stop`."""
        if self.content is not None:
            yield self.content[start:stop]
            return
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            for at in range(start, stop, _PIECE):
                yield os.pread(descriptor, min(_PIECE, stop - at), self.offset + at)
        finally:
            os.close(descriptor)


def value_of(path: Path, where: str) -> Value:
    """The value that a BulkDataURI names by its path of tags and item numbers; `NotFound` when there is none."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = find_value(data, where)
        told = value(examine(data).attributes, "MIMETypeOfEncapsulatedDocument") if where == _DOCUMENT else None
        kind = str(told).strip().lower() if told else None
        if found.inflated is None and found.span.is_as_sent:
            return Value(found.span.length, path, found.span.offset, media_type=kind)
        content = found.read(data)
    return Value(len(content), path, content=content, media_type=kind)
