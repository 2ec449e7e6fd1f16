"""What the fields of a session's messages may hold: each check answers the value with its known parts only, or raises
`Malformed` naming the field.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from server.dicom.uids import is_uid
from server.errors import Malformed

LAYOUTS = {"1x1": 1, "1x2": 2, "1x3": 3, "2x2": 4, "2x3": 6, "3x3": 9}
"""Each layout by its rows and columns, with the number of viewports it shows."""

MOST_STUDIES = 200
MOST_CASES = 60
LONGEST_NOTE = 1000
"""Characters of a question or an outcome."""

LONGEST_CONTENT = 4000
"""Characters of an annotation's content as JSON."""

LONGEST_CALL = 500
"""Characters of the address of a call."""

_CALL = re.compile(r"https://[!-~]{1,492}")
_LEVELS = ("study_uid", "series_uid", "instance_uid")
_DEEPEST_CONTENT = 6
_LARGEST_NUMBER = 1e9
_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_PARTICIPANT = re.compile(r"[0-9a-f]{16}")


def visible(value: object, what: str) -> str:
    """1 to 64 visible characters, with no control or direction marks."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    text = "".join(filter(_is_visible, text))
    if not 1 <= len(text) <= 64:
        raise Malformed(f"{what} needs 1 to 64 visible characters.")
    return text


def name_or_none(value: object, name: str) -> str:
    """Up to 64 visible characters, or none."""
    return "" if value == "" else visible(value, name)


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def note(value: object, name: str) -> str:
    """Up to 1000 characters that can be seen, on lines of their own."""
    if not isinstance(value, str) or len(value) > LONGEST_NOTE:
        raise Malformed(f"{name} is a text of {LONGEST_NOTE} characters at most.", field=name)
    lines = ("".join(c for c in line if _is_visible(c)).rstrip() for line in value.splitlines())
    return "\n".join(lines).strip()


def json_object(value: object, what: str) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise Malformed(f"{what} is a JSON object.")
    return value


def pixel(value: object, name: str) -> list[float]:
    """A point in an image's pixels."""
    if not isinstance(value, list) or len(value) != 2:
        raise Malformed("A point is a pair of numbers.", field=name)
    return [between(-1e6, 1e6)(part, name) for part in value]


