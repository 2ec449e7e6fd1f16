"""One binary value of an archived file, found by the path that its BulkDataURI names (PS3.18 annex F)."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field

from server.archive.part10 import examine, find_value
from server.archive.ranges import RangedFile
from server.dicom.dicomjson import value
from server.errors import ServerError

_PIECE = 2**20
_DOCUMENT = "00420011"


@dataclass(frozen=True, slots=True)
class Value:
    """A value in little endian: where it lies in the file, or its bytes where they are not so in the file.

    `media_type` is what an encapsulated document says of itself (PS3.3 C.24.2).
    """

    length: int
    file: RangedFile
    offset: int = 0
    content: bytes | None = field(default=None, repr=False)
    media_type: str | None = None

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """Its bytes from `start` up to `stop`."""
        if self.content is not None:
            yield self.content[start:stop]
            return
        for at in range(start, stop, _PIECE):
            yield self.file.read([(self.offset + at, min(_PIECE, stop - at))])


def value_of(file: RangedFile, where: str) -> Value:
    """The value that a BulkDataURI names by its path of tags and item numbers; `NotFound` when there is none."""
    with file.path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            found, walked = _found(file, data, where)
        except ServerError:
            if _is_right(file, data, len(data)):
                raise
        else:
            if _is_right(file, data, walked):
                return found
    return value_of(file, where)  # which was wrong when it was walked over, and is mended now


def _found(file: RangedFile, data: mmap.mmap, where: str) -> tuple[Value, int]:
    """The value, and up to where it depends on what stands in the file."""
    found = find_value(data, where)
    told = value(examine(data).attributes, "MIMETypeOfEncapsulatedDocument") if where == _DOCUMENT else None
    kind = str(told).strip().lower() if told else None
    if found.inflated is None and found.span.is_as_sent:
        return Value(found.span.length, file, found.span.offset, media_type=kind), found.span.offset
    content = found.read(data)
    ends = len(data) if found.inflated is not None else found.span.offset + found.span.length
    return Value(len(content), file, content=content, media_type=kind), ends


def _is_right(file: RangedFile, data: mmap.mmap, stop: int) -> bool:
    """Whether everything up to there is what was received."""
    pieces = range(0, stop, _PIECE)
    return all(file.read([(at, min(_PIECE, stop - at))]) == data[at : min(at + _PIECE, stop)] for at in pieces)
