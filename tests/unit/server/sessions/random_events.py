"""Events as a busy, careless and sometimes hostile meeting would send them: any of them, at any time, by anybody."""

import random
from collections.abc import Iterator
from typing import Any

PEOPLE = ["a" * 16, "b" * 16, "c" * 16, "d" * 16, "0123456789012345"]
STUDIES = ["1.2.1", "1.2.2", "1.2.3"]
IDENTIFIERS = ["1" * 16, "2" * 16, "3" * 16]


def random_event(chance: random.Random, at: int) -> dict[str, Any]:
    """One well-formed event, whether or not a room would take it."""
    kind = chance.choice(list(_FIELDS))
    outside = kind in {"meeting/name", "case/put", "studies/withdraw"} and chance.random() < 0.2
    return {"type": kind, "by": "" if outside else chance.choice(PEOPLE), "at": at} | {
        name: make(chance) for name, make in _FIELDS[kind].items()
    }


def random_events(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Many of them, with time that passes; people come more often than they are thrown out."""
    chance = random.Random(seed)
    at = 1_000_000
    while count:
        at += chance.choice([1, 40, 900, 12_000])
        event = random_event(chance, at)
        rare = {"person/remove": 0.03, "person/leave": 0.15, "freeze/set": 0.3, "studies/withdraw": 0.1}.get(
            event["type"], 1
        )
        if chance.random() > rare:
            continue
        count -= 1
        yield event


def _image(chance: random.Random) -> dict[str, Any]:
    study = chance.choice(STUDIES)
    series = f"{study}.{chance.randint(1, 2)}"
    return {
        "study_uid": study,
        "series_uid": series,
        "instance_uid": f"{series}.{chance.randint(1, 4)}",
        "frame_number": chance.randint(1, 2),
    }


def _presentation(chance: random.Random) -> dict[str, Any]:
    state = {level: f"1.{chance.randint(2, 4)}" for level in ("study_uid", "series_uid", "instance_uid")}
    return chance.choice([{}, {}, {"state": state}]) | {
        "voi": chance.choice([None, {"center": chance.randint(-600, 600), "width": chance.choice([1, 400, 1500.5])}]),
        "zoom": chance.choice([1, 1.5, 2]),
        "pan": {"x": chance.randint(-9, 9), "y": chance.uniform(-9, 9)},
        "rotation": chance.choice([0, 90, 180, 270]),
        "flip_horizontal": chance.random() < 0.5,
        "flip_vertical": chance.random() < 0.5,
        "invert": chance.random() < 0.5,
        "camera": chance.choice(
            [None, {"center": None, "height": 80}, {"center": [1.5, -20, chance.uniform(-99, 99)], "height": 120.25}]
        ),
    }


def _view(chance: random.Random) -> dict[str, Any]:
    layout, count = chance.choice([("1x1", 1), ("1x2", 2), ("2x2", 4)])
    viewports = [
        {"image": chance.choice([None, _image(chance)]), "presentation": _presentation(chance)} for _ in range(count)
    ]
    return {"layout": layout, "active_viewport": chance.randrange(count), "viewports": viewports, "mpr": _mpr(chance)}


def _mpr(chance: random.Random) -> dict[str, Any] | None:
    if chance.random() < 0.3:
        return None
    image = _image(chance)
    ways = [([1, 0, 0], [0, 1, 0]), ([0.6, 0.8, 0], [0, 0, -1]), ([0, 1, 0], [0, 0, -1])]
    return {
        "study_uid": image["study_uid"],
        "series_uid": image["series_uid"],
        "layout": chance.choice(["2x2", "1x3"]),
        "active": chance.randint(-1, 2),
        "alone": _flag(chance),
        "slab": chance.choice([0, 2.5, 30]),
        "method": chance.choice(["average_ip", "maximum_ip", "minimum_ip"]),
        "place": {"frame_of_reference_uid": "1.2.9", "point": [chance.uniform(-99, 99) for _ in range(3)]},
        "planes": [{"right": right, "down": down, "presentation": _presentation(chance)} for right, down in ways],
    }


def _content(chance: random.Random) -> dict[str, Any]:
    return {"kind": chance.choice(["length", "arrow"]), "points": [[chance.uniform(0, 512), chance.randint(0, 512)]]}


def _flag(chance: random.Random) -> bool:
    return chance.random() < 0.5


def _person(chance: random.Random) -> str:
    return chance.choice(PEOPLE)


def _identifier(chance: random.Random) -> str:
    return chance.choice(IDENTIFIERS)


def _viewport(chance: random.Random) -> int:
    return chance.choice([0, 0, 1, 1, 2, 3])


def _name(chance: random.Random) -> str:
    return chance.choice(["Ann", "Bób", "陳醫師"])


def _meeting(chance: random.Random) -> str:
    return chance.choice(["", "Lung MDT"])


def _note(chance: random.Random) -> str:
    return chance.choice(["", "Resectable?", "Surveillance, CT in 3 months.\nLetter: Bób"])


_FIELDS: dict[str, dict[str, Any]] = {
    "person/join": {
        "name": _name,
        "discipline": lambda chance: chance.choice(["radiology", "surgery"]),
        "guest": lambda chance: chance.random() < 0.2,
    },
    "person/leave": {},
    "person/remove": {"who": _person},
    "layout/set": {"layout": lambda chance: chance.choice(["1x1", "1x2", "2x2"])},
    "viewport/activate": {"viewport": _viewport},
    "image/set": {"viewport": _viewport, "image": _image},
    "presentation/set": {"viewport": _viewport, "presentation": _presentation},
    "mpr/show": {"mpr": lambda chance: _mpr(chance)},
    "studies/add": {"study_uids": lambda chance: [chance.choice(STUDIES)]},
    "studies/withdraw": {"study_uids": lambda chance: [chance.choice(STUDIES)]},
    "mode/set": {"mode": lambda chance: chance.choice(["together", "free"])},
    "freeze/set": {"frozen": _flag},
    "anonymous/set": {"anonymous": _flag},
    "pixels/release": {"series_uid": lambda chance: _image(chance)["series_uid"], "released": _flag},
    "call/set": {"call": lambda chance: chance.choice([None, "https://call.example/1"])},
    "view/propose": {"view": _view},
    "view/accept": {"of": _person},
    "view/dismiss": {"of": _person},
    "scene/save": {"scene_id": _identifier, "name": _name},
    "scene/show": {"scene_id": _identifier},
    "scene/remove": {"scene_id": _identifier},
    "follow/set": {"following": _flag},
    "lead/ask": {},
    "lead/decline": {"of": _person},
    "lead/hand-over": {"to": _person},
    "lead/take": {},
    "chair/hand-over": {"to": _person},
    "hand/set": {"raised": _flag},
    "hand/lower": {"of": _person},
    "annotation/put": {"annotation_id": _identifier, "image": _image, "content": _content},
    "annotation/remove": {"annotation_id": _identifier},
    "annotation/undo": {},
    "annotation/redo": {},
    "key-image/set": {"image": _image, "key": _flag},
    "meeting/name": {"meeting": _meeting},
    "case/put": {"case_id": _identifier, "question": _note, "study_uids": lambda chance: [chance.choice(STUDIES)]},
    "case/remove": {"case_id": _identifier},
    "case/move": {"case_id": _identifier, "to": lambda chance: chance.randint(0, 4)},
    "case/note": {"case_id": _identifier, "outcome": _note},
    "case/mark": {"case_id": _identifier, "state": lambda chance: chance.choice(["waiting", "discussed"])},
    "case/prepare": {"case_id": _identifier, "view": _view},
    "case/show": {"case_id": _identifier},
}
