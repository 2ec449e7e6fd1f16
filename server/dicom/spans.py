"""Where values lie in the bytes of a data set."""

from mmap import mmap
from typing import NamedTuple

from server.dicom.values import WORDS, in_little_endian

PIXEL_DATA = (0x7FE00010, 0x7FE00008, 0x7FE00009)
"""Pixel Data, Float Pixel Data and Double Float Pixel Data (PS3.3 C.7.6.3, C.7.6.24)."""

Buffer = bytes | mmap


class Span(NamedTuple):
    """A value in the data set: its VR, where its bytes lie, and their byte order as struct's sign."""

    vr: str
    offset: int
    length: int
    order: str = "<"

    @property
    def is_as_sent(self) -> bool:
        """Whether the bytes leave this server as they lie, so that a range of them may."""
        return self.order == "<" or WORDS.get(self.vr, 1) == 1

    def read(self, data: Buffer) -> bytes:
        """The value in little endian."""
        return in_little_endian(data[self.offset : self.offset + self.length], self.vr, self.order)


class PixelData(NamedTuple):
    """Where the pixels lie: one native value, or the fragments of an encapsulated one (PS3.5 A.4).

    `fragments` are (offset, length) of every item after the first; `offset_table` is the first item's value.
    """

    tag: int
    vr: str
    offset: int
    length: int
    fragments: tuple[tuple[int, int], ...] | None = None
    offset_table: tuple[int, ...] = ()
