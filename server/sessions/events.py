"""The words of a session: which events there are, and what a well-formed one looks like.

A participant sends an event as JSON; `parse` answers the same event with nothing but known fields
of the right type and range, or raises `Malformed`. What an event does to a room is `room.py`'s business.
"""

from collections.abc import Callable, Mapping
from typing import Any

from server.errors import Malformed
from server.sessions import fields

Event = dict[str, Any]
"""A flat JSON object: `type`, the fields of that type, and once accepted `by` and `at` (ms since 1970)."""

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


def parse(message: object) -> Event:
    """Checks an event as a participant sent it; answers it with its known fields only."""
    said = fields.json_object(message, "An event")
    kind = said.get("type")
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise Malformed("There is no such session event.", type=str(kind)[:64], known=sorted(_FIELDS))
    return {"type": kind} | {name: check(said.get(name), name) for name, check in _FIELDS[kind].items()}


def parse_pointer(message: object) -> Event:
    """Checks a pointer: where in an image's pixels, where in the patient, or both; neither takes it away."""
    return _pointed(fields.json_object(message, "A pointer"), "pointer")


def parse_look_here(message: object) -> Event:
    """Checks a "look here", which points somewhere in an image, in the patient, or in both."""
    said = _pointed(fields.json_object(message, "A look-here"), "look-here")
    if said["point"] is None and said["place"] is None:
        raise Malformed("A look-here says where.", field="point")
    return said


def _pointed(said: Mapping[str, Any], kind: str) -> Event:
    image, point, place = (said.get(name) for name in ("image", "point", "place"))
    if point is not None and image is None:
        raise Malformed("A point is one of an image.", field="image")
    return {
        "type": kind,
        "viewport": fields.viewport_number(said.get("viewport"), "viewport"),
        "image": None if image is None else fields.image(image, "image"),
        "point": None if point is None else fields.pixel(point, "point"),
        "place": None if place is None else fields.place(place, "place"),
    }


def parse_looking(message: object) -> Event:
    """Checks what somebody looks at: the image in their active viewport, or null for none."""
    image = fields.json_object(message, "A looking").get("image")
    return {"type": "looking", "image": None if image is None else fields.image(image, "image")}


def discipline(value: object) -> str:
    """One of `DISCIPLINES`; nothing is `other`."""
    return "other" if value is None else str(fields.one_of(*DISCIPLINES)(value, "discipline"))


def person_name(value: object) -> str:
    """A name as others will see it: 1 to 64 visible characters, with no control or direction marks."""
    return fields.visible(value, "A name")


_FIELDS: dict[str, dict[str, Callable[[object, str], Any]]] = {
    "layout/set": {"layout": fields.one_of(*fields.LAYOUTS)},
    "viewport/activate": {"viewport": fields.viewport_number},
    "image/set": {"viewport": fields.viewport_number, "image": fields.image},
    "presentation/set": {"viewport": fields.viewport_number, "presentation": fields.presentation},
    "mpr/show": {"mpr": fields.mpr},
    "follow/set": {"following": fields.flag},
    "person/remove": {"who": fields.participant},
    "studies/add": {"study_uids": fields.uids},
    "mode/set": {"mode": fields.one_of("together", "free")},
    "freeze/set": {"frozen": fields.flag},
    "anonymous/set": {"anonymous": fields.flag},
    "pixels/release": {"series_uid": fields.uid, "released": fields.flag},
    "call/set": {"call": fields.call},
    "view/propose": {"view": fields.view},
    "view/accept": {"of": fields.participant},
    "view/dismiss": {"of": fields.participant},
    "scene/save": {"scene_id": fields.identifier, "name": fields.visible},
    "scene/show": {"scene_id": fields.identifier},
    "scene/remove": {"scene_id": fields.identifier},
    "lead/ask": {},
    "lead/decline": {"of": fields.participant},
    "lead/hand-over": {"to": fields.participant},
    "lead/take": {},
    "chair/hand-over": {"to": fields.participant},
    "hand/set": {"raised": fields.flag},
    "hand/lower": {"of": fields.participant},
    "annotation/put": {"annotation_id": fields.identifier, "image": fields.image, "content": fields.annotation},
    "annotation/remove": {"annotation_id": fields.identifier},
    "annotation/undo": {},
    "annotation/redo": {},
    "key-image/set": {"image": fields.image, "key": fields.flag},
    "meeting/name": {"meeting": fields.name_or_none},
    "case/put": {"case_id": fields.identifier, "question": fields.note, "study_uids": fields.uids},
    "case/remove": {"case_id": fields.identifier},
    "case/move": {"case_id": fields.identifier, "to": fields.whole(0, fields.MOST_CASES)},
    "case/note": {"case_id": fields.identifier, "outcome": fields.note},
    "case/mark": {"case_id": fields.identifier, "state": fields.one_of("waiting", "discussed")},
    "case/prepare": {"case_id": fields.identifier, "view": fields.view},
    "case/show": {"case_id": fields.identifier},
}
