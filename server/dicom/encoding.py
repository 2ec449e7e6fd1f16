"""A data set in the DICOM JSON model as bytes: explicit VR little endian (PS3.5 7.1.2, A.2).

Values are checked against what their VR can hold and against nothing else; large ones come piece by piece from where
they are, so a data set may be larger than memory. Sequences have undefined lengths for the same reason.
"""

import base64
import binascii
import math
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from server.dicom.dicomjson import Attributes
from server.errors import Malformed

MOST_NESTED = 64

_TAG = re.compile("[0-9A-F]{8}")
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\xdd\xe0"
_NUMBERS = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "UV": "Q", "SV": "q", "FL": "f", "FD": "d"}
_TEXTS = frozenset("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())
_BINARY = frozenset("OB OD OF OL OV OW UN".split())
# PS3.5 7.1.2: these have two reserved bytes and a length of four
_LONG = _BINARY | {"SQ", "SV", "UC", "UR", "UT", "UV"}
_LONGEST_DECIMAL = 16


@dataclass(frozen=True, slots=True)
class Bulk:
    """A value that lies elsewhere: its size in bytes, and its bytes in pieces whenever they are wanted.

    `fragments` are the (offset, size) of the items of encapsulated pixel data in it, one frame each (PS3.5 A.4).
    """

    size: int
    pieces: Callable[[], Iterator[bytes]]
    fragments: tuple["Bulk", ...] | None = None


FindBulk = Callable[[str], Bulk]


def encode(attributes: Attributes, bulk: FindBulk, depth: int = 0) -> Iterator[bytes]:
    """The data set piece by piece; `bulk` finds what a BulkDataURI names. `Malformed` names the tag that is wrong."""
    if depth > MOST_NESTED:
        raise Malformed(f"The metadata is nested more than {MOST_NESTED} levels deep.")
    for name in sorted(attributes):
        if not _TAG.fullmatch(name):
            raise Malformed("An attribute is named by its tag, eight upper case hex digits.", tag=name[:20])
        try:
            yield from _element(name, attributes[name], bulk, depth)
        except (ValueError, TypeError, OverflowError, AttributeError, struct.error, binascii.Error) as error:
            raise Malformed(f"The value of {name} is none that its VR can hold.", tag=name) from error


def _element(name: str, attribute: Any, bulk: FindBulk, depth: int) -> Iterator[bytes]:
    if not isinstance(attribute, dict) or not isinstance(attribute.get("vr"), str):
        raise Malformed(f"The attribute {name} is no object with a vr.", tag=name)
    vr = attribute["vr"]
    if sum(kind in attribute for kind in ("Value", "BulkDataURI", "InlineBinary")) > 1:
        raise Malformed(f"The attribute {name} has more than one of Value, BulkDataURI and InlineBinary.", tag=name)
    if "BulkDataURI" in attribute:
        if vr not in _BINARY | _TEXTS | set(_NUMBERS):
            raise Malformed(f"The attribute {name} cannot be bulk data.", tag=name, vr=vr[:8])
        yield from _bulk(name, vr, bulk(attribute["BulkDataURI"]))
    elif vr == "SQ":
        yield from _sequence(name, attribute.get("Value") or [], bulk, depth)
    elif vr in _BINARY:
        if attribute.get("Value"):
            raise Malformed(f"The binary value of {name} comes as InlineBinary or BulkDataURI.", tag=name)
        content = base64.b64decode(attribute.get("InlineBinary", ""), validate=True)
        yield from _whole(name, vr, content + b"\0" * (len(content) % 2))
    else:
        yield from _whole(name, vr, _value(name, vr, attribute.get("Value") or []))


def _head(name: str, vr: str, length: int) -> bytes:
    group, element = int(name[:4], 16), int(name[4:], 16)
    if vr in _LONG:
        return struct.pack("<HH2sHL", group, element, vr.encode(), 0, length)
    if length > 0xFFFF:
        raise Malformed(f"The value of {name} is too long for its VR.", tag=name, vr=vr)
    return struct.pack("<HH2sH", group, element, vr.encode(), length)


def _whole(name: str, vr: str, content: bytes) -> Iterator[bytes]:
    yield _head(name, vr, len(content)) + content


def _bulk(name: str, vr: str, found: Bulk) -> Iterator[bytes]:
    if found.fragments is not None:
        yield from _encapsulated(name, found.fragments)
        return
    if found.size >= _UNDEFINED:
        raise Malformed(f"The value of {name} is longer than an element can be (PS3.5 7.1).", tag=name)
    yield _head(name, vr, found.size + found.size % 2)
    yield from found.pieces()
    if found.size % 2:
        yield b" " if vr in _TEXTS else b"\0"


def _encapsulated(name: str, frames: tuple[Bulk, ...]) -> Iterator[bytes]:
    """Pixel data of one fragment a frame with their offsets, left empty where four bytes cannot hold them (A.4)."""
    offsets, position = [], 0
    for frame in frames:
        offsets.append(position)
        position += 8 + frame.size + frame.size % 2
    table = struct.pack(f"<{len(offsets)}L", *offsets) if offsets[-1] < _UNDEFINED else b""
    yield _head(name, "OB", _UNDEFINED) + _ITEM + struct.pack("<L", len(table)) + table
    for frame in frames:
        yield _ITEM + struct.pack("<L", frame.size + frame.size % 2)
        yield from frame.pieces()
        if frame.size % 2:
            yield b"\0"
    yield _SEQUENCE_END + b"\0\0\0\0"


def _sequence(name: str, items: list[Any], bulk: FindBulk, depth: int) -> Iterator[bytes]:
    yield _head(name, "SQ", _UNDEFINED)
    for item in items:
        if item is not None and not isinstance(item, dict):
            raise Malformed(f"The items of {name} are objects.", tag=name)
        yield _ITEM + struct.pack("<L", _UNDEFINED)
        yield from encode(item or {}, bulk, depth + 1)
        yield _ITEM_END + b"\0\0\0\0"
    yield _SEQUENCE_END + b"\0\0\0\0"


def _value(name: str, vr: str, values: list[Any]) -> bytes:
    if not isinstance(values, list):
        raise Malformed(f"The Value of {name} is an array.", tag=name)
    if vr in _NUMBERS:
        to_number = float if vr in {"FL", "FD"} else int
        return struct.pack(f"<{len(values)}{_NUMBERS[vr]}", *map(to_number, values))
    if vr == "AT":
        return b"".join(struct.pack("<HH", int(tag[:4], 16), int(tag[4:], 16)) for tag in values)
    if vr not in _TEXTS:
        raise Malformed(f"The attribute {name} has no VR of PS3.5.", tag=name, vr=vr[:8])
    content = "\\".join(_text(vr, value) for value in values).encode()
    return content + (b"\0" if vr == "UI" else b" ") * (len(content) % 2)


def _text(vr: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        groups = [value.get(group) or "" for group in ("Alphabetic", "Ideographic", "Phonetic")]
        return "=".join(groups).rstrip("=")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    if vr == "DS" and isinstance(value, float):
        return _decimal(value)
    return str(value)


def _decimal(number: float) -> str:
    """A decimal string of 16 characters at most, with as many digits as they hold (PS3.5 table 6.2-1)."""
    if not math.isfinite(number):
        raise ValueError
    whole = repr(number).removesuffix(".0")
    if len(whole) <= _LONGEST_DECIMAL:
        return whole
    shorter = (f"{number:.{digits}g}" for digits in range(16, 7, -1))
    return next(text for text in shorter if len(text) <= _LONGEST_DECIMAL)
