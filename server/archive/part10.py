"""The structure of a Part 10 file: where everything lies, found by walking the lengths and believing none.

The walk decodes no values. It checks that every length lies inside its parent, that the last element ends
where the file ends, and that nothing is nested without bound, so that what comes after may trust the file.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from mmap import mmap

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from server.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
)
from server.errors import Malformed, TooLarge

MOST_NESTED = 64
LARGEST_INFLATED = 512 * 2**20
"""A deflated data set may grow to this size; the ratio is bounded beyond the first 16 MiB (see `_inflate`)."""

PIXEL_DATA = (0x7FE00010, 0x7FE00008, 0x7FE00009)
"""Pixel Data, Float Pixel Data and Double Float Pixel Data (PS3.3 C.7.6.3, C.7.6.24)."""

_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
# PS3.5 7.1.2: these VRs have two reserved bytes and a length of four
_LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())

Buffer = bytes | mmap


@dataclass(frozen=True, slots=True)
class Span:
    """A value in the data set: its VR and where its bytes lie."""

    vr: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class PixelData:
    """Where the pixels lie: one native value, or the fragments of an encapsulated one (PS3.5 A.4).

    `fragments` are (offset, length) of every item after the first; `offset_table` is the first item's value.
    """

    tag: int
    vr: str
    offset: int
    length: int
    fragments: tuple[tuple[int, int], ...] | None = None
    offset_table: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """What a walk found. Offsets count from the file's start, or from the inflated data set's when deflated."""

    transfer_syntax_uid: str
    dataset_offset: int
    elements: Mapping[int, Span]
    pixel_data: PixelData | None
    inflated: bytes | None = field(default=None, repr=False)


def examine(data: Buffer) -> Structure:
    """Walks a whole Part 10 file (PS3.10 7); `Malformed` says where it is broken."""
    structure, walk = _begin(data)
    walk.run()
    if not walk.elements:
        raise Malformed("The file ends after its file meta information: it has no data set.")
    return replace(structure, elements=walk.elements, pixel_data=walk.pixel_data)


def texts(data: Buffer, tags: Sequence[int]) -> list[str]:
    """These outermost elements as text, "" when missing, as far as a file can be walked until it proves broken.

    It is for files that were refused, so nothing but the walk may look at them.
    """
    elements: Mapping[int, Span] = {}
    with suppress(Malformed, TooLarge):
        structure, walk = _begin(data)
        elements, data = walk.elements, structure.inflated or data
        walk.run()
    return [_text(data, elements.get(tag)) for tag in tags]


def _begin(data: Buffer) -> "tuple[Structure, _Walk]":
    """The file's meta information, and a walk that stands before its first element."""
    if data[128:132] != b"DICM":
        raise Malformed("This is not a DICOM Part 10 file: 'DICM' is missing after the 128 byte preamble.")
    meta, dataset_offset = _file_meta(data)
    syntax = _text(data, meta.get(0x00020010))
    if not syntax:
        raise Malformed("The file meta information names no Transfer Syntax UID (0002,0010).")
    inflated = None
    if syntax == DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN:
        inflated = _inflate(data, dataset_offset)
    walk = _Walk(
        data if inflated is None else inflated,
        start=dataset_offset if inflated is None else 0,
        implicit=syntax == IMPLICIT_VR_LITTLE_ENDIAN,
        order=">" if syntax == EXPLICIT_VR_BIG_ENDIAN else "<",
    )
    return Structure(syntax, dataset_offset, elements={}, pixel_data=None, inflated=inflated), walk


def _file_meta(data: Buffer) -> tuple[dict[int, Span], int]:
    """Group 0002, always explicit little endian (PS3.10 7.1), and where the data set starts."""
    elements: dict[int, Span] = {}
    position = 132
    while position + 8 <= len(data) and data[position : position + 2] == b"\x02\x00":
        tag, vr, length, value = _explicit_header(data, position, "<")
        if length == _UNDEFINED or value + length > len(data):
            raise Malformed("The file meta information is cut short.", tag=f"{tag:08X}")
        elements[tag] = Span(vr, value, length)
        position = value + length
    return elements, position


def _text(data: Buffer, span: Span | None) -> str:
    if span is None:
        return ""
    return bytes(data[span.offset : span.offset + span.length]).rstrip(b"\0 ").decode("ascii", "replace")


