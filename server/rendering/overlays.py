"""Overlay planes as headers give them (PS3.3 C.9.2, C.9.3)."""

from typing import Any

from server.errors import Malformed
from server.rendering.header import Header
from server.rendering.image import MOST_FRAMES, Held, Overlay

GROUPS = range(0x6000, 0x6020, 2)
"""The groups that overlay planes are in (PS3.5 7.6)."""

_FURTHEST = 65_535


def overlays(header: Header, stored_bits: range) -> tuple[Overlay, ...]:
    """Every overlay plane that can be drawn; `stored_bits` are the positions that the pixels take."""
    found = (_overlay(header, f"{group:04X}", stored_bits) for group in GROUPS)
    return tuple(overlay for overlay in found if overlay is not None)


def held(element: Header) -> Held | None:
    """Where the value of a binary element is to be read; None when it has none."""
    if "BulkDataURI" in element:
        return Held(path=element["BulkDataURI"].rpartition("/bulkdata/")[2])
    return Held(inline=element["InlineBinary"]) if "InlineBinary" in element else None


def _overlay(header: Header, group: str, stored_bits: range) -> Overlay | None:
    """One group's plane, or None when it is missing or makes no sense; a picture does not fail for it."""
    if f"{group}0010" not in header:
        return None
    data = held(header.get(f"{group}3000", {}))
    try:
        # PS3.3 C.9.2: without a value of its own, a plane is at its Overlay Bit Position of the pixel data
        bit = None if data is not None else _whole(header, f"{group}0102", 0, 31)
        if bit in stored_bits:
            return None
        origin = header.get(f"{group}0050", {}).get("Value", [1, 1])
        top, left = (int(number) for number in origin)
        frames = _whole(header, f"{group}0015", 0, MOST_FRAMES, 0)
        first_frame = _whole(header, f"{group}0051", 1, MOST_FRAMES, 1)
        if frames == 1 and f"{group}0051" not in header:
            frames = 0  # nothing says that one plane is for one frame of many
        return Overlay(
            rows=_whole(header, f"{group}0010", 1, _FURTHEST),
            columns=_whole(header, f"{group}0011", 1, _FURTHEST),
            top=max(-_FURTHEST, min(_FURTHEST, top)),
            left=max(-_FURTHEST, min(_FURTHEST, left)),
            first_frame=first_frame,
            frames=frames,
            bit=bit,
            data=data or Held(),
            group=int(group, 16),
        )
    except (Malformed, TypeError, ValueError, OverflowError):
        return None


def _whole(header: Header, tag: str, low: int, high: int, default: int | None = None) -> int:
    found: Any = header.get(tag, {}).get("Value") or [default]
    number = int(found[0])
    if not low <= number <= high:
        raise Malformed(f"({tag}) is {number}; it must lie between {low} and {high}.")
    return number
