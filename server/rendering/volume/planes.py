"""Where the frames of an instance lie in the patient, read from its header as DICOM JSON."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from server.dicom.attributes import tag
from server.errors import NotAcceptable
from server.rendering.volume.geometry import Plane

Header = Mapping[str, Any]


def planes(header: Header, number_of_frames: int) -> list[Plane]:
    """One plane a frame: the Image Plane module (PS3.3 C.7.6.2), or the functional groups of a multi-frame image.

    `NotAcceptable` says which attribute is missing.
    """
    shared = _first(header, "SharedFunctionalGroupsSequence")
    groups = _items(header, "PerFrameFunctionalGroupsSequence")
    if number_of_frames > 1 and len(groups) != number_of_frames:
        raise _refused("its frames do not say where they lie")
    return [_plane(header, [group, shared, header]) for group in groups or [{}]]


def _plane(header: Header, places: Sequence[Header]) -> Plane:
    position = _numbers(places, "PlanePositionSequence", "ImagePositionPatient", 3)
    orientation = _numbers(places, "PlaneOrientationSequence", "ImageOrientationPatient", 6)
    spacing = _numbers(places, "PixelMeasuresSequence", "PixelSpacing", 2)
    return Plane(
        position=(position[0], position[1], position[2]),
        orientation=(orientation[0], orientation[1], orientation[2], orientation[3], orientation[4], orientation[5]),
        spacing=(spacing[0], spacing[1]),
        rows=int(_values(header, "Rows")[0]),
        columns=int(_values(header, "Columns")[0]),
        frame_of_reference_uid=str((_values(header, "FrameOfReferenceUID") or [""])[0]),
    )


def _numbers(places: Sequence[Header], macro: str, keyword: str, count: int) -> list[float]:
    """The numbers from the first place that has them: in its macro's sequence (PS3.3 C.7.6.16.2), or as its own."""
    for place in places:
        for source in (_first(place, macro), place):
            found = _values(source, keyword)
            if len(found) == count and all(isinstance(one, int | float) and math.isfinite(one) for one in found):
                return [float(one) for one in found]
    raise _refused(f"an image has no {keyword}")


def _values(header: Header, keyword: str) -> list[Any]:
    found: list[Any] = header.get(tag(keyword), {}).get("Value") or []
    return found


def _items(header: Header, keyword: str) -> list[Header]:
    return [item for item in _values(header, keyword) if isinstance(item, dict)]


def _first(header: Header, keyword: str) -> Header:
    items = _items(header, keyword)
    return items[0] if items else {}


def _refused(reason: str) -> NotAcceptable:
    return NotAcceptable(f"This series makes no volume: {reason}.")
