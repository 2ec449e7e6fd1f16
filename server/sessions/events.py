"""The words of a session: which events there are, and what a well-formed one looks like.

A participant sends an event as JSON; `parse` answers the same event with nothing but known fields
of the right type and range, or raises `Malformed`. What an event does to a room is `room.py`'s business.
"""

import json
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

DISCIPLINES = (
    "radiology",
    "surgery",
    "oncology",
    "pathology",
    "medicine",
    "nursing",
    "physiotherapy",
    "coordination",
    "other",
)
"""What a participant is to the meeting; each has a shape of pointer of its own."""

LONGEST_CONTENT = 4000
"""Characters of an annotation's content as JSON."""

_DEEPEST_CONTENT = 6
_LARGEST_NUMBER = 1e9
_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
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


def parse_look_here(message: object) -> Event:
    """Checks a "look here": one image, a point in its pixels, and the same point in the patient where that is known."""
    fields = _object(message, "A look-here")
    place = fields.get("place")
    return {
        "type": "look-here",
        "viewport": _viewport(fields.get("viewport"), "viewport"),
        "image": _image(fields.get("image"), "image"),
        "point": [_between(-1e6, 1e6)(c, "point") for c in _pair(fields.get("point"), "point")],
        "place": None if place is None else _place(place, "place"),
    }


def parse_looking(message: object) -> Event:
    """Checks what somebody looks at: the image in their active viewport, or null for none."""
    fields = _object(message, "A looking")
    image = fields.get("image")
    return {"type": "looking", "image": None if image is None else _image(image, "image")}


def discipline(value: object) -> str:
    """One of `DISCIPLINES`; nothing is `other`."""
    return "other" if value is None else str(_one_of(*DISCIPLINES)(value, "discipline"))


def person_name(value: object) -> str:
    """A name as others will see it: 1 to 64 visible characters, with no control or direction marks."""
    return _visible(value, "A name")


def _visible(value: object, what: str) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    text = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    if not 1 <= len(text) <= 64:
        raise Malformed(f"{what} needs 1 to 64 visible characters.")
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


def _identifier(value: object, name: str) -> str:
    if not isinstance(value, str) or not _PARTICIPANT.fullmatch(value):
        raise Malformed(f"{name} is 16 hexadecimal digits that its author made at random.", field=name)
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


def _place(value: object, name: str) -> dict[str, Any]:
    """A point in the patient: millimetres in a frame of reference (PS3.3 C.7.6.2.1.1)."""
    fields = _object(value, name)
    point = fields.get("point")
    if not isinstance(point, list) or len(point) != 3:
        raise Malformed("A place in the patient has three coordinates.", field=name)
    return {
        "frame_of_reference_uid": _uid(fields.get("frame_of_reference_uid"), f"{name}.frame_of_reference_uid"),
        "point": [_between(-1e5, 1e5)(coordinate, name) for coordinate in point],
    }


def _view(value: object, name: str) -> dict[str, Any]:
    fields = _object(value, name)
    layout = _one_of(*LAYOUTS)(fields.get("layout"), f"{name}.layout")
    viewports = fields.get("viewports")
    if not isinstance(viewports, list) or len(viewports) != LAYOUTS[layout]:
        raise Malformed("A view has as many viewports as its layout.", field=name)
    return {
        "layout": layout,
        "active_viewport": _whole(0, LAYOUTS[layout] - 1)(fields.get("active_viewport"), f"{name}.active_viewport"),
        "viewports": [_content_of_viewport(viewport, f"{name}.viewports") for viewport in viewports],
    }


def _content_of_viewport(value: object, name: str) -> dict[str, Any]:
    fields = _object(value, name)
    image = fields.get("image")
    return {
        "image": None if image is None else _image(image, name),
        "presentation": _presentation(fields.get("presentation"), name),
    }


def _uids(value: object, name: str) -> list[str]:
    if not isinstance(value, list) or not 1 <= len(value) <= 16:
        raise Malformed(f"{name} is a list of 1 to 16 UIDs.", field=name)
    return [_uid(uid, name) for uid in value]


def _annotation(value: object, name: str) -> dict[str, Any]:
    """An annotation's content: any JSON object that both reducers keep alike."""
    content = dict(_object(value, name))
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


_FIELDS: dict[str, dict[str, Callable[[object, str], Any]]] = {
    "layout/set": {"layout": _one_of(*LAYOUTS)},
    "viewport/activate": {"viewport": _viewport},
    "image/set": {"viewport": _viewport, "image": _image},
    "presentation/set": {"viewport": _viewport, "presentation": _presentation},
    "follow/set": {"following": _flag},
    "person/remove": {"who": _participant},
    "studies/add": {"study_uids": _uids},
    "mode/set": {"mode": _one_of("together", "free")},
    "freeze/set": {"frozen": _flag},
    "view/propose": {"view": _view},
    "view/accept": {"of": _participant},
    "view/dismiss": {"of": _participant},
    "scene/save": {"scene_id": _identifier, "name": _visible},
    "scene/show": {"scene_id": _identifier},
    "scene/remove": {"scene_id": _identifier},
    "lead/ask": {},
    "lead/decline": {"of": _participant},
    "lead/hand-over": {"to": _participant},
    "lead/take": {},
    "chair/hand-over": {"to": _participant},
    "hand/set": {"raised": _flag},
    "hand/lower": {"of": _participant},
    "annotation/put": {"annotation_id": _identifier, "image": _image, "content": _annotation},
    "annotation/remove": {"annotation_id": _identifier},
    "annotation/undo": {},
    "annotation/redo": {},
    "key-image/set": {"image": _image, "key": _flag},
}
