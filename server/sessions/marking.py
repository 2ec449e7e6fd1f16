"""What people leave on the images: annotations with their author, undone by their author alone; key images."""

from server.errors import NotAllowed
from server.sessions.events import Event
from server.sessions.shape import Annotation, Change, KeyImage, Memory, Room, Step
from server.sessions.standing import present
from server.sessions.viewing import shared

MOST_ANNOTATIONS = 500
MOST_KEY_IMAGES = 200
MOST_UNDONE = 20
"""How many steps an author can take back."""


def put_annotation(room: Room, event: Event) -> Change:
    """Shares an annotation, or a change of one's own."""
    present(room, event["by"])
    shared(room, event["image"]["study_uid"])
    before = _own(room, event["by"], event["annotation_id"])
    after: Annotation = {"by": event["by"], "image": event["image"], "content": event["content"]}
    if before is None and len(room["annotations"]) >= MOST_ANNOTATIONS:
        raise NotAllowed(f"A session holds {MOST_ANNOTATIONS} annotations at most.")
    return _done(room, event, {"annotation_id": event["annotation_id"], "before": before, "after": after})


def remove_annotation(room: Room, event: Event) -> Change:
    """Takes an annotation of one's own away."""
    present(room, event["by"])
    before = _own(room, event["by"], event["annotation_id"])
    if before is None:
        return {}
    return _done(room, event, {"annotation_id": event["annotation_id"], "before": before, "after": None})


def undo(room: Room, event: Event) -> Change:
    """Takes back what this person did last to an annotation."""
    present(room, event["by"])
    memory = _memory(room, event["by"])
    if not memory["done"]:
        raise NotAllowed("You have nothing to undo.")
    step = memory["done"][-1]
    _own(room, event["by"], step["annotation_id"])
    left: Memory = {"done": memory["done"][:-1], "undone": [*memory["undone"], step]}
    return _with(room, event["by"], step["annotation_id"], step["before"], left)


def redo(room: Room, event: Event) -> Change:
    """Does again what this person took back last."""
    present(room, event["by"])
    memory = _memory(room, event["by"])
    if not memory["undone"]:
        raise NotAllowed("You have nothing to redo.")
    step = memory["undone"][-1]
    _own(room, event["by"], step["annotation_id"])
    left: Memory = {"done": [*memory["done"], step], "undone": memory["undone"][:-1]}
    return _with(room, event["by"], step["annotation_id"], step["after"], left)


def set_key_image(room: Room, event: Event) -> Change:
    """Marks an image to be found again; whoever marked it, the leader and the chair may take the mark away."""
    present(room, event["by"])
    shared(room, event["image"]["study_uid"])
    found = next((key for key in room["key_images"] if key["image"] == event["image"]), None)
    if event["key"] == (found is not None):
        return {}
    if found is not None:
        if event["by"] not in (found["by"], room["leader"], room["chair"]):
            raise NotAllowed("Somebody else marked this key image.")
        return {"key_images": [key for key in room["key_images"] if key is not found]}
    if len(room["key_images"]) >= MOST_KEY_IMAGES:
        raise NotAllowed(f"A session has {MOST_KEY_IMAGES} key images at most.")
    key: KeyImage = {"image": event["image"], "by": event["by"], "at": event["at"]}
    return {"key_images": [*room["key_images"], key]}


def _own(room: Room, by: str, annotation_id: str) -> Annotation | None:
    annotation = room["annotations"].get(annotation_id)
    if annotation is not None and annotation["by"] != by:
        raise NotAllowed("That annotation is somebody else's.")
    return annotation


def _memory(room: Room, participant_id: str) -> Memory:
    return room["memories"].get(participant_id, {"done": [], "undone": []})


def _done(room: Room, event: Event, step: Step) -> Change:
    done = [*_memory(room, event["by"])["done"], step][-MOST_UNDONE:]
    return _with(room, event["by"], step["annotation_id"], step["after"], {"done": done, "undone": []})


def _with(room: Room, by: str, annotation_id: str, annotation: Annotation | None, memory: Memory) -> Change:
    annotations = {key: other for key, other in room["annotations"].items() if key != annotation_id}
    if annotation is not None:
        annotations[annotation_id] = annotation
    return {"annotations": annotations, "memories": {**room["memories"], by: memory}}
