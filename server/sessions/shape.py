"""The shape of a room: what everybody in a session looks at, who leads, who is here, and what they have marked."""

from typing import Any, NotRequired, TypedDict

SHAPE = 6
"""Changes with the fields of a room, so that a room written down by another release is made anew from its events."""


class Image(TypedDict):
    """One frame of one instance; `frame_number` counts from 1 as on the wire."""

    study_uid: str
    series_uid: str
    instance_uid: str
    frame_number: int


class Camera(TypedDict):
    """What of the patient a screen shows, whatever its shape.

    `center` is the place in its middle (PS3.3 C.7.6.2.1.1), null where the image does not say; `height` in mm.
    """

    center: list[float] | None
    height: float


class Presentation(TypedDict):
    """How one viewport shows its image, free of any screen's size.

    `voi` null means the image's own window. Each screen makes `zoom` and `pan` of the `camera`; without one `zoom` 1
    fits the image into the viewport, and `pan` is its offset from the middle in image pixels. Rotation in degrees
    clockwise, after the flips. `state` is the presentation state that is followed, by its study, series and instance.
    """

    voi: dict[str, float] | None
    zoom: float
    pan: dict[str, float]
    rotation: int
    flip_horizontal: bool
    flip_vertical: bool
    invert: bool
    camera: Camera | None
    state: NotRequired[dict[str, str]]


class Viewport(TypedDict):
    """One place in the layout: an image, or nothing yet, and its presentation."""

    image: Image | None
    presentation: Presentation


class Plane(TypedDict):
    """One plane of a multiplanar view, by the directions in the patient that lie to its right and below it."""

    right: list[float]
    down: list[float]
    presentation: Presentation


class Mpr(TypedDict):
    """Planes through one series that meet at a `place` (millimetres in a frame of reference); `slab` in mm, 0 for none.

    `active` -1 means the viewports beside the planes; `alone` shows the active plane only.
    """

    study_uid: str
    series_uid: str
    layout: str
    active: int
    alone: bool
    slab: float
    method: str
    place: dict[str, Any]
    planes: list[Plane]


class View(TypedDict):
    """What a person, or a room, looks at; `viewports` never shrinks in a room."""

    layout: str
    active_viewport: int
    viewports: list[Viewport]
    mpr: Mpr | None


class Person(TypedDict):
    """A participant.

    `left_at` is when they were last seen to go (ms since 1970), null while here; `came` is the event with which
    they came, so the smallest of those here has been present longest; `removed` keeps them out for good.
    """

    name: str
    discipline: str
    guest: bool
    here: bool
    following: bool
    left_at: int | None
    came: int
    removed: bool


class Annotation(TypedDict):
    """A mark that its author shared: on one image, its content not looked into here."""

    by: str
    image: Image
    content: dict[str, Any]


class Step(TypedDict):
    """One thing an author did to one annotation of theirs; null where there was or is none."""

    annotation_id: str
    before: Annotation | None
    after: Annotation | None


class Memory(TypedDict):
    """What an author can undo and redo, the newest last."""

    done: list[Step]
    undone: list[Step]


class KeyImage(TypedDict):
    """An image that somebody wants to be found again."""

    image: Image
    by: str
    at: int


class Scene(TypedDict):
    """A saved view."""

    scene_id: str
    name: str
    by: str
    view: View


class Case(TypedDict):
    """One patient's turn on the agenda.

    `state` is waiting, shown or discussed; `view` is what everybody will see first, or saw last; null: not prepared.
    Whose case it is, its studies say.
    """

    case_id: str
    question: str
    study_uids: list[str]
    state: str
    outcome: str
    view: View | None


class Room(TypedDict):
    """The lasting state of a session after its first `seq` events."""

    session_id: str
    seq: int
    study_uids: list[str]
    layout: str
    active_viewport: int
    viewports: list[Viewport]
    mpr: Mpr | None
    people: dict[str, Person]
    leader: str | None
    chair: str | None
    asking: list[str]
    mode: str
    frozen: bool
    anonymous: bool
    released_series_uids: list[str]
    call: str | None
    hands: list[str]
    proposals: dict[str, View]
    annotations: dict[str, Annotation]
    memories: dict[str, Memory]
    key_images: list[KeyImage]
    scenes: list[Scene]
    meeting: str
    cases: list[Case]
    case: str | None


Change = dict[str, Any]
"""The fields of a room that an event changes, with their new values."""


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
        "camera": None,
    }


def new_view() -> View:
    """One empty viewport."""
    return {
        "layout": "1x1",
        "active_viewport": 0,
        "viewports": [{"image": None, "presentation": new_presentation()}],
        "mpr": None,
    }


def new_room(session_id: str, study_uids: list[str]) -> Room:
    """An empty room around the given studies: one viewport, nobody here, nobody leading."""
    return {
        "session_id": session_id,
        "seq": 0,
        "study_uids": study_uids,
        **new_view(),
        "people": {},
        "leader": None,
        "chair": None,
        "asking": [],
        "mode": "together",
        "frozen": False,
        "anonymous": False,
        "released_series_uids": [],
        "call": None,
        "hands": [],
        "proposals": {},
        "annotations": {},
        "memories": {},
        "key_images": [],
        "scenes": [],
        "meeting": "",
        "cases": [],
        "case": None,
    }
