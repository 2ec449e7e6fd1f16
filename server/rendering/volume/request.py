"""What is wished of a picture of a volume: the parameters of PS3.18 8.3.5.3, parsed strictly.

`spacing`, the millimetres of a pixel, is ours: the standard leaves the scale to the server.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.dicom.uids import is_uid
from server.errors import Malformed
from server.rendering.request import Viewport, Window, parse_quality, parse_viewport, parse_window
from server.rendering.volume.section import Section
from server.rendering.volume.view import SIDES, Camera

MOST_SLAB = 2000.0
LARGEST_PICTURE = 2048
PICTURES = ("image/jpeg", "image/png")
METHODS = ("volume_rendered", "maximum_ip", "minimum_ip", "average_ip")
_NOT_OFFERED = ("swivelrange", "volumetriccurvepoint", "animationstepsize", "animationrate", "match")
_KNOWN_SIDES = "".join(SIDES)


@dataclass(frozen=True, slots=True)
class VolumeRequest:
    """One picture of a volume: how it is projected, from where, how large, as what.

    `slab` and `spacing` are millimetres; `spacing` None shows the whole volume. `members` are the instances that
    make the volume, all of the resource when empty.
    """

    solid: bool
    method: str
    camera: Camera = field(default_factory=Camera)
    slab: float = 0.0
    spacing: float | None = None
    window: Window | None = None
    viewport: Viewport = field(default_factory=lambda: Viewport(512, 512))
    quality: int = 90
    media_type: str = "image/jpeg"
    members: frozenset[str] = frozenset()


def parse_volume(parameters: Mapping[str, str], media_type: str, *, solid: bool) -> VolumeRequest:
    """The request that the query parameters of a `rendered3D` (`solid`) or `renderedMPR` resource make.

    `Malformed` names the parameter that is wrong and what would be right.
    """
    for name in _NOT_OFFERED:
        if name in parameters:
            raise Malformed(f"{name} is not offered here; ask for one picture after the other.", parameter=name)
    viewport = parse_viewport(parameters["viewport"]) if "viewport" in parameters else Viewport(512, 512)
    if viewport.region is not None or max(viewport.width, viewport.height) > LARGEST_PICTURE:
        raise Malformed(f"The viewport of a volume is width,height, {LARGEST_PICTURE} pixels at most.")
    return VolumeRequest(
        solid=solid,
        method=_method(parameters.get("renderingmethod"), solid=solid),
        camera=_camera(parameters),
        slab=_millimetres(parameters, "mprslab", 0.0) or 0.0,
        spacing=_millimetres(parameters, "spacing", 0.01),
        window=parse_window(parameters["window"]) if "window" in parameters else None,
        viewport=viewport,
        quality=parse_quality(parameters, "quality"),
        media_type=media_type,
        members=_members(parameters.get("volumeinputreference", "")),
    )


def parse_section(parameters: Mapping[str, str]) -> Section:
    """The plane or slab that `origin`, `right`, `down`, `slab` and `method` make; `Malformed` when they make none."""
    origin, right, down = (_point(parameters, name) for name in ("origin", "right", "down"))
    if origin is None or right is None or down is None:
        raise Malformed("A plane is given by origin, right and down, each x,y,z.")
    if any(abs(math.hypot(*way) - 1) > 1e-3 for way in (right, down)) or abs(_dot(right, down)) > 1e-3:
        raise Malformed("right and down of a plane are unit vectors at right angles.")
    method = _method(parameters.get("method"), solid=False)
    return Section(origin, right, down, _millimetres(parameters, "slab", 0.0) or 0.0, method)


def wants_metadata(parameters: Mapping[str, str]) -> bool:
    """Whether the parameters that were applied are wanted instead of the picture (8.3.5.3.13)."""
    text = parameters.get("renderedvolumetricmetadata")
    if text not in {None, "yes"}:
        raise Malformed("renderedvolumetricmetadata is yes, or left out.", value=str(text)[:40])
    return text == "yes"


def _method(text: str | None, *, solid: bool) -> str:
    if text is None:
        return "volume_rendered" if solid else "average_ip"
    if text not in METHODS or (text == "volume_rendered" and not solid):
        offered = METHODS if solid else METHODS[1:]
        raise Malformed(f"renderingmethod is one of {', '.join(offered)}.", renderingmethod=text[:40])
    return text


def _camera(parameters: Mapping[str, str]) -> Camera:
    side = parameters.get("orientation")
    position, look_at, up = (_point(parameters, f"viewpoint{name}") for name in ("position", "lookat", "up"))
    if side is not None and (position is not None or up is not None):
        # 8.3.5.3: two ways of saying from where that exclude each other
        raise Malformed("Give either orientation or viewpointposition and viewpointup.")
    if side is not None and side.lower() not in SIDES:
        raise Malformed(f"orientation is one of {', '.join(_KNOWN_SIDES)}.", orientation=side[:20])
    return Camera(side.lower() if side else None, position, look_at, up)


def _point(parameters: Mapping[str, str], name: str) -> tuple[float, float, float] | None:
    text = parameters.get(name)
    if text is None:
        return None
    numbers = [_number(part) for part in text.split(",")]
    if len(numbers) != 3 or any(number is None for number in numbers):
        raise Malformed(f"{name} is x,y,z.", **{name: text[:80]})
    x, y, z = (number or 0.0 for number in numbers)
    return x, y, z


def _millimetres(parameters: Mapping[str, str], name: str, least: float) -> float | None:
    text = parameters.get(name)
    if text is None:
        return None
    number = _number(text)
    if number is None or not least <= number <= MOST_SLAB:
        raise Malformed(f"{name} is {least:g} to {MOST_SLAB:g} mm.", **{name: text[:80]})
    return number


def _number(text: str) -> float | None:
    if not re.fullmatch(r"\s*[+-]?([0-9]{1,12}\.?[0-9]{0,12}|\.[0-9]{1,12})([eE][+-]?[0-9]{1,2})?\s*", text):
        return None
    number = float(text)
    return number if math.isfinite(number) and abs(number) <= 1e6 else None


def _dot(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


def _members(text: str) -> frozenset[str]:
    uids = [uid for uid in re.split(r"[,\\]", text) if uid]
    for uid in uids:
        if not is_uid(uid):
            raise Malformed("volumeinputreference is a list of SOP Instance UIDs.", uid=uid[:80])
    return frozenset(uids)
