"""One pass over the bytes of a data set: its structure proven and its values told (PS3.5 7, PS3.18 annex F).

The scan believes no length: each must lie inside its parent, the last element must end where the data end, and
nesting and the number of elements are bounded. It does not recurse, and never looks at pixels.
"""

import struct
from dataclasses import dataclass
from mmap import MADV_DONTNEED, mmap

from server.dicom import repeated
from server.dicom.character_sets import DEFAULT, CharacterSet, character_set
from server.dicom.dictionary import Attributes, name_of, unsaid_vr
from server.dicom.headers import ITEM, ITEM_END, PLAIN, SEQUENCE_END, UNDEFINED, explicit_header
from server.dicom.spans import PIXEL_DATA, Buffer, PixelData, Span
from server.dicom.telling import BulkValue, Telling
from server.errors import Malformed, TooLarge

MOST_NESTED = 64
MOST_ELEMENTS = 1_000_000
"""Elements, items and fragments of one data set, together."""

_CHARACTER_SET = 0x00080005

_FRAGMENTS_MAPPED = 128
"""Around each fragment's header the kernel maps 64 KiB; those of so many stay mapped, not those of a whole file."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A sequence that is one by a dictionary alone: its bytes in case it is none, and what was told before it."""

    span: Span
    mark: tuple[int, int]


@dataclass(slots=True)
class _Level:
    """One open sequence or data set: where it ends (None until its delimiter), how it is encoded, what it becomes.

    `limit` is the nearest end that is known. A data set becomes `attributes`; a sequence has a `tag`, becomes `items`,
    and keeps the level of an `item` for the next, as there may be very many.
    """

    is_sequence: bool
    end: int | None
    limit: int
    implicit: bool
    order: str
    characters: CharacterSet
    attributes: Attributes
    items: list[Attributes]
    tag: int = 0
    last: int = -1
    in_order: bool = True
    doubt: _Doubt | None = None
    item: "_Level | None" = None


