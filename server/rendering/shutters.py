"""Display shutters as headers give them (PS3.3 C.7.6.11; by frame, C.7.6.16.2.16)."""

from server.rendering.header import Header, first, items, numbers, values
from server.rendering.image import Shutter

_EDGES = (
    "ShutterLeftVerticalEdge",
    "ShutterRightVerticalEdge",
    "ShutterUpperHorizontalEdge",
    "ShutterLowerHorizontalEdge",
)
_FURTHEST = 2**31
_MOST_CORNERS = 4096


def shutters(header: Header, shared: Header | None, frames: int) -> tuple[Shutter, ...]:
    """None, one for all frames, or one for each."""
    groups = items(header, "PerFrameFunctionalGroupsSequence")
    by_frame = [_shutter(first(group, "FrameDisplayShutterSequence") or {}) for group in groups]
    if len(groups) == frames and any(one is not None for one in by_frame):
        return tuple(one or Shutter() for one in by_frame)
    one = _shutter(first(shared or {}, "FrameDisplayShutterSequence") or header)
    return () if one is None else (one,)


def _shutter(module: Header) -> Shutter | None:
    edges = [_wholes(module, keyword) for keyword in _EDGES]
    rectangle = tuple(edge[0] for edge in edges if len(edge) == 1)
    centre, radius = _wholes(module, "CenterOfCircularShutter"), _wholes(module, "RadiusOfCircularShutter")
    polygon = _wholes(module, "VerticesOfThePolygonalShutter")
    shapes = [str(shape).strip() for shape in values(module, "ShutterShape")]
    is_polygon = 6 <= len(polygon) <= 2 * _MOST_CORNERS and len(polygon) % 2 == 0 and "POLYGONAL" in shapes
    made = Shutter(
        rectangle=rectangle if len(rectangle) == 4 and "RECTANGULAR" in shapes else (),
        circle=(*centre, *radius) if len(centre) == 2 and len(radius) == 1 and "CIRCULAR" in shapes else (),
        polygon=polygon if is_polygon else (),
        grey=next(iter(_wholes(module, "ShutterPresentationValue")), 0) & 0xFFFF,
        lab=_wholes(module, "ShutterPresentationColorCIELabValue")[:3],
    )
    return made if made.rectangle or made.circle or made.polygon or "BITMAP" in shapes else None


def _wholes(module: Header, keyword: str) -> tuple[int, ...]:
    found = numbers(module, keyword)
    return tuple(int(number) for number in found) if all(abs(number) < _FURTHEST for number in found) else ()
