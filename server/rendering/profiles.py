"""The ICC profiles of the well-known RGB spaces, made of their published numbers (ICC.1:2001-04)."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

_D50 = (0.9642, 1.0, 0.8249)
_STEPS = 4096


@dataclass(frozen=True, slots=True)
class _Space:
    """Red, green and blue as XYZ adapted to D50, and what light (0 to 1) an encoded value (0 to 1) stands for.

    `curve` may also be a gamma, of which ICC keeps 8 bits after the point.
    """

    name: str
    primaries: Sequence[Sequence[float]]
    curve: Callable[[float], float] | float


def _srgb_light(v: float) -> float:
    """IEC 61966-2-1."""
    return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4


def _romm_light(v: float) -> float:
    """ISO 22028-2."""
    return v / 16 if v < 16 / 512 else v**1.8


_SPACES = {
    "srgb": _Space(
        "sRGB", ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)), _srgb_light
    ),
    "adobergb": _Space(
        "Adobe RGB (1998) compatible",
        ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
        563 / 256,
    ),
    "rommrgb": _Space(
        "ROMM RGB", ((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82490)), _romm_light
    ),
    "displayp3": _Space(
        "Display P3",
        ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
        _srgb_light,
    ),
}


@cache
def profile(name: str) -> bytes:
    """The profile of `srgb`, `adobergb`, `rommrgb` or `displayp3`; the same bytes every time."""
    space = _SPACES[name]
    curve = _curve(space.curve)
    tags = [
        (b"desc", _description(space.name)),
        (b"cprt", b"text\0\0\0\0No copyright, use freely.\0"),
        (b"wtpt", _xyz(_D50)),
        *(
            (colour, _xyz(primary))
            for colour, primary in zip((b"rXYZ", b"gXYZ", b"bXYZ"), space.primaries, strict=True)
        ),
        *((colour, curve) for colour in (b"rTRC", b"gTRC", b"bTRC")),
    ]
    return _file(tags)


def _file(tags: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The header, the table of tags, and their values; equal values are kept once."""
    table, values, where = b"", b"", dict[bytes, int]()
    start = 128 + 4 + 12 * len(tags)
    for signature, value in tags:
        if value not in where:
            where[value] = start + len(values)
            values += value + b"\0" * (-len(value) % 4)
        table += struct.pack(">4sLL", signature, where[value], len(value))
    size = start + len(values)
    date = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    header = struct.pack(">L4xL4s4s4s12s4s", size, 0x02400000, b"mntr", b"RGB ", b"XYZ ", date, b"acsp")
    header += bytes(28) + b"".join(_fixed(number) for number in _D50)
    return header.ljust(128, b"\0") + struct.pack(">L", len(tags)) + table + values


def _curve(curve: Callable[[float], float] | float) -> bytes:
    if not callable(curve):
        return struct.pack(">4s4xLH", b"curv", 1, round(curve * 256))
    entries = [round(curve(i / (_STEPS - 1)) * 65535) for i in range(_STEPS)]
    return struct.pack(f">4s4xL{_STEPS}H", b"curv", _STEPS, *entries)


def _xyz(numbers: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(number) for number in numbers)


def _fixed(number: float) -> bytes:
    return struct.pack(">l", round(number * 65536))


def _description(text: str) -> bytes:
    """A textDescriptionType: ASCII, and neither Unicode nor ScriptCode."""
    ascii_text = text.encode() + b"\0"
    return struct.pack(">4s4xL", b"desc", len(ascii_text)) + ascii_text + bytes(4 + 4 + 2 + 1 + 67)
