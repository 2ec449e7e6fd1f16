"""The agenda: the cases of a meeting in their order, which of them is shown, and what came of each."""

from server.errors import NotAllowed
from server.sessions.events import Event
from server.sessions.fields import MOST_CASES
from server.sessions.shape import Case, Change, Room, new_view
from server.sessions.standing import director, no_guest, only_leader, thawed
from server.sessions.viewing import all_following, shared, shown, view_of, with_studies


def name_meeting(room: Room, event: Event) -> Change:
    """What the meeting is called."""
    director(room, event)
    return {"meeting": event["meeting"]}


def put_case(room: Room, event: Event) -> Change:
    """A case at the end of the agenda, its studies shared with the room; a known one, with what is new about it."""
    director(room, event)
    known = next((case for case in room["cases"] if case["case_id"] == event["case_id"]), None)
    if known is None and len(room["cases"]) >= MOST_CASES:
        raise NotAllowed(f"An agenda has {MOST_CASES} cases at most.")
    asked = {"case_id": event["case_id"], "question": event["question"], "study_uids": event["study_uids"]}
    if known is None:
        cases = [*room["cases"], {**asked, "state": "waiting", "outcome": "", "view": None}]
    else:
        cases = [{**known, **asked} if case is known else case for case in room["cases"]]
    return {"cases": cases, "study_uids": with_studies(room, event["study_uids"])}


def remove_case(room: Room, event: Event) -> Change:
    """A case leaves the agenda, and the studies that only it had leave the session."""
    director(room, event)
    case = _case(room, event)
    if case["case_id"] == room["case"]:
        raise NotAllowed("Show another case before you remove this one.")
    others = [other for other in room["cases"] if other is not case]
    kept = {uid for other in others for uid in other["study_uids"]} | _on_screen(room)
    gone = set(case["study_uids"]) - kept
    return {"cases": others, "study_uids": [uid for uid in room["study_uids"] if uid not in gone]}


def move_case(room: Room, event: Event) -> Change:
    """A case comes earlier or later; `to` counts from 0, past the end is the end."""
    director(room, event)
    case = _case(room, event)
    others = [other for other in room["cases"] if other is not case]
    return {"cases": [*others[: event["to"]], case, *others[event["to"] :]]}


def note_outcome(room: Room, event: Event) -> Change:
    """What came of a case, in a few words; whoever writes the minutes does."""
    no_guest(room, event, "A guest does not write the minutes.")
    return _with(room, event, {"outcome": event["outcome"]})


def mark_case(room: Room, event: Event) -> Change:
    """A case has been discussed, or is still to be; the one on the screen is neither until another follows it."""
    director(room, event)
    if event["case_id"] == room["case"]:
        raise NotAllowed("The case on the screen is discussed once another is shown.")
    return _with(room, event, {"state": event["state"]})


def prepare_case(room: Room, event: Event) -> Change:
    """What everybody will see first of a case, so that every screen can have it ready."""
    director(room, event)
    for viewport in event["view"]["viewports"]:
        if viewport["image"] is not None:
            shared(room, viewport["image"]["study_uid"])
    if event["view"]["mpr"] is not None:
        shared(room, event["view"]["mpr"]["study_uid"])
    return _with(room, event, {"view": event["view"]})


def show_case(room: Room, event: Event) -> Change:
    """The case on everybody's screen, and nobody left with the patient before; the one before has been discussed.

    It comes as it was prepared, or as it was when it was left.
    """
    only_leader(room, event)
    thawed(room)
    case = _case(room, event)
    if case["case_id"] == room["case"]:
        raise NotAllowed("That case is on the screen.")
    cases: list[Case] = [
        {**other, "state": "shown"}
        if other is case
        else {**other, "state": "discussed", "view": view_of(room)}
        if other["case_id"] == room["case"]
        else other
        for other in room["cases"]
    ]
    seen = shown(room, case["view"] or new_view(), behind=False)
    return {**seen, "cases": cases, "case": case["case_id"], "proposals": {}, "people": all_following(room, True)}


def _case(room: Room, event: Event) -> Case:
    for case in room["cases"]:
        if case["case_id"] == event["case_id"]:
            return case
    raise NotAllowed("There is no such case on the agenda any more.")


def _with(room: Room, event: Event, change: Change) -> Change:
    case = _case(room, event)
    return {"cases": [{**other, **change} if other is case else other for other in room["cases"]]}


def _on_screen(room: Room) -> set[str]:
    images = [viewport["image"]["study_uid"] for viewport in room["viewports"] if viewport["image"] is not None]
    return {*images, *([room["mpr"]["study_uid"]] if room["mpr"] is not None else [])}
