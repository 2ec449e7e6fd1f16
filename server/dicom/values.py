"""The values of one element as DICOM JSON has them, straight from their bytes (PS3.18 F.2, PS3.5 6.2).

Bytes that are no value of their VR never fail: a number stays the text it is, and numbers of a wrong length are UN.
"""

import base64
import math
import re
import struct
from collections.abc import Callable
from functools import partial
from typing import Any

from server.dicom.character_sets import LINES, NAMES, VALUES, CharacterSet

BINARY = {"OB": 1, "UN": 1, "OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}
"""The VRs without values in JSON, each with the size in bytes of the words that byte order concerns (PS3.5 7.3)."""

WORDS = BINARY | {"AT": 2, "US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "SV": 8, "UV": 8}
"""The same for every VR that is not text."""

SIZES = {"AT": 4} | {vr: size for vr, size in WORDS.items() if vr not in BINARY and vr != "AT"}
"""The bytes of one value of the VRs that have values of a fixed size (PS3.5 table 6.2-1)."""

MOST_EXACT = 2**53
"""Whole numbers from here on are not every JSON reader's (RFC 8259 6): strings, as PS3.18 F.2.3 allows."""

# PS3.5 table 6.2-1 and what is written beyond it: a sign, blanks, more digits than fit, an IS with a decimal point
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,64}\.?[0-9]{0,64}|\.[0-9]{1,64})(?:[eE][+-]?[0-9]{1,3})?")
_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")

Values = list[Any]


def json_values(vr: str, content: bytes, characters: CharacterSet, order: str) -> Values | None:
    """The Value array of an element of a VR that has one and is no sequence; empty for none.

    `order` is struct's sign, < or >. None stands for numbers that JSON has not: NaN and the infinities.
    """
    return _READERS[vr](content, characters, order)


def in_little_endian(content: bytes, vr: str, order: str) -> bytes:
    """A value as explicit VR little endian has it, which is what leaves this server (PS3.18 8.7.3)."""
    size = WORDS.get(vr, 1)
    if order == "<" or size == 1 or len(content) % size:
        return content
    swapped = bytearray(len(content))
    for byte in range(size):
        swapped[byte::size] = content[size - 1 - byte :: size]
    return bytes(swapped)


def inline(content: bytes) -> str:
    """A value as InlineBinary (PS3.18 F.2.7)."""
    return base64.b64encode(content).decode()


def _codes(content: bytes, _characters: CharacterSet, _order: str) -> Values:
    """Values of the default repertoire, whose blanks on both sides mean nothing."""
    text = content.decode("latin-1").strip(" \0")
    if "\\" not in text:
        return [text] if text else []
    return [value.strip(" \0") or None for value in text.split("\\")]


def _texts(content: bytes, characters: CharacterSet, _order: str) -> Values:
    """Values in the data set's character set; what leads stays, as LO and UC do not say that it may go."""
    text = characters.decode(content, VALUES).rstrip(" \0")
    if "\\" not in text:
        return [text] if text else []
    return [value.rstrip(" \0") or None for value in text.split("\\")]


def _text(content: bytes, characters: CharacterSet, _order: str) -> Values:
    """One value, backslashes and all (PS3.5 6.4)."""
    text = characters.decode(content, LINES).rstrip(" \0")
    return [text] if text else []


def _address(content: bytes, _characters: CharacterSet, _order: str) -> Values:
    text = content.decode("latin-1").rstrip(" \0")
    return [text] if text else []


def _names(content: bytes, characters: CharacterSet, _order: str) -> Values:
    text = characters.decode(content, NAMES).rstrip(" \0")
    if "\\" not in text:
        return [_name(text)] if text else []
    return [_name(value) for value in text.split("\\")]


def _name(text: str) -> dict[str, str] | None:
    """A person name by its component groups (PS3.5 6.2.1), those that are empty left out (PS3.18 F.2.2)."""
    if "=" not in text:
        value = text.rstrip(" \0")
        return {"Alphabetic": value} if value else None
    groups = zip(_GROUPS, text.split("="), strict=False)
    return {group: kept for group, value in groups if (kept := value.rstrip(" \0"))} or None


def _integers(content: bytes, characters: CharacterSet, order: str) -> Values:
    return [text and _integer(text) for text in _codes(content, characters, order)]


def _integer(text: str) -> int | str:
    if _INTEGER.fullmatch(text):
        number = int(text)
        return number if abs(number) < MOST_EXACT else text
    if _DECIMAL.fullmatch(text) and (value := float(text)).is_integer() and abs(value) < MOST_EXACT:
        return int(value)
    return text


def _decimals(content: bytes, characters: CharacterSet, order: str) -> Values:
    return [text and _decimal(text) for text in _codes(content, characters, order)]


def _decimal(text: str) -> float | str:
    if _DECIMAL.fullmatch(text) and math.isfinite(value := float(text)):
        return value
    return text


def _numbers(code: str, content: bytes, _characters: CharacterSet, order: str) -> Values:
    return list(struct.unpack(f"{order}{len(content) // struct.calcsize(f'={code}')}{code}", content))


def _floats(code: str, content: bytes, characters: CharacterSet, order: str) -> Values | None:
    values = _numbers(code, content, characters, order)
    return values if all(map(math.isfinite, values)) else None


def _long_numbers(code: str, content: bytes, characters: CharacterSet, order: str) -> Values:
    numbers = _numbers(code, content, characters, order)
    return [number if abs(number) < MOST_EXACT else str(number) for number in numbers]


def _tags(content: bytes, _characters: CharacterSet, order: str) -> Values:
    return [f"{group:04X}{number:04X}" for group, number in struct.iter_unpack(f"{order}HH", content)]


_READERS: dict[str, Callable[[bytes, CharacterSet, str], Values | None]] = {
    **dict.fromkeys("AE AS CS DA DT TM UI".split(), _codes),
    **dict.fromkeys("LO SH UC".split(), _texts),
    **dict.fromkeys("LT ST UT".split(), _text),
    "UR": _address,
    "PN": _names,
    "IS": _integers,
    "DS": _decimals,
    "AT": _tags,
    **{vr: partial(_numbers, code) for vr, code in (("US", "H"), ("SS", "h"), ("UL", "L"), ("SL", "l"))},
    **{vr: partial(_floats, code) for vr, code in (("FL", "f"), ("FD", "d"))},
    **{vr: partial(_long_numbers, code) for vr, code in (("SV", "q"), ("UV", "Q"))},
}
