"""What is wished of a picture: the rendering parameters of PS3.18 8.3.5.1, parsed strictly."""

import math
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass

from server.dicom.uids import is_uid
from server.errors import Malformed

LARGEST_VIEWPORT = 16_384
MEDIA_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
MOVING = ("image/gif", "image/webp")
"""Those that can show one frame after the other."""

ANNOTATIONS = ("patient", "technique")
"""The words of the annotation parameter (PS3.18 8.3.5.1.1)."""

ICC_PROFILES = ("no", "yes", "srgb", "adobergb", "rommrgb", "displayp3")
"""The words of `iccprofile`; displayp3 came with the edition of 2024."""

_LONGEST_EXPLANATION = 64
_FUNCTIONS = {"linear": "LINEAR", "linear-exact": "LINEAR_EXACT", "sigmoid": "SIGMOID"}


@dataclass(frozen=True, slots=True)
class Window:
    """A VOI window in modality units, and the function that applies it (PS3.3 C.11.2.1.2)."""

    center: float
    width: float
    function: str = "LINEAR"

    def __str__(self) -> str:
        name = next(word for word, function in _FUNCTIONS.items() if function == self.function)
        return f"{self.center:.10g},{self.width:.10g},{name}"


@dataclass(frozen=True, slots=True)
class Viewport:
    """The box a picture must fit into, and the region of the image it shows (None: all of it).

    `region` is x, y, width, height in image pixels; a negative width or height flips (PS3.18 8.3.5.1.3).
    """

    width: int
    height: int
    region: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """One picture to be: as what, how windowed, how large, how good (quality 1 to 100), in which colours.

    `profile` is a word of `iccprofile` (PS3.18 8.3.5.1.5), None when there is none; `overlays` and `shutters` say
    whether those of the image are drawn; `annotation` is what is burned in. `explanation` names a window of the header.
    `presentation` are the series and instance UIDs of a state whose greys, shutters and overlay planes are to be seen.
    """

    media_type: str = "image/jpeg"
    window: Window | None = None
    viewport: Viewport | None = None
    quality: int = 90
    profile: str | None = None
    overlays: bool = True
    shutters: bool = True
    annotation: tuple[str, ...] = ()
    explanation: str = ""
    presentation: tuple[str, str] | None = None


def parse(parameters: Mapping[str, str], media_type: str) -> RenderRequest:
    """The request that the query parameters make; `Malformed` names the one that is wrong and what would be right."""
    return RenderRequest(
        media_type=media_type,
        window=parse_window(parameters["window"]) if "window" in parameters else None,
        viewport=parse_viewport(parameters["viewport"]) if "viewport" in parameters else None,
        quality=parse_quality(parameters, "quality"),
        profile=_profile(parameters["iccprofile"], media_type) if "iccprofile" in parameters else None,
        annotation=parse_annotation(parameters),
        explanation=_explanation(parameters),
        presentation=_presentation(parameters["presentation"]) if "presentation" in parameters else None,
    )


def parse_window(text: str) -> Window:
    """The window of PS3.18 8.3.5.1.4; `Malformed` says what would be right."""
    parts = text.split(",")
    numbers = [_number(part) for part in parts[:2]]
    function = _FUNCTIONS.get(parts[2].strip().lower().replace("_", "-")) if len(parts) == 3 else None
    if len(parts) != 3 or None in numbers or function is None:
        raise Malformed(
            "window is center,width,function, with function linear, linear-exact or sigmoid.", window=text[:80]
        )
    center, width = (number or 0.0 for number in numbers)
    if not width > 0 or (function == "LINEAR" and width < 1):
        # PS3.3 C.11.2.1.2.1: LINEAR needs a width of 1 at least, the others one above 0
        raise Malformed("The window's width must be above 0, and 1 at least for linear.", window=text[:80])
    return Window(center, width, function)


def parse_viewport(text: str) -> Viewport:
    """The viewport of PS3.18 8.3.5.1.3; `Malformed` says what would be right."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) not in {2, 6} or not all(re.fullmatch(r"[0-9]{1,5}", part) for part in parts[:2]):
        raise Malformed("viewport is width,height or width,height,x,y,width,height in pixels.", viewport=text[:80])
    width, height = int(parts[0]), int(parts[1])
    if not 1 <= width <= LARGEST_VIEWPORT or not 1 <= height <= LARGEST_VIEWPORT:
        raise Malformed(f"A viewport is 1 to {LARGEST_VIEWPORT} pixels wide and high.", viewport=text[:80])
    if len(parts) == 2:
        return Viewport(width, height)
    x, y = (0.0 if part == "" else _number(part) for part in parts[2:4])
    w, h = (math.inf if part == "" else _number(part) for part in parts[4:6])
    if x is None or y is None or w is None or h is None or x < 0 or y < 0 or w == 0 or h == 0:
        raise Malformed("A viewport's source region is x,y,width,height inside the image.", viewport=text[:80])
    return Viewport(width, height, (x, y, w, h))


def _explanation(parameters: Mapping[str, str]) -> str:
    """`windowexplanation`, which is ours: the standard has no word for the header's own windows but the first."""
    text = parameters.get("windowexplanation")
    if text is None:
        return ""
    if "window" in parameters or not text.strip() or len(text) > _LONGEST_EXPLANATION:
        raise Malformed("windowexplanation names a window of the image, in place of window.", value=text[:80])
    return text


def _presentation(text: str) -> tuple[str, str]:
    """`presentation`, which is ours: the standard draws all of a state, or nothing of it."""
    series_uid, _, instance_uid = text.partition(",")
    if not is_uid(series_uid) or not is_uid(instance_uid):
        raise Malformed("presentation is the series and the instance UID of a state.", presentation=text[:140])
    return series_uid, instance_uid


def _profile(text: str, media_type: str) -> str:
    if text not in ICC_PROFILES:
        raise Malformed(f"iccprofile is one of {', '.join(ICC_PROFILES)}.", iccprofile=text[:80])
    if text != "no" and media_type == "image/gif":
        raise Malformed("A GIF cannot carry an ICC profile; image/png and image/jpeg can.", iccprofile=text)
    return text


def parse_quality(parameters: Mapping[str, str], name: str) -> int:
    """The quality of a JPEG picture from the parameter of that name; `Malformed` unless 1 to 100."""
    text = parameters.get(name, "90")
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= 100:
        raise Malformed(f"{name} is a whole number from 1 to 100.", **{name: text[:80]})
    return int(text)


def parse_annotation(parameters: Mapping[str, str]) -> tuple[str, ...]:
    """What is to be burned in, in a fixed order; `Malformed` for other words than `patient` and `technique`."""
    _require_words(parameters, "annotation", set(ANNOTATIONS))
    asked = parameters.get("annotation", "").split(",")
    return tuple(word for word in ANNOTATIONS if word in asked)


def _require_words(parameters: Mapping[str, str], name: str, words: Set[str]) -> None:
    """PS3.18 8.3.5.1: what is not done here is passed over, what nobody could do is refused."""
    text = parameters.get(name)
    if text is not None and not set(text.split(",")) <= words:
        raise Malformed(f"{name} is of these, separated by commas: {', '.join(sorted(words))}.", value=text[:80])


def _number(text: str) -> float | None:
    if not re.fullmatch(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*", text[:64]) or len(text) > 64:
        return None
    number = float(text)
    return number if abs(number) <= 1e9 else None