class Scan:
    """A scan of one data set: `run` it, and then read what it found, or had found when it raised.

    `elements` are the outermost by their tags, `attributes` the DICOM JSON, in which a BulkDataURI is but the path
    of the value in this data set (tags and item numbers), `bulk` what is told so.
    """

    def __init__(self, data: Buffer, start: int, *, implicit: bool, order: str) -> None:
        self.elements: dict[int, Span] = {}
        self.attributes: Attributes = {}
        self.pixel_data: PixelData | None = None
        self._data = data
        self._position = start
        self._left = MOST_ELEMENTS
        self._telling = Telling(data)
        self._known_in, self._known_there = DEFAULT, repeated.known(DEFAULT)
        end = len(data)
        self._levels = [_Level(False, end, end, implicit, order, DEFAULT, self.attributes, [])]

    @property
    def bulk(self) -> list[BulkValue]:
        """What is told by BulkDataURI."""
        return self._telling.bulk

    def run(self, until: str | None = None) -> None:
        """Scans to the end, or a little beyond the value in `bulk` with the path `until`.

        `Malformed` when the lengths do not add up, `TooLarge` beyond the bounds.
        """
        while self._levels:
            level = self._levels[-1]
            try:
                if level.is_sequence:
                    self._items(level)
                else:
                    self._elements(level)
            except Malformed:
                if not self._take_back():
                    raise
            if until is not None and self.bulk and self.bulk[-1].path == until:
                return
        self._telling.settle()

    def _elements(self, level: _Level) -> None:
        """Reads a data set until it ends or opens a sequence."""
        levels, end = self._levels, level.end
        may_repeat = level.order == "<" and not level.implicit
        while end is None or self._position < end:
            if may_repeat and self._repeated(level) == end:
                break
            start = self._position
            self._element(level)
            if levels[-1] is not level:
                return
            if may_repeat and self._position - start <= repeated.LONGEST:
                self._remember(level, start)
        self._close(level)

    def _repeated(self, level: _Level) -> int:
        """Reads elements as long as they were told before; answers where that ends."""
        count = len(level.attributes)
        elements = self.elements if len(self._levels) == 1 else None
        self._position, level.last = repeated.read(
            self._known(level), self._data, self._position, level.limit, level.last, level.attributes, elements
        )
        self._count(len(level.attributes) - count)
        return self._position

    def _remember(self, level: _Level, start: int) -> None:
        """Keeps what was told of the element that was just read."""
        told = level.attributes.get(name_of(level.last))
        if told is not None and level.last != _CHARACTER_SET:
            element = bytes(self._data[start : self._position])
            repeated.remember(self._known(level), element, level.last, told)

    def _known(self, level: _Level) -> repeated.Known:
        if level.characters is not self._known_in:
            self._known_in, self._known_there = level.characters, repeated.known(level.characters)
        return self._known_there

    def _element(self, level: _Level) -> None:
        start = self._position
        if start + 8 > level.limit:
            raise Malformed("The data set is cut short inside an element's header.", offset=start)
        group, number, length = PLAIN[level.order](self._data, start)
        if group == 0xFFFE:
            self._delimit(level, group << 16 | number)
            return
        if level.implicit:
            tag, vr, self._position = group << 16 | number, "", start + 8
        else:
            tag, vr, length, self._position = explicit_header(self._data, start, level.order)
        self._count()
        if tag <= level.last:
            level.in_order = False
            if name_of(tag) in level.attributes:  # PS3.5 7.1: at most once in a data set
                raise Malformed("An element appears twice in one data set.", tag=name_of(tag), offset=start)
        level.last = tag
        if length == UNDEFINED:
            self._undefined(level, tag, vr)
        elif vr == "SQ":
            self._open_sequence(level, tag, length, implicit=level.implicit, order=level.order)
        else:
            self._value(level, tag, vr, length)

    def _undefined(self, level: _Level, tag: int, vr: str) -> None:
        if tag in PIXEL_DATA:
            self._fragments(level, tag, vr)
        elif vr == "UN":  # PS3.5 6.2.2: a sequence in implicit VR little endian
            self._open_sequence(level, tag, UNDEFINED, implicit=True, order="<")
        else:
            self._open_sequence(level, tag, UNDEFINED, implicit=level.implicit, order=level.order)

    def _value(self, level: _Level, tag: int, vr: str, length: int) -> None:
        """Reads an element of defined length; when it says no VR, or UN, its VR is what the dictionaries know."""
        start = self._position
        span = Span(vr, start, length, level.order)
        if not vr or vr == "UN":
            # PS3.5 6.2.2 note 2: whatever the transfer syntax, what is UN lies in implicit VR little endian
            span = Span(unsaid_vr(tag, level.attributes), start, length)
            if span.vr == "SQ" and not vr and not tag & 0x10000:
                self._open_sequence(level, tag, length, implicit=True, order="<")
                return
        left = level.limit - start
        if length > left:
            raise Malformed(
                f"The data set is cut short: an element claims {length} bytes and {left} are left.", tag=name_of(tag)
            )
        if len(self._levels) == 1:
            self.elements[tag] = span
            if tag in PIXEL_DATA:
                self._pixels(level, PixelData(tag, vr, start, length), span)
                return
        if span.vr == "SQ":
            doubt = _Doubt(span, self._telling.mark())
            self._open_sequence(level, tag, length, implicit=True, order="<", doubt=doubt)
            return
        self._position = start + length
        self._tell(level, tag, span)

    def _tell(self, level: _Level, tag: int, span: Span) -> None:
        if not tag & 0xFFFF:
            return  # PS3.18 F.2.2: no group lengths
        if tag == _CHARACTER_SET:
            level.characters = character_set(bytes(self._data[span.offset : span.offset + min(span.length, 1024)]))
            told: Attributes = {"vr": "CS", "Value": ["ISO_IR 192"]}
        elif len(span.vr) > 2:
            datasets = [one.attributes for one in reversed(self._levels) if not one.is_sequence]
            told = self._telling.tell_later(tag, span, self._path(tag), datasets)
        else:
            told = self._telling.tell(tag, span, level.characters, self._path)
        level.attributes[name_of(tag)] = told

    def _path(self, tag: int) -> str:
        """The path of an element of the innermost data set: tags and item numbers."""
        above = [f"{name_of(one.tag)}/{len(one.items)}" for one in self._levels if one.is_sequence]
        return "/".join([*above, name_of(tag)])

    def _delimit(self, level: _Level, tag: int) -> None:
        if tag != ITEM_END or level.end is not None:
            raise Malformed("An item or sequence ends that was never opened.", tag=name_of(tag), offset=self._position)
        self._position += 8
        self._close(level)

    def _items(self, level: _Level) -> None:
        """Reads a sequence until it ends or an item with elements begins."""
        end = level.end
        while end is None or self._position < end:
            tag, length = self._item_header(level)
            if tag == SEQUENCE_END and end is None:
                break
            if tag != ITEM:
                raise Malformed("A sequence holds something that is no item.", tag=name_of(tag), offset=self._position)
            self._count()
            attributes: Attributes = {}
            level.items.append(attributes)
            if length:
                self._elements(self._open_item(level, attributes, length))
                if self._levels[-1] is not level:
                    return  # to a sequence within
        self._close(level)

    def _open_item(self, level: _Level, attributes: Attributes, length: int) -> _Level:
        if level.item is None:
            level.item = self._open(
                level, attributes, length, is_sequence=False, implicit=level.implicit, order=level.order
            )
            return level.item
        item, start = level.item, self._position
        item.end = None if length == UNDEFINED else start + length
        if item.end is not None and item.end > level.limit:
            raise Malformed("A sequence or item reaches beyond what holds it.", offset=start)
        item.limit = item.end or level.limit
        item.attributes, item.characters, item.last, item.in_order = attributes, level.characters, -1, True
        self._levels.append(item)
        return item

    def _item_header(self, level: _Level) -> tuple[int, int]:
        start = self._position
        if start + 8 > level.limit:
            raise Malformed("The data set is cut short inside a sequence.", offset=start)
        group, number, length = PLAIN[level.order](self._data, start)
        self._position = start + 8
        return group << 16 | number, length

    def _open_sequence(
        self, level: _Level, tag: int, length: int, *, implicit: bool, order: str, doubt: _Doubt | None = None
    ) -> None:
        if len(self._levels) == 1:
            self.elements.setdefault(tag, Span("SQ", self._position, 0))
        opened = self._open(level, {}, length, is_sequence=True, implicit=implicit, order=order)
        opened.tag, opened.doubt = tag, doubt
        if tag & 0xFFFF:
            level.attributes[name_of(tag)] = {"vr": "SQ", "Value": opened.items}

    def _open(
        self, within: _Level, attributes: Attributes, length: int, *, is_sequence: bool, implicit: bool, order: str
    ) -> _Level:
        start = self._position
        if len(self._levels) > MOST_NESTED:
            raise Malformed(f"The data set is nested more than {MOST_NESTED} levels deep.", offset=start)
        end = None if length == UNDEFINED else start + length
        if end is not None and end > within.limit:
            raise Malformed("A sequence or item reaches beyond what holds it.", offset=start)
        limit = within.limit if end is None else end
        level = _Level(is_sequence, end, limit, implicit, order, within.characters, attributes, [])
        self._levels.append(level)
        return level

    def _close(self, level: _Level) -> None:
        if level.end is not None and self._position > level.end:
            raise Malformed("An element reaches beyond the sequence that holds it.", offset=self._position)
        self._levels.pop()
        if level.is_sequence and not level.items and level.tag & 0xFFFF:
            self._levels[-1].attributes[name_of(level.tag)] = {"vr": "SQ"}  # PS3.18 F.2.5
        if not level.in_order:
            # PS3.18 F.2.2: ascending, even if the elements were not (PS3.5 7.1)
            ordered = sorted(level.attributes.items())
            level.attributes.clear()
            level.attributes.update(ordered)

    def _take_back(self) -> bool:
        """Takes the innermost sequence that was in doubt for the bytes of an UN; False when there is none."""
        while self._levels:
            level = self._levels.pop()
            if level.doubt is not None:
                self._telling.forget(level.doubt.mark)
                self._position = level.doubt.span.offset + level.doubt.span.length
                self._tell(self._levels[-1], level.tag, level.doubt.span._replace(vr="UN"))
                return True
        return False

    def _pixels(self, level: _Level, pixels: PixelData, span: Span) -> None:
        """Takes the outermost pixel data, which are told by BulkDataURI whatever their size."""
        self.pixel_data = pixels
        self._position = pixels.offset + pixels.length
        self.elements[pixels.tag] = Span(pixels.vr, pixels.offset, pixels.length, span.order)
        settled = span._replace(vr="OW") if len(span.vr) > 2 else span
        level.attributes[name_of(pixels.tag)] = self._telling.in_bulk(settled, self._path(pixels.tag))

    def _fragments(self, level: _Level, tag: int, vr: str) -> None:
        """Reads encapsulated pixel data: a basic offset table, then fragments (PS3.5 A.4)."""
        start = self._position
        items: list[tuple[int, int]] = []
        while True:
            item, length = self._item_header(level)
            if item == SEQUENCE_END:
                break
            if item != ITEM or length == UNDEFINED or self._position + length > level.limit:
                raise Malformed("The encapsulated pixel data is cut short or damaged.", offset=self._position)
            self._count()
            items.append((self._position, length))
            self._position += length
            if len(items) % _FRAGMENTS_MAPPED == 0 and isinstance(self._data, mmap):
                self._data.madvise(MADV_DONTNEED)
        if not items:
            raise Malformed("The encapsulated pixel data has no offset table item.", offset=start)
        span = Span(vr or "OB", start, self._position - 8 - start)
        if len(self._levels) > 1:
            self._tell(level, tag, span)  # an icon's
            return
        offset, length = items[0]
        self._count(length // 4)
        table = struct.unpack_from(f"<{length // 4}L", self._data, offset)
        pixels = PixelData(tag, vr, start, self._position - start, tuple(items[1:]), table)
        self._pixels(level, pixels, span)

    def _count(self, more: int = 1) -> None:
        self._left -= more
        if self._left < 0:
            raise TooLarge("The header has more elements than are accepted.", limit=MOST_ELEMENTS)
