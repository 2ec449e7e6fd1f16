"""What everybody sees: layout, images, presentations, proposals, scenes, studies, and holding it all still."""

from server.errors import Malformed, NotAllowed
from server.sessions.events import Event
from server.sessions.fields import LAYOUTS, MOST_STUDIES
from server.sessions.shape import Change, Room, Scene, View, Viewport, new_presentation
from server.sessions.standing import no_guest, only_leader, only_leader_or_chair, present, thawed, without

MOST_SCENES = 50
MOST_RELEASED = 200


def set_layout(room: Room, event: Event) -> Change:
    """Another number of viewports; hidden ones keep their image."""
    _may_turn(room, event)
    shown = LAYOUTS[event["layout"]]
    viewports = list(room["viewports"])
    while len(viewports) < shown:
        viewports.append({"image": None, "presentation": new_presentation()})
    active = min(room["active_viewport"], shown - 1)
    return {"layout": event["layout"], "viewports": viewports, "active_viewport": active}


def activate_viewport(room: Room, event: Event) -> Change:
    """Another viewport is the one that keys act upon."""
    _may_turn(room, event)
    _shown_viewport(room, event)
    return {"active_viewport": event["viewport"]}


def set_image(room: Room, event: Event) -> Change:
    """Another image; of another series, it starts with a fresh presentation."""
    _may_turn(room, event)
    viewport = _shown_viewport(room, event)
    image = event["image"]
    shared(room, image["study_uid"])
    same_series = viewport["image"] is not None and viewport["image"]["series_uid"] == image["series_uid"]
    presentation = viewport["presentation"] if same_series else new_presentation()
    return _with_viewport(room, event, {"image": image, "presentation": presentation})


def set_presentation(room: Room, event: Event) -> Change:
    """Another window, zoom, position or turn."""
    _may_turn(room, event)
    viewport = _shown_viewport(room, event)
    return _with_viewport(room, event, {**viewport, "presentation": event["presentation"]})


def show_mpr(room: Room, event: Event) -> Change:
    """Planes through a series in place of the viewports, or none."""
    _may_turn(room, event)
    if event["mpr"] is not None:
        shared(room, event["mpr"]["study_uid"])
    return {"mpr": event["mpr"]}


def add_studies(room: Room, event: Event) -> Change:
    """More studies to look at; whether the person may share them was asked before."""
    only_leader_or_chair(room, event)
    if room["people"][event["by"]]["guest"]:
        raise NotAllowed("A guest brings no studies.")
    return {"study_uids": with_studies(room, event["study_uids"])}


def set_mode(room: Room, event: Event) -> Change:
    """`together` calls everybody back to the leader; `free` lets everybody look around."""
    only_leader_or_chair(room, event)
    if event["mode"] == "free":
        thawed(room)
    return {"mode": event["mode"], "people": all_following(room, event["mode"] == "together")}


def set_freeze(room: Room, event: Event) -> Change:
    """Holds still what everybody sees, and brings everybody back to it; or lets go."""
    only_leader_or_chair(room, event)
    people = all_following(room, True) if event["frozen"] else room["people"]
    return {"frozen": event["frozen"], "mode": "together" if event["frozen"] else room["mode"], "people": people}


def set_anonymous(room: Room, event: Event) -> Change:
    """Whose images these are is told to nobody from now on, or told again."""
    only_leader_or_chair(room, event)
    if room["people"][event["by"]]["guest"]:
        raise NotAllowed("A guest does not decide who is named.")
    return {"anonymous": event["anonymous"]}


def release_pixels(room: Room, event: Event) -> Change:
    """Pixels that may name the patient are shown to those who are not to know, or held back again."""
    only_leader_or_chair(room, event)
    no_guest(room, event, "A guest does not decide who is named.")
    others = without(room["released_series_uids"], event["series_uid"])
    if event["released"] and len(others) >= MOST_RELEASED:
        raise NotAllowed(f"{MOST_RELEASED} series are released at most.")
    return {"released_series_uids": [*others, event["series_uid"]] if event["released"] else others}


def set_call(room: Room, event: Event) -> Change:
    """Where the people of this session hear each other, which is not our business; null for nowhere."""
    only_leader_or_chair(room, event)
    if room["people"][event["by"]]["guest"]:
        raise NotAllowed("A guest does not say where the call is.")
    return {"call": event["call"]}


