"""Ten thousand random events: Python and JavaScript accept and refuse the same ones, and end in the same room."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from server.errors import ServerError
from server.sessions.events import _FIELDS, parse
from server.sessions.room import _STEPS, apply
from server.sessions.shape import new_room
from tests.unit.server.sessions.random_events import STUDIES, random_events

ANSWERS = Path(__file__).parents[3] / "js" / "answers.js"
NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node") or "node"


def _answer(room: Any, event: dict[str, Any]) -> tuple[Any, str]:
    try:
        return apply(room, event), "accepted"
    except ServerError as refusal:
        return room, refusal.code


@pytest.mark.parametrize("seed", range(4))
def test_the_twins_never_part(seed: int) -> None:
    room = new_room("s", STUDIES[:2])
    lines: list[dict[str, Any]] = [{"room": room}]
    ours: list[Any] = []
    accepted: Counter[str] = Counter()
    for number, event in enumerate(random_events(seed, 2500)):
        room, answer = _answer(room, event)
        lines.append(event)
        ours.append(answer)
        accepted[event["type"]] += answer == "accepted"
        if number % 100 == 99 or number == 2499:
            lines.append({"show": True})
            ours.append(room)
    spoken = subprocess.run(
        [NODE, str(ANSWERS)],
        input="\n".join(json.dumps(line) for line in lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    theirs = [json.loads(line) for line in spoken.stdout.splitlines()]
    for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        assert one == other, f"seed {seed}: they part at answer {number}"
    assert sum(accepted.values()) > 500, "most of a random meeting is refused, but not nearly all of it"


def test_every_event_happens_somewhere_in_a_random_meeting() -> None:
    happened = set()
    for seed in range(12):
        room = new_room("s", STUDIES[:2])
        for event in random_events(seed, 2500):
            room, answer = _answer(room, event)
            if answer == "accepted":
                happened.add(event["type"])
    assert happened == set(_STEPS)


def test_what_a_random_meeting_sends_is_well_formed() -> None:
    for event in random_events(1, 1000):
        if event["type"] in _FIELDS:
            assert parse(event) == {name: value for name, value in event.items() if name not in {"by", "at"}}
