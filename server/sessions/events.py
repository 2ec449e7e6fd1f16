"""The words of a session: which events there are, and what a well-formed one looks like.

A participant sends an event as JSON; `parse` answers the same event with nothing but known fields
of the right type and range, or raises `Malformed`. What an event does to a room is `room.py`'s business.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from server.dicom.uids import is_uid
from server.errors import Malformed

Event = dict[str, Any]
"""A flat JSON object: `type`, the fields of that type, and once accepted `by` and `at` (ms since 1970)."""

LAYOUTS = {"1x1": 1, "1x2": 2}
"""Each layout by name, with the number of viewports it shows."""

_PARTICIPANT = re.compile(r"[0-9a-f]{16}")


def parse(message: object) -> Event:
    """Checks an event as a participant sent it; answers it with its known fields only."""
    fields = _object(message, "An event")
    kind = fields.get("type")
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise Malformed("There is no such session event.", type=str(kind)[:64], known=sorted(_FIELDS))
    return {"type": kind} | {name: check(fields.get(name), name) for name, check in _FIELDS[kind].items()}


def parse_pointer(message: object) -> Event:
    """Checks a pointer: over which image, and where in image pixels; `point` null takes it away."""
    fields = _object(message, "A pointer")
    point = fields.get("point")
    return {
        "type": "pointer",
        "viewport": _viewport(fields.get("viewport"), "viewport"),
        "image": _image(fields.get("image"), "image"),
        "point": None if point is None else [_between(-1e6, 1e6)(c, "point") for c in _pair(point, "point")],
    }


def person_name(value: object) -> str:
    """A name as others will see it: 1 to 64 visible characters, with no control or direction marks."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    text = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    if not 1 <= len(text) <= 64:
        raise Malformed("A name needs 1 to 64 visible characters.")
    return text


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{what} is a JSON object.")
    return value


def _pair(value: object, name: str) -> list[Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise Malformed("A point is a pair of numbers.", field=name)
    return value


def _whole(low: int, high: int) -> Callable[[object, str], int]:
    def check(value: object, name: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Malformed(f"{name} is a whole number from {low} to {high}.", field=name)
        return value

    return check


def _between(low: float, high: float) -> Callable[[object, str], float]:
    def check(value: object, name: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Malformed(f"{name} is a number.", field=name)
        if not low <= value <= high:
            raise Malformed(f"{name} lies between {low:g} and {high:g}.", field=name)
        return value

    return check


def _flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise Malformed(f"{name} is true or false.", field=name)
    return value


def _one_of(*choices: str | int) -> Callable[[object, str], Any]:
    def check(value: object, name: str) -> Any:
        if isinstance(value, bool) or value not in choices:
            raise Malformed(f"{name} is one of {', '.join(map(str, choices))}.", field=name)
        return value

    return check


def _uid(value: object, name: str) -> str:
    if not isinstance(value, str) or not is_uid(value):
        raise Malformed(f"{name} is a DICOM UID.", field=name)
    return value


def _participant(value: object, name: str) -> str:
    if not isinstance(value, str) or not _PARTICIPANT.fullmatch(value):
        raise Malformed(f"{name} names a participant of this session.", field=name)
    return value


_viewport = _whole(0, max(LAYOUTS.values()) - 1)


def _image(value: object, name: str) -> dict[str, Any]:
    fields = _object(value, name)
    return {
        "study_uid": _uid(fields.get("study_uid"), f"{name}.study_uid"),
        "series_uid": _uid(fields.get("series_uid"), f"{name}.series_uid"),
        "instance_uid": _uid(fields.get("instance_uid"), f"{name}.instance_uid"),
        "frame_number": _whole(1, 2**31 - 1)(fields.get("frame_number"), f"{name}.frame_number"),
    }


def _voi(value: object, name: str) -> dict[str, float] | None:
    if value is None:
        return None
    fields = _object(value, name)
    return {
        "center": _between(-1e7, 1e7)(fields.get("center"), f"{name}.center"),
        "width": _between(1e-6, 1e7)(fields.get("width"), f"{name}.width"),
    }


def _pan(value: object, name: str) -> dict[str, float]:
    fields = _object(value, name)
    return {axis: _between(-1e6, 1e6)(fields.get(axis), f"{name}.{axis}") for axis in ("x", "y")}


def _presentation(value: object, name: str) -> dict[str, Any]:
    fields = _object(value, name)
    return {
        "voi": _voi(fields.get("voi"), f"{name}.voi"),
        "zoom": _between(0.05, 64)(fields.get("zoom"), f"{name}.zoom"),
        "pan": _pan(fields.get("pan"), f"{name}.pan"),
        "rotation": _one_of(0, 90, 180, 270)(fields.get("rotation"), f"{name}.rotation"),
        "flip_horizontal": _flag(fields.get("flip_horizontal"), f"{name}.flip_horizontal"),
        "flip_vertical": _flag(fields.get("flip_vertical"), f"{name}.flip_vertical"),
        "invert": _flag(fields.get("invert"), f"{name}.invert"),
    }


_FIELDS: dict[str, dict[str, Callable[[object, str], Any]]] = {
    "layout/set": {"layout": _one_of(*LAYOUTS)},
    "viewport/activate": {"viewport": _viewport},
    "image/set": {"viewport": _viewport, "image": _image},
    "presentation/set": {"viewport": _viewport, "presentation": _presentation},
    "follow/set": {"following": _flag},
    "lead/ask": {},
    "lead/hand-over": {"to": _participant},
    "lead/take": {},
}
