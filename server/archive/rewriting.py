"""A Part 10 file written anew around the elements that stay as they are: other file meta, a few other attributes.

What does not change is never decoded: it is told as ranges of the stored bytes.
"""

import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from pydicom.datadict import tag_for_keyword

from server.archive.part10 import Structure, file_meta
from server.archive.ranges import Range, RangedFile
from server.dicom.spans import Buffer

IMPLEMENTATION_CLASS_UID = "2.25.114330722018215411096226498153906226493"
IMPLEMENTATION_VERSION_NAME = "LIGHTBOX_1"
PIECE = 2**18

Part = bytes | Range
"""New bytes, or where in the stored data set they lie."""

_SHORT = frozenset("AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
_REWRITTEN = {0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013}
_GONE = (0x00280000, 0x7FE00000, 0x7FE00001, 0x7FE00002)
"""Group lengths that would be wrong, and the extended offset table of fragments that are no more (PS3.5 A.4)."""


def new_file_meta(data: Buffer, transfer_syntax_uid: str, sop_class_uid: str, instance_uid: str) -> bytes:
    """Preamble and file meta information of the same instance in another transfer syntax (PS3.10 7.1)."""
    elements = {
        0x00020001: _element(0x00020001, "OB", b"\0\1"),
        0x00020002: _uid(0x00020002, sop_class_uid),
        0x00020003: _uid(0x00020003, instance_uid),
        0x00020010: _uid(0x00020010, transfer_syntax_uid),
        0x00020012: _uid(0x00020012, IMPLEMENTATION_CLASS_UID),
        0x00020013: _element(0x00020013, "SH", _even(IMPLEMENTATION_VERSION_NAME.encode(), b" ")),
    }
    kept, _ = file_meta(data)
    for tag, span in kept.items():
        if tag not in _REWRITTEN:
            elements[tag] = _element(tag, span.vr, bytes(data[span.offset : span.offset + span.length]))
    group = b"".join(elements[tag] for tag in sorted(elements))
    return b"\0" * 128 + b"DICM" + _element(0x00020000, "UL", struct.pack("<L", len(group))) + group


def header_parts(data: Buffer, structure: Structure, end: int, changes: Mapping[str, str | int]) -> list[Part]:
    """An explicit little endian data set up to `end`, with these attributes (CS or US) in place of its own."""
    new = {tag_for_keyword(keyword) or 0: _coded(keyword, value) for keyword, value in changes.items()}
    content = data if structure.inflated is None else structure.inflated
    starts = sorted((_start(content, tag, span.offset), tag) for tag, span in structure.elements.items())
    starts = [(start, tag) for start, tag in starts if start < end]
    begin = 0 if structure.inflated is not None else structure.dataset_offset
    parts: list[Part] = []
    for tag in sorted({*new, *_GONE}):
        there = next((n for n, (_, found) in enumerate(starts) if found == tag), None)
        if there is None and tag not in new:
            continue
        at = there if there is not None else bisect_left([found for _, found in starts], tag)
        cut = starts[at][0] if at < len(starts) else end
        if cut > begin:
            parts.append((begin, cut - begin))
        if tag in new:
            parts.append(new[tag])
        begin = cut if there is None else starts[at + 1][0] if at + 1 < len(starts) else end
    return [*parts, (begin, end - begin)] if end > begin else parts


def size(parts: Sequence[Part]) -> int:
    """How many bytes the parts are together."""
    return sum(len(part) if isinstance(part, bytes) else part[1] for part in parts)


def element_header(tag: int, vr: str, length: int) -> bytes:
    """What stands before an explicit little endian value (PS3.5 7.1.2)."""
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    return head + (struct.pack("<H", length) if vr in _SHORT else struct.pack("<HL", 0, length))


class Source:
    """The stored bytes of a data set, read by range: of the file, or of what a deflated one holds."""

    def __init__(self, file: RangedFile, deflated_from: int | None) -> None:
        self._file = file
        self._inflated = None
        if deflated_from is not None:
            packed = file.read([(deflated_from, file.size - deflated_from)])
            self._inflated = zlib.decompress(packed, -zlib.MAX_WBITS)

    def read(self, ranges: Sequence[Range]) -> bytes:
        """The bytes of ranges, one after the other."""
        if self._inflated is not None:
            return b"".join(self._inflated[offset : offset + length] for offset, length in ranges)
        return self._file.read(ranges)

    def pieces(self, parts: Sequence[Part]) -> Iterator[bytes]:
        """The parts, no more than a piece of them at a time."""
        for part in parts:
            if isinstance(part, bytes):
                yield part
                continue
            offset, length = part
            for start in range(offset, offset + length, PIECE):
                yield self.read([(start, min(PIECE, offset + length - start))])


def _start(content: Buffer, tag: int, value_offset: int) -> int:
    """Where an explicit element begins: eight bytes before its value when those are its tag and a short VR."""
    head = content[value_offset - 8 : value_offset]
    short = head[:4] == struct.pack("<HH", tag >> 16, tag & 0xFFFF) and head[4:6].decode("latin-1") in _SHORT
    return value_offset - (8 if short else 12)


def _coded(keyword: str, value: str | int) -> bytes:
    tag = tag_for_keyword(keyword) or 0
    if isinstance(value, int):
        return _element(tag, "US", struct.pack("<H", value))
    return _element(tag, "CS", _even(value.encode("ascii"), b" "))


def _uid(tag: int, uid: str) -> bytes:
    return _element(tag, "UI", _even(uid.encode("ascii"), b"\0"))


def _element(tag: int, vr: str, value: bytes) -> bytes:
    return element_header(tag, vr, len(value)) + value


def _even(value: bytes, padding: bytes) -> bytes:
    return value + padding * (len(value) % 2)
