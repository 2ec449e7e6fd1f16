"""A room changes: `apply(room, event)` answers the next room or refuses.

It reads no clock and touches nothing outside. `static/js/sessions/apply.js` is its twin: both are held to
`tests/contracts/room.json`, and to the same answers to random events.
"""

from collections.abc import Callable

from server.sessions import agenda, leading, marking, viewing, withdrawing
from server.sessions.events import Event
from server.sessions.shape import Change, Room


def apply(room: Room, event: Event) -> Room:
    """The room after `event`, which carries `by` (who) and `at` (when, ms since 1970).

    Raises `NotAllowed` when the person may not do it now, `Malformed` when it makes no sense in this room.
    """
    changed: Room = {**room, **_STEPS[event["type"]](room, event)}  # type: ignore[typeddict-item]
    changed["seq"] = room["seq"] + 1
    return changed


_STEPS: dict[str, Callable[[Room, Event], Change]] = {
    "person/join": leading.join,
    "person/leave": leading.leave,
    "person/remove": leading.remove_person,
    "layout/set": viewing.set_layout,
    "viewport/activate": viewing.activate_viewport,
    "image/set": viewing.set_image,
    "presentation/set": viewing.set_presentation,
    "mpr/show": viewing.show_mpr,
    "studies/add": viewing.add_studies,
    "studies/withdraw": withdrawing.withdraw,
    "mode/set": viewing.set_mode,
    "freeze/set": viewing.set_freeze,
    "anonymous/set": viewing.set_anonymous,
    "pixels/release": viewing.release_pixels,
    "call/set": viewing.set_call,
    "view/propose": viewing.propose,
    "view/accept": viewing.accept,
    "view/dismiss": viewing.dismiss,
    "scene/save": viewing.save_scene,
    "scene/show": viewing.show_scene,
    "scene/remove": viewing.remove_scene,
    "follow/set": leading.set_follow,
    "lead/ask": leading.ask_for_lead,
    "lead/decline": leading.decline,
    "lead/hand-over": leading.hand_over,
    "lead/take": leading.take_lead,
    "chair/hand-over": leading.hand_over_chair,
    "hand/set": leading.set_hand,
    "hand/lower": leading.lower_hand,
    "annotation/put": marking.put_annotation,
    "annotation/remove": marking.remove_annotation,
    "annotation/undo": marking.undo,
    "annotation/redo": marking.redo,
    "key-image/set": marking.set_key_image,
    "meeting/name": agenda.name_meeting,
    "case/put": agenda.put_case,
    "case/remove": agenda.remove_case,
    "case/move": agenda.move_case,
    "case/note": agenda.note_outcome,
    "case/mark": agenda.mark_case,
    "case/prepare": agenda.prepare_case,
    "case/show": agenda.show_case,
}
