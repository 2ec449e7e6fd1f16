"""What belongs to a frame besides its pixels, read from the archived file: overlay planes and the ICC profile."""

import base64
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from server.archive.ranges import RangedFile
from server.archive.values import value_of
from server.errors import NotFound
from server.rendering.image import Held, Image, Overlay
from server.rendering.pipeline import Attached
from server.rendering.steps.covering import Bits, place

_LARGEST_PROFILE = 4 * 2**20


def attached(file: RangedFile, image: Image, frame_number: int, samples: Callable[[], NDArray[np.generic]]) -> Attached:
    """Everything that is attached to a frame; `samples` answers its samples with their unused bits."""
    planes, groups = [], []
    for plane in image.overlays:
        bits = _bits(file, plane, frame_number, samples)
        if bits is not None:
            planes.append(place(bits, plane, image))
            groups.append(plane.group)
    profile = b"" if image.profile is None else _read(file, image.profile, 0, _LARGEST_PROFILE)
    return Attached(tuple(planes), profile, tuple(groups))


def _bits(
    file: RangedFile, plane: Overlay, frame_number: int, samples: Callable[[], NDArray[np.generic]]
) -> Bits | None:
    """The bits of a plane that lie over a frame; None where there are none, or fewer than it says."""
    if plane.bit is not None:
        found = samples()
        if found.ndim != 2 or found.dtype.kind == "f" or plane.bit >= 8 * found.dtype.itemsize:
            return None
        return ((found >> plane.bit) & 1).astype(np.uint8)  # type: ignore[operator, no-any-return]
    index = frame_number - plane.first_frame if plane.frames else 0
    if plane.frames and not 0 <= index < plane.frames:
        return None
    # PS3.5 8.1.2: bits follow each other without gaps, the first in the least significant place
    first = index * plane.rows * plane.columns
    last = first + plane.rows * plane.columns
    data = _read(file, plane.data, first // 8, (last + 7) // 8)
    if len(data) < (last + 7) // 8 - first // 8:
        return None
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    return bits[first % 8 : first % 8 + last - first].reshape(plane.rows, plane.columns)


def _read(file: RangedFile, held: Held, start: int, stop: int) -> bytes:
    """Those bytes of a value, as far as there are any."""
    if not held.path:
        return base64.b64decode(held.inline)[start:stop]
    try:
        found = value_of(file, held.path)
    except NotFound:
        return b""
    return b"".join(found.pieces(start, max(start, min(stop, found.length))))
