"""A room: what everybody in a session looks at, who leads, and who is here, as one pure value.

`apply(room, event)` answers the next room or refuses; it reads no clock and touches nothing outside.
`static/js/sessions/room.js` is its twin: both are held to `tests/contracts/room.json`.
"""

from collections.abc import Callable
from typing import Any, TypedDict

from server.errors import Malformed, NotAllowed
from server.sessions.events import LAYOUTS, Event

LEADER_GRACE_MS = 10_000
"""How long a leader may be gone before somebody else may take the lead."""


class Image(TypedDict):
    """One frame of one instance; `frame_number` counts from 1 as on the wire."""

    study_uid: str
    series_uid: str
    instance_uid: str
    frame_number: int


class Presentation(TypedDict):
    """How one viewport shows its image, free of any screen's size.

    `voi` null means the image's own window. `zoom` 1 fits the image into the viewport; `pan` is the
    image's offset from the middle in image pixels; rotation in degrees clockwise, after the flips.
    """

    voi: dict[str, float] | None
    zoom: float
    pan: dict[str, float]
    rotation: int
    flip_horizontal: bool
    flip_vertical: bool
    invert: bool


class Viewport(TypedDict):
    """One place in the layout: an image, or nothing yet, and its presentation."""

    image: Image | None
    presentation: Presentation


class Person(TypedDict):
    """A participant: `left_at` is when they were last seen to go (ms since 1970), null while here."""

    name: str
    here: bool
    following: bool
    left_at: int | None


class Room(TypedDict):
    """The lasting state of a session after its first `seq` events."""

    session_id: str
    seq: int
    study_uids: list[str]
    layout: str
    active_viewport: int
    viewports: list[Viewport]
    people: dict[str, Person]
    leader: str | None
    asking: list[str]


def new_presentation() -> Presentation:
    """The presentation of an image nobody has touched: fitted, upright, its own window."""
    return {
        "voi": None,
        "zoom": 1,
        "pan": {"x": 0, "y": 0},
        "rotation": 0,
        "flip_horizontal": False,
        "flip_vertical": False,
        "invert": False,
    }


def new_room(session_id: str, study_uids: list[str]) -> Room:
    """An empty room around the given studies: one viewport, nobody here, nobody leading."""
    return {
        "session_id": session_id,
        "seq": 0,
        "study_uids": study_uids,
        "layout": "1x1",
        "active_viewport": 0,
        "viewports": [{"image": None, "presentation": new_presentation()}],
        "people": {},
        "leader": None,
        "asking": [],
    }


def apply(room: Room, event: Event) -> Room:
    """The room after `event`, which carries `by` (who) and `at` (when, ms since 1970).

    Raises `NotAllowed` when the person may not do it now, `Malformed` when it makes no sense in this room.
    """
    changed: Room = {**room, **_STEPS[event["type"]](room, event)}  # type: ignore[typeddict-item]
    changed["seq"] = room["seq"] + 1
    return changed


def _join(room: Room, event: Event) -> dict[str, Any]:
    person: Person = {"name": event["name"], "here": True, "following": True, "left_at": None}
    people = {**room["people"], event["by"]: person}
    return {"people": people, "leader": room["leader"] or event["by"]}


def _leave(room: Room, event: Event) -> dict[str, Any]:
    person = _present(room, event["by"])
    people = {**room["people"], event["by"]: {**person, "here": False, "left_at": event["at"]}}
    return {"people": people, "asking": [p for p in room["asking"] if p != event["by"]]}


def _set_layout(room: Room, event: Event) -> dict[str, Any]:
    _only_leader(room, event)
    shown = LAYOUTS[event["layout"]]
    viewports = list(room["viewports"])
    while len(viewports) < shown:
        viewports.append({"image": None, "presentation": new_presentation()})
    active = min(room["active_viewport"], shown - 1)
    return {"layout": event["layout"], "viewports": viewports, "active_viewport": active}


def _activate_viewport(room: Room, event: Event) -> dict[str, Any]:
    _only_leader(room, event)
    _shown_viewport(room, event)
    return {"active_viewport": event["viewport"]}


def _set_image(room: Room, event: Event) -> dict[str, Any]:
    _only_leader(room, event)
    viewport = _shown_viewport(room, event)
    image = event["image"]
    if image["study_uid"] not in room["study_uids"]:
        raise NotAllowed("This session does not share that study.")
    same_series = viewport["image"] is not None and viewport["image"]["series_uid"] == image["series_uid"]
    presentation = viewport["presentation"] if same_series else new_presentation()
    return _with_viewport(room, event, {"image": image, "presentation": presentation})


def _set_presentation(room: Room, event: Event) -> dict[str, Any]:
    _only_leader(room, event)
    viewport = _shown_viewport(room, event)
    return _with_viewport(room, event, {**viewport, "presentation": event["presentation"]})


def _set_follow(room: Room, event: Event) -> dict[str, Any]:
    person = _present(room, event["by"])
    if event["by"] == room["leader"]:
        raise NotAllowed("Whoever leads is whom the others follow; hand over first.")
    return {"people": {**room["people"], event["by"]: {**person, "following": event["following"]}}}


def _ask_for_lead(room: Room, event: Event) -> dict[str, Any]:
    _present(room, event["by"])
    if event["by"] == room["leader"]:
        raise NotAllowed("You already lead.")
    asking = room["asking"] if event["by"] in room["asking"] else [*room["asking"], event["by"]]
    return {"asking": asking}


def _hand_over(room: Room, event: Event) -> dict[str, Any]:
    _only_leader(room, event)
    return _led_by(room, event["to"])


def _take_lead(room: Room, event: Event) -> dict[str, Any]:
    leader = room["people"][room["leader"]] if room["leader"] else None
    gone_since = leader["left_at"] if leader else None
    if gone_since is None:
        raise NotAllowed("The leader is here; ask for the lead instead.")
    if event["at"] - gone_since < LEADER_GRACE_MS:
        raise NotAllowed("The leader has only just gone and may come back.")
    return _led_by(room, event["by"])


def _led_by(room: Room, leader: str) -> dict[str, Any]:
    person = _present(room, leader)
    people = {**room["people"], leader: {**person, "following": True}}
    return {"leader": leader, "people": people, "asking": [p for p in room["asking"] if p != leader]}


def _only_leader(room: Room, event: Event) -> None:
    _present(room, event["by"])
    if event["by"] != room["leader"]:
        raise NotAllowed("Only the leader changes what everybody sees.")


def _present(room: Room, participant_id: str) -> Person:
    person = room["people"].get(participant_id)
    if person is None or not person["here"]:
        raise NotAllowed("That person is not in the room.")
    return person


def _shown_viewport(room: Room, event: Event) -> Viewport:
    if event["viewport"] >= LAYOUTS[room["layout"]]:
        raise Malformed("The layout shows no such viewport.", viewport=event["viewport"])
    return room["viewports"][event["viewport"]]


def _with_viewport(room: Room, event: Event, viewport: Viewport) -> dict[str, Any]:
    number = event["viewport"]
    return {"viewports": [*room["viewports"][:number], viewport, *room["viewports"][number + 1 :]]}


_STEPS: dict[str, Callable[[Room, Event], dict[str, Any]]] = {
    "person/join": _join,
    "person/leave": _leave,
    "layout/set": _set_layout,
    "viewport/activate": _activate_viewport,
    "image/set": _set_image,
    "presentation/set": _set_presentation,
    "follow/set": _set_follow,
    "lead/ask": _ask_for_lead,
    "lead/hand-over": _hand_over,
    "lead/take": _take_lead,
}
