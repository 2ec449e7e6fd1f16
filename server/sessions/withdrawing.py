"""Studies leave a session because they are not to be seen any more: nothing of them stays in the room."""

from typing import Any

from server.errors import NotAllowed
from server.sessions.events import Event
from server.sessions.shape import Change, Room, Viewport, new_presentation
from server.sessions.standing import OUTSIDE


def withdraw(room: Room, event: Event) -> Change:
    """By the server alone. Cases that have no other study leave the agenda, unless they are on the screen."""
    if event["by"] != OUTSIDE:
        raise NotAllowed("Only the server withdraws studies.")
    gone = set(event["study_uids"])
    cases = [
        {
            **case,
            "study_uids": [uid for uid in case["study_uids"] if uid not in gone],
            "view": None if case["view"] is not None and _shows(case["view"], gone) else case["view"],
        }
        for case in room["cases"]
    ]
    annotations = {key: mark for key, mark in room["annotations"].items() if mark["image"]["study_uid"] not in gone}
    return {
        "study_uids": [uid for uid in room["study_uids"] if uid not in gone],
        "viewports": [_without(viewport, gone) for viewport in room["viewports"]],
        "mpr": None if room["mpr"] is not None and room["mpr"]["study_uid"] in gone else room["mpr"],
        "cases": [case for case in cases if case["study_uids"] or case["case_id"] == room["case"]],
        "proposals": {by: view for by, view in room["proposals"].items() if not _shows(view, gone)},
        "scenes": [scene for scene in room["scenes"] if not _shows(scene["view"], gone)],
        "key_images": [key for key in room["key_images"] if key["image"]["study_uid"] not in gone],
        "annotations": annotations,
        "memories": {} if len(annotations) < len(room["annotations"]) else room["memories"],
    }


def _without(viewport: Viewport, gone: set[str]) -> Viewport:
    image = viewport["image"]
    if image is None or image["study_uid"] not in gone:
        return viewport
    return {"image": None, "presentation": new_presentation()}


def _shows(view: Any, gone: set[str]) -> bool:
    images = [viewport["image"] for viewport in view["viewports"] if viewport["image"] is not None]
    planes = [view["mpr"]] if view["mpr"] is not None else []
    return any(one["study_uid"] in gone for one in [*images, *planes])