def propose(room: Room, event: Event) -> Change:
    """Shows the leader what this person sees; a newer proposal takes the place of an older."""
    present(room, event["by"])
    if event["by"] == room["leader"]:
        raise NotAllowed("Everybody already sees what you see.")
    for viewport in event["view"]["viewports"]:
        if viewport["image"] is not None:
            shared(room, viewport["image"]["study_uid"])
    planes = event["view"].get("mpr")
    if planes is not None:
        shared(room, planes["study_uid"])
    return {"proposals": {**room["proposals"], event["by"]: event["view"]}}


def accept(room: Room, event: Event) -> Change:
    """The leader shows everybody what somebody proposed."""
    _may_turn(room, event)
    view = _proposal(room, event)
    return {**shown(room, view), "proposals": _other_proposals(room, event["of"])}


def dismiss(room: Room, event: Event) -> Change:
    """A proposal goes away, by the leader, the chair or the person who made it."""
    if event["by"] != event["of"]:
        only_leader_or_chair(room, event)
    present(room, event["by"])
    _proposal(room, event)
    return {"proposals": _other_proposals(room, event["of"])}


def save_scene(room: Room, event: Event) -> Change:
    """Keeps what everybody sees now, under a name; the same id again replaces it."""
    only_leader(room, event)
    scene: Scene = {"scene_id": event["scene_id"], "name": event["name"], "by": event["by"], "view": view_of(room)}
    others = [other for other in room["scenes"] if other["scene_id"] != scene["scene_id"]]
    if len(others) >= MOST_SCENES:
        raise NotAllowed(f"A session keeps {MOST_SCENES} scenes at most.")
    return {"scenes": [*others, scene]}


def show_scene(room: Room, event: Event) -> Change:
    """Everybody sees what was kept."""
    _may_turn(room, event)
    return shown(room, _scene(room, event)["view"])


def remove_scene(room: Room, event: Event) -> Change:
    """A kept view is kept no longer."""
    only_leader_or_chair(room, event)
    _scene(room, event)
    return {"scenes": [scene for scene in room["scenes"] if scene["scene_id"] != event["scene_id"]]}


def shared(room: Room, study_uid: str) -> None:
    """Refuses a study that the session is not about."""
    if study_uid not in room["study_uids"]:
        raise NotAllowed("This session does not share that study.")


def _may_turn(room: Room, event: Event) -> None:
    only_leader(room, event)
    thawed(room)


def with_studies(room: Room, study_uids: list[str]) -> list[str]:
    """The session's studies and these."""
    together = list(dict.fromkeys([*room["study_uids"], *study_uids]))
    if len(together) > MOST_STUDIES:
        raise NotAllowed(f"A session has {MOST_STUDIES} studies at most.")
    return together


def view_of(room: Room) -> View:
    """What everybody sees, without who they are."""
    return {name: room[name] for name in ("layout", "active_viewport", "viewports", "mpr")}  # type: ignore[return-value]


def all_following(room: Room, following: bool) -> Change:
    """The people, all with the leader or all on their own."""
    return {
        participant_id: {**person, "following": following or participant_id == room["leader"]}
        for participant_id, person in room["people"].items()
    }


def shown(room: Room, view: View, *, behind: bool = True) -> Change:
    """The view in the room, whose later viewports stay `behind` a smaller layout or do not."""
    later = room["viewports"][len(view["viewports"]) :] if behind else []
    return {**view, "viewports": [*view["viewports"], *later]}


def _proposal(room: Room, event: Event) -> View:
    if event["of"] not in room["proposals"]:
        raise NotAllowed("There is no such proposal any more.")
    return room["proposals"][event["of"]]


def _other_proposals(room: Room, participant_id: str) -> dict[str, View]:
    return {by: view for by, view in room["proposals"].items() if by != participant_id}


def _scene(room: Room, event: Event) -> Scene:
    for scene in room["scenes"]:
        if scene["scene_id"] == event["scene_id"]:
            return scene
    raise NotAllowed("There is no such scene any more.")


def _shown_viewport(room: Room, event: Event) -> Viewport:
    if event["viewport"] >= LAYOUTS[room["layout"]]:
        raise Malformed("The layout shows no such viewport.", viewport=event["viewport"])
    return room["viewports"][event["viewport"]]


def _with_viewport(room: Room, event: Event, viewport: Viewport) -> Change:
    number = event["viewport"]
    return {"viewports": [*room["viewports"][:number], viewport, *room["viewports"][number + 1 :]]}
