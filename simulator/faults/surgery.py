"""Taking a well-formed Part 10 file apart into its elements and putting it together wrongly.

Only for files the simulator has made: Explicit VR Little Endian, every length defined.
"""

import struct
from dataclasses import dataclass, field

_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = (struct.pack("<HHI", 0xFFFE, last, 0) for last in (0xE000, 0xE00D, 0xE0DD))


@dataclass
class Parts:
    """A file in pieces: each element whole, with its header, by tag."""

    preamble: bytes
    meta: dict[int, bytes] = field(default_factory=dict)
    body: dict[int, bytes] = field(default_factory=dict)

    def whole(self) -> bytes:
        """The file put together; the length of the meta information is made right."""
        return self.head() + self.data_set()

    def head(self) -> bytes:
        """Preamble, prefix and File Meta Information, PS3.10 7.1."""
        rest = b"".join(self.meta[tag] for tag in sorted(self.meta) if tag != 0x00020000)
        return self.preamble + element(0x00020000, "UL", struct.pack("<I", len(rest))) + rest

    def data_set(self) -> bytes:
        """The elements of the data set in their order."""
        return b"".join(self.body[tag] for tag in sorted(self.body))

    def put(self, tag: int, vr: str, value: bytes) -> "Parts":
        """Set an element of the data set, or of the meta information when its group says so."""
        (self.meta if tag >> 16 == 2 else self.body)[tag] = element(tag, vr, value)
        return self

    def drop(self, *tags: int) -> "Parts":
        """Leave elements out."""
        for tag in tags:
            self.body.pop(tag, None)
        return self

    def text(self, tag: int) -> str:
        """The value of a short element as text; empty when it is not there."""
        return self.body.get(tag, b"")[8:].decode("latin-1").rstrip("\0 ")

    def uid(self, tag: int, value: str) -> "Parts":
        """Set a UID, padded as PS3.5 9.1 wants."""
        return self.put(tag, "UI", value.encode("latin-1") + b"\0" * (len(value) % 2))


def take_apart(data: bytes) -> Parts:
    """Return the pieces of a file."""
    parts, offset = Parts(data[:132]), 132
    while offset < len(data):
        tag, end = _tag(data, offset), _end(data, offset)
        (parts.meta if tag >> 16 == 2 else parts.body)[tag] = data[offset:end]
        offset = end
    return parts


def element(tag: int, vr: str, value: bytes, length: int | None = None) -> bytes:
    """An element whose length field may say something else than is true."""
    said = len(value) if length is None else length
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr.encode() in _LONG:
        return head + struct.pack("<HI", 0, said) + value
    return head + struct.pack("<H", said & 0xFFFF) + value


def undefined_sequence(tag: int, items: bytes) -> bytes:
    """A sequence of undefined length with the items given, and its delimiter."""
    return element(tag, "SQ", items, _UNDEFINED) + SEQUENCE_END


def undefined_item(content: bytes) -> bytes:
    """An item of undefined length, and its delimiter."""
    return struct.pack("<HHI", 0xFFFE, 0xE000, _UNDEFINED) + content + ITEM_END


def _tag(data: bytes, offset: int) -> int:
    group, number = struct.unpack_from("<HH", data, offset)
    return int(group << 16 | number)


def _end(data: bytes, offset: int) -> int:
    if data[offset + 4 : offset + 6] in _LONG:
        return int(offset + 12 + struct.unpack_from("<I", data, offset + 8)[0])
    return int(offset + 8 + struct.unpack_from("<H", data, offset + 6)[0])
