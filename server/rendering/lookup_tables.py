"""Lookup tables as headers give them: modality, VOI, and palettes, whole or in segments.

PS3.3 C.11.1.1.1, C.11.2.1.1, C.7.6.3.1.5, C.7.6.3.1.6 and C.7.9.2.
"""

from collections.abc import Sequence

from server.dicom.attributes import tag
from server.errors import Malformed
from server.rendering.header import BulkReader, Header, binary, numbers
from server.rendering.image import LookupTable

MOST_ENTRIES = 65_536
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2


def lookup_table(item: Header, read: BulkReader) -> LookupTable | None:
    """The LUT of an item of a modality or VOI LUT sequence, or None when its descriptor and data do not fit."""
    return _table(item, "LUTDescriptor", "LUTData", read)


def palette(header: Header, read: BulkReader) -> tuple[LookupTable, LookupTable, LookupTable] | None:
    """The red, green and blue LUTs of a palette; None when one is missing, or does not fit its descriptor."""
    red, green, blue = (_colour(header, name, read) for name in ("Red", "Green", "Blue"))
    return None if red is None or green is None or blue is None else (red, green, blue)


def _colour(header: Header, name: str, read: BulkReader) -> LookupTable | None:
    descriptor = f"{name}PaletteColorLookupTableDescriptor"
    if tag(f"{name}PaletteColorLookupTableData") in header:
        return _table(header, descriptor, f"{name}PaletteColorLookupTableData", read)
    return _table(header, descriptor, f"Segmented{name}PaletteColorLookupTableData", read, in_segments=True)


def _table(
    header: Header, descriptor: str, data: str, read: BulkReader, *, in_segments: bool = False
) -> LookupTable | None:
    described = numbers(header, descriptor)
    if len(described) != 3:
        return None
    length, first, bits = (int(number) for number in described)
    length = length or MOST_ENTRIES  # PS3.3 C.11.1.1.1: 0 stands for 2^16 entries
    if not 1 <= length <= MOST_ENTRIES or bits not in range(8, 17) or not -(2**31) <= first < 2**32:
        return None
    element = header.get(tag(data), {})
    if in_segments:
        entries = _expanded(_segments(element, bits, read), bits, length)
    else:
        entries = _entries(element, length, read)
    return LookupTable(first, bits, tuple(entries[:length])) if len(entries) >= length else None


def _entries(element: Header, length: int, read: BulkReader) -> list[int]:
    if "Value" in element:
        return [number & 0xFFFF for number in element["Value"] if isinstance(number, int)]
    data = binary(element, read)
    if len(data) < 2 * length:  # PS3.3 C.7.6.3.1.6: entries of 8 bits may be packed two to a word
        return list(data)
    return _words(data)


def _segments(element: Header, bits: int, read: BulkReader) -> list[int]:
    data = binary(element, read)
    return list(data) if bits == 8 else _words(data)


def _words(data: bytes) -> list[int]:
    return [int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data) - 1, 2)]


def _expanded(units: Sequence[int], bits: int, length: int) -> list[int]:
    """The entries that segments stand for (PS3.3 C.7.9.2), no more than `length`; none when they make no sense."""
    entries: list[int] = []
    position = 0
    wide = 4 if bits == 8 else 2  # an offset is of 32 bits, whatever the unit
    try:
        while position + 1 < len(units) and len(entries) < length:
            opcode, count = units[position], units[position + 1]
            if opcode == _INDIRECT:
                offset = sum(units[position + 2 + i] << (32 // wide * i) for i in range(wide))
                # counted in bytes from the first segment
                _append(entries, units, offset * wide // 4, count, length)
                position += 2 + wide
            else:
                position = _append(entries, units, position, 1, length)
    except (IndexError, Malformed):
        return []
    return entries


def _append(entries: list[int], units: Sequence[int], position: int, segments: int, length: int) -> int:
    """Adds what so many discrete and linear segments stand for; answers where the next one begins."""
    for _ in range(segments):
        opcode, count = units[position], units[position + 1]
        if opcode == _DISCRETE:
            entries.extend(units[position + 2 : position + 2 + count])
            position += 2 + count
        elif opcode == _LINEAR and entries:
            start, end = entries[-1], units[position + 2]
            # the line begins beside the last entry and ends with its own (PS3.3 C.7.9.2.2)
            entries.extend(int(start + (end - start) * i / count + 0.5) for i in range(1, count + 1))
            position += 3
        else:
            raise Malformed("A segment of the palette cannot be.")
        if len(entries) >= length:
            break
    return position
