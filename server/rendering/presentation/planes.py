"""Overlay planes that a presentation state has, and those that it has shown (PS3.3 C.9.2, C.11.7, C.7.6.15)."""

import numpy as np

from server.rendering.header import BulkReader, Header, binary, numbers, values
from server.rendering.overlays import GROUPS, overlays
from server.rendering.presentation.state import Plane

_MOST_PIXELS = 2**26


def own_planes(header: Header, read: BulkReader) -> dict[int, Plane]:
    """The state's own planes by their group; what makes no sense, or is longer than its bits, is left out."""
    found = {}
    for overlay in overlays(header, range(0)):
        pixels = overlay.rows * overlay.columns
        if overlay.bit is not None or pixels > _MOST_PIXELS:
            continue
        data = binary(header[f"{overlay.group:04X}3000"], read)[: (pixels + 7) // 8]
        # PS3.5 8.1.2: the first bit is the least significant one
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
        if len(bits) >= pixels:
            found[overlay.group] = Plane(overlay, bits[:pixels].reshape(overlay.rows, overlay.columns))
    return found


def activated(header: Header) -> tuple[tuple[int, str], ...]:
    """The groups of planes that are shown, each in the layer that its Overlay Activation Layer names."""
    named = ((group, header.get(f"{group:04X}1001", {}).get("Value") or [""]) for group in GROUPS)
    return tuple((group, str(layer[0]).strip()) for group, layer in named if layer[0])


def covering(header: Header) -> int | None:
    """The group of the plane that is the bitmap shutter; None when there is none."""
    group = numbers(header, "ShutterOverlayGroup")
    is_bitmap = "BITMAP" in (str(shape).strip() for shape in values(header, "ShutterShape"))
    return int(group[0]) if is_bitmap and group else None