def _inflate(data: Buffer, start: int) -> bytes:
    """The data set of a deflated file (PS3.5 A.5), its size bounded while it grows."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    bound = min(LARGEST_INFLATED, 16 * 2**20 + 100 * (len(data) - start))
    try:
        inflated = stream.decompress(data[start:], bound)
    except zlib.error as error:
        raise Malformed("The deflated data set cannot be inflated.") from error
    if stream.unconsumed_tail:
        raise TooLarge("The deflated data set grows beyond what is accepted.", limit=bound)
    if not stream.eof:
        raise Malformed("The deflated data set is cut short.")
    return inflated


def _explicit_header(data: Buffer, position: int, order: str) -> tuple[int, str, int, int]:
    """Tag, VR, length and value offset of one explicit VR element (PS3.5 7.1.2)."""
    group, element, vr, length = struct.unpack_from(f"{order}HH2sH", data, position)
    tag = group << 16 | element
    if vr in _SHORT_VRS:
        return tag, vr.decode(), length, position + 8
    if vr not in _LONG_VRS:
        raise Malformed(
            "An element has no valid VR; the data set is damaged or in another transfer syntax than its header says.",
            tag=f"{tag:08X}",
            offset=position,
        )
    if position + 12 > len(data):
        raise Malformed("The data set is cut short inside an element's header.", tag=f"{tag:08X}")
    (length,) = struct.unpack_from(f"{order}L", data, position + 8)
    return tag, vr.decode(), length, position + 12


def _is_sequence(tag: int) -> bool:
    """Whether PS3.6 has it as a sequence, which an implicit VR data set does not say."""
    return dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ"


@dataclass(slots=True)
class _Level:
    """One open sequence or item: where it ends (None until its delimiter) and how it is encoded."""

    is_sequence: bool
    end: int | None
    implicit: bool


class _Walk:
    """A walk over a data set without recursion: an explicit stack of open sequences and items."""

    def __init__(self, data: Buffer, start: int, implicit: bool, order: str) -> None:
        self.elements: dict[int, Span] = {}
        self.pixel_data: PixelData | None = None
        self._data = data
        self._position = start
        self._order = order
        self._levels = [_Level(is_sequence=False, end=len(data), implicit=implicit)]

    def run(self) -> None:
        """Walks to the end; `Malformed` when the lengths do not add up."""
        while True:
            level = self._levels[-1]
            if level.end is not None and self._position >= level.end:
                if self._position > level.end:
                    raise Malformed("An element reaches beyond the sequence that holds it.", offset=self._position)
                self._levels.pop()
                if not self._levels:
                    return
            elif level.is_sequence:
                self._step_in_sequence(level)
            else:
                self._step_in_dataset(level)

    def _step_in_sequence(self, level: _Level) -> None:
        tag, length = self._item_header()
        if tag == _SEQUENCE_END and level.end is None:
            self._levels.pop()
        elif tag == _ITEM:
            self._open(is_sequence=False, length=length, implicit=level.implicit)
        else:
            raise Malformed("A sequence holds something that is no item.", tag=f"{tag:08X}", offset=self._position)

    def _step_in_dataset(self, level: _Level) -> None:
        start = self._position
        if start + 8 > self._limit():
            raise Malformed("The data set is cut short inside an element's header.", offset=start)
        group, element = struct.unpack_from(f"{self._order}HH", self._data, start)
        if group == 0xFFFE:
            self._delimit(level, group << 16 | element)
            return
        tag, vr, length, self._position = self._header(level.implicit)
        outermost = len(self._levels) == 1
        if length == _UNDEFINED:
            if tag in PIXEL_DATA:
                self._fragments(tag, vr, outermost=outermost)
            else:
                # PS3.5 6.2.2: an UN of undefined length is a sequence in implicit VR little endian
                self._open(is_sequence=True, length=length, implicit=level.implicit or vr == "UN")
        elif vr == "SQ" or (level.implicit and _is_sequence(tag)):
            self._open(is_sequence=True, length=length, implicit=level.implicit)
        else:
            self._value(tag, vr, length)
        if outermost and tag not in self.elements:
            self.elements[tag] = Span(vr, self._position, 0)

    def _header(self, implicit: bool) -> tuple[int, str, int, int]:
        if not implicit:
            return _explicit_header(self._data, self._position, self._order)
        group, element, length = struct.unpack_from("<HHL", self._data, self._position)
        return group << 16 | element, "", length, self._position + 8

    def _value(self, tag: int, vr: str, length: int) -> None:
        left = self._limit() - self._position
        if length > left:
            raise Malformed(
                f"The data set is cut short: an element claims {length} bytes and {left} are left.",
                tag=f"{tag:08X}",
            )
        if len(self._levels) == 1:
            self.elements[tag] = Span(vr, self._position, length)
            if tag in PIXEL_DATA:
                self.pixel_data = PixelData(tag, vr, self._position, length)
        self._position += length

    def _delimit(self, level: _Level, tag: int) -> None:
        if tag == _ITEM_END and level.end is None:
            self._item_header()
            self._levels.pop()
            return
        raise Malformed("An item or sequence ends that was never opened.", tag=f"{tag:08X}", offset=self._position)

    def _open(self, *, is_sequence: bool, length: int, implicit: bool) -> None:
        if len(self._levels) > MOST_NESTED:
            raise Malformed(f"The data set is nested more than {MOST_NESTED} levels deep.", offset=self._position)
        end = None if length == _UNDEFINED else self._position + length
        if end is not None and end > self._limit():
            raise Malformed("A sequence or item reaches beyond what holds it.", offset=self._position)
        self._levels.append(_Level(is_sequence, end, implicit))

    def _limit(self) -> int:
        return next(level.end for level in reversed(self._levels) if level.end is not None)

    def _item_header(self) -> tuple[int, int]:
        if self._position + 8 > self._limit():
            raise Malformed("The data set is cut short inside a sequence.", offset=self._position)
        group, element, length = struct.unpack_from(f"{self._order}HHL", self._data, self._position)
        self._position += 8
        return group << 16 | element, length

    def _fragments(self, tag: int, vr: str, *, outermost: bool) -> None:
        """The items of encapsulated pixel data: a basic offset table, then fragments (PS3.5 A.4).

        Inside a sequence they belong to an icon, of which nothing is kept here.
        """
        start = self._position
        items: list[tuple[int, int]] = []
        while True:
            item, length = self._item_header()
            if item == _SEQUENCE_END:
                break
            if item != _ITEM or length == _UNDEFINED or self._position + length > self._limit():
                raise Malformed("The encapsulated pixel data is cut short or damaged.", offset=self._position)
            items.append((self._position, length))
            self._position += length
        if not items:
            raise Malformed("The encapsulated pixel data has no offset table item.", offset=start)
        if not outermost:
            return
        offset, length = items[0]
        table = struct.unpack_from(f"<{length // 4}L", self._data, offset)
        self.elements[tag] = Span(vr, start, self._position - start)
        self.pixel_data = PixelData(tag, vr, start, self._position - start, tuple(items[1:]), table)