def whole(low: int, high: int) -> Callable[[object, str], int]:
    """A check for whole numbers of a range."""

    def check(value: object, name: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Malformed(f"{name} is a whole number from {low} to {high}.", field=name)
        return value

    return check


def between(low: float, high: float) -> Callable[[object, str], float]:
    """A check for finite numbers of a range."""

    def check(value: object, name: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Malformed(f"{name} is a number.", field=name)
        if not low <= value <= high:
            raise Malformed(f"{name} lies between {low:g} and {high:g}.", field=name)
        return value

    return check


def flag(value: object, name: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Malformed(f"{name} is true or false.", field=name)
    return value


def one_of(*choices: str | int) -> Callable[[object, str], Any]:
    """A check for one of a few values."""

    def check(value: object, name: str) -> Any:
        if isinstance(value, bool) or value not in choices:
            raise Malformed(f"{name} is one of {', '.join(map(str, choices))}.", field=name)
        return value

    return check


def uid(value: object, name: str) -> str:
    """A DICOM UID (PS3.5 9.1)."""
    if not isinstance(value, str) or not is_uid(value):
        raise Malformed(f"{name} is a DICOM UID.", field=name)
    return value


def participant(value: object, name: str) -> str:
    """A participant's id."""
    if not isinstance(value, str) or not _PARTICIPANT.fullmatch(value):
        raise Malformed(f"{name} names a participant of this session.", field=name)
    return value


def identifier(value: object, name: str) -> str:
    """An id that its author made at random."""
    if not isinstance(value, str) or not _PARTICIPANT.fullmatch(value):
        raise Malformed(f"{name} is 16 hexadecimal digits that its author made at random.", field=name)
    return value


viewport_number = whole(0, max(LAYOUTS.values()) - 1)


def image(value: object, name: str) -> dict[str, Any]:
    """One frame of one instance."""
    fields = json_object(value, name)
    return {
        "study_uid": uid(fields.get("study_uid"), f"{name}.study_uid"),
        "series_uid": uid(fields.get("series_uid"), f"{name}.series_uid"),
        "instance_uid": uid(fields.get("instance_uid"), f"{name}.instance_uid"),
        "frame_number": whole(1, 2**31 - 1)(fields.get("frame_number"), f"{name}.frame_number"),
    }


def _voi(value: object, name: str) -> dict[str, float] | None:
    if value is None:
        return None
    fields = json_object(value, name)
    return {
        "center": between(-1e7, 1e7)(fields.get("center"), f"{name}.center"),
        "width": between(1e-6, 1e7)(fields.get("width"), f"{name}.width"),
    }


def _pan(value: object, name: str) -> dict[str, float]:
    fields = json_object(value, name)
    return {axis: between(-1e6, 1e6)(fields.get(axis), f"{name}.{axis}") for axis in ("x", "y")}


def _camera(value: object, name: str) -> dict[str, Any] | None:
    if value is None:
        return None
    fields = json_object(value, name)
    center = fields.get("center")
    return {
        "center": None if center is None else [between(-1e5, 1e5)(part, name) for part in vector(center, name)],
        "height": between(1e-3, 1e6)(fields.get("height"), f"{name}.height"),
    }


def presentation(value: object, name: str) -> dict[str, Any]:
    """How a viewport shows its image."""
    fields = json_object(value, name)
    return {
        "voi": _voi(fields.get("voi"), f"{name}.voi"),
        "zoom": between(0.05, 64)(fields.get("zoom"), f"{name}.zoom"),
        "pan": _pan(fields.get("pan"), f"{name}.pan"),
        "rotation": one_of(0, 90, 180, 270)(fields.get("rotation"), f"{name}.rotation"),
        "flip_horizontal": flag(fields.get("flip_horizontal"), f"{name}.flip_horizontal"),
        "flip_vertical": flag(fields.get("flip_vertical"), f"{name}.flip_vertical"),
        "invert": flag(fields.get("invert"), f"{name}.invert"),
        "camera": _camera(fields.get("camera"), f"{name}.camera"),
    } | _followed(fields.get("state"), f"{name}.state")


def _followed(value: object, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    fields = json_object(value, name)
    return {"state": {level: uid(fields.get(level), f"{name}.{level}") for level in _LEVELS}}


def place(value: object, name: str) -> dict[str, Any]:
    """A point in the patient: millimetres in a frame of reference (PS3.3 C.7.6.2.1.1)."""
    fields = json_object(value, name)
    return {
        "frame_of_reference_uid": uid(fields.get("frame_of_reference_uid"), f"{name}.frame_of_reference_uid"),
        "point": [between(-1e5, 1e5)(coordinate, name) for coordinate in vector(fields.get("point"), name)],
    }


def view(value: object, name: str) -> dict[str, Any]:
    """All that one screen shows."""
    fields = json_object(value, name)
    layout = one_of(*LAYOUTS)(fields.get("layout"), f"{name}.layout")
    viewports = fields.get("viewports")
    if not isinstance(viewports, list) or len(viewports) != LAYOUTS[layout]:
        raise Malformed("A view has as many viewports as its layout.", field=name)
    return {
        "layout": layout,
        "active_viewport": whole(0, LAYOUTS[layout] - 1)(fields.get("active_viewport"), f"{name}.active_viewport"),
        "viewports": [_content_of_viewport(viewport, f"{name}.viewports") for viewport in viewports],
        "mpr": mpr(fields.get("mpr"), f"{name}.mpr"),
    }


def mpr(value: object, name: str) -> dict[str, Any] | None:
    """Three planes through one series that meet at a place in the patient; null for none."""
    if value is None:
        return None
    fields = json_object(value, name)
    planes = fields.get("planes")
    if not isinstance(planes, list) or len(planes) != 3:
        raise Malformed("A multiplanar view has three planes.", field=name)
    return {
        "study_uid": uid(fields.get("study_uid"), f"{name}.study_uid"),
        "series_uid": uid(fields.get("series_uid"), f"{name}.series_uid"),
        "layout": one_of("2x2", "1x3")(fields.get("layout"), f"{name}.layout"),
        "active": whole(-1, 2)(fields.get("active"), f"{name}.active"),
        "alone": flag(fields.get("alone"), f"{name}.alone"),
        "slab": between(0, 500)(fields.get("slab"), f"{name}.slab"),
        "method": one_of("average_ip", "maximum_ip", "minimum_ip")(fields.get("method"), f"{name}.method"),
        "place": place(fields.get("place"), f"{name}.place"),
        "planes": [_plane(plane, f"{name}.planes") for plane in planes],
    }


def _plane(value: object, name: str) -> dict[str, Any]:
    """What lies to the right and below on the screen, at right angles, and how the picture lies in it."""
    fields = json_object(value, name)
    right, down = (_direction(fields.get(way), f"{name}.{way}") for way in ("right", "down"))
    if abs(sum(a * b for a, b in zip(right, down, strict=True))) > 1e-3:
        raise Malformed("A plane's right and down are at right angles.", field=name)
    return {
        "right": right,
        "down": down,
        "presentation": presentation(fields.get("presentation"), f"{name}.presentation"),
    }


def _direction(value: object, name: str) -> list[float]:
    direction = [between(-1.001, 1.001)(part, name) for part in vector(value, name)]
    if abs(math.hypot(*direction) - 1) > 1e-3:
        raise Malformed("A direction in the patient has the length one.", field=name)
    return direction


def vector(value: object, name: str) -> list[Any]:
    """Three values, not looked into."""
    if not isinstance(value, list) or len(value) != 3:
        raise Malformed(f"{name} has three coordinates in the patient.", field=name)
    return value


def _content_of_viewport(value: object, name: str) -> dict[str, Any]:
    fields = json_object(value, name)
    shown = fields.get("image")
    return {
        "image": None if shown is None else image(shown, name),
        "presentation": presentation(fields.get("presentation"), name),
    }


def call(value: object, name: str) -> str | None:
    """The https address of a telephone or video call elsewhere; null for none."""
    if value is None:
        return None
    if not isinstance(value, str) or not _CALL.fullmatch(value):
        raise Malformed(f"{name} is an https address of {LONGEST_CALL} characters at most.", field=name)
    return value


def uids(value: object, name: str) -> list[str]:
    """1 to 16 UIDs."""
    if not isinstance(value, list) or not 1 <= len(value) <= 16:
        raise Malformed(f"{name} is a list of 1 to 16 UIDs.", field=name)
    return [uid(one, name) for one in value]


def annotation(value: object, name: str) -> dict[str, Any]:
    """An annotation's content: any JSON object that both reducers keep alike."""
    content = dict(json_object(value, name))
    if not _is_plain(content, _DEEPEST_CONTENT):
        raise Malformed("An annotation holds plain JSON: short keys, finite numbers, not too deep.", field=name)
    if len(json.dumps(content)) > LONGEST_CONTENT:
        raise Malformed(f"An annotation has {LONGEST_CONTENT} characters at most.", field=name)
    return content


def _is_plain(value: object, depth: int) -> bool:
    if value is None or isinstance(value, bool | str):
        return True
    if isinstance(value, int | float):
        return math.isfinite(value) and abs(value) <= _LARGEST_NUMBER
    if depth == 0:
        return False
    if isinstance(value, list):
        return all(_is_plain(one, depth - 1) for one in value)
    return isinstance(value, dict) and all(
        _KEY.fullmatch(key) and _is_plain(one, depth - 1) for key, one in value.items()
    )
