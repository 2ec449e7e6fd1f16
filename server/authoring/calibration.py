"""Which line of known length says how large the pixels under a mark are, as the viewer has it."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.authoring.marks import Mark
from server.authoring.measures import scale_of
from server.dicom.attributes import tag
from server.dicom.dicomjson import value
from server.dicom.dictionary import Attributes
from server.dicom.resources import FrameRef, InstanceRef

_PARALLEL = 0.9999


def line_for(mark: Mark, among: Sequence[Mark], headers: Mapping[InstanceRef, Attributes]) -> Mark | None:
    """The last of the lines on the mark's image, or on one that is enlarged alike; None where there is none."""
    lines = [one for one in among if one.kind == "calibration" and _reaches(one.frame, mark.frame, headers)]
    return lines[-1] if lines else None


def _reaches(line: FrameRef, other: FrameRef, headers: Mapping[InstanceRef, Attributes]) -> bool:
    if line == other:
        return True
    one, two = headers.get(line.instance), headers.get(other.instance)
    if one is None or two is None or line.instance.series_uid != other.instance.series_uid:
        return False
    return are_enlarged_alike(line, one, other, two)


def are_enlarged_alike(line: FrameRef, one: Attributes, other: FrameRef, two: Attributes) -> bool:
    """Whether what is known of the scale of one frame is known of another of its series.

    Frames of one instance are, and parallel slices; another exposure enlarges otherwise, and nothing in it says how.
    """
    sizes = [[value(header, name) for name in ("Rows", "Columns")] for header in (one, two)]
    if sizes[0] != sizes[1] or scale_of(one, line.frame_number) != scale_of(two, other.frame_number):
        return False
    return line.instance == other.instance or _are_parallel(one, two)


def _are_parallel(one: Attributes, two: Attributes) -> bool:
    if value(one, "FrameOfReferenceUID") != value(two, "FrameOfReferenceUID"):
        return False
    if not all(len(_numbers(header, "ImagePositionPatient")) == 3 for header in (one, two)):
        return False
    a, b = (_numbers(header, "ImageOrientationPatient") for header in (one, two))
    return len(a) == len(b) == 6 and all(
        sum(x * y for x, y in zip(a[way], b[way], strict=True)) > _PARALLEL for way in (slice(3), slice(3, 6))
    )


def _numbers(header: Attributes, keyword: str) -> list[float]:
    found: Any = (header.get(tag(keyword)) or {}).get("Value", [])
    return [float(one) for one in found if isinstance(one, int | float)]
