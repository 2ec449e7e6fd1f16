"""The Python reducer against the cases that it shares with its JavaScript twin."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from server.errors import ServerError
from server.sessions.events import _FIELDS
from server.sessions.room import _STEPS, apply

CONTRACT = json.loads((Path(__file__).parents[3] / "contracts" / "room.json").read_text())


@pytest.mark.parametrize("case", CONTRACT["cases"], ids=lambda case: case["name"])
def test_room_contract(case: dict[str, Any]) -> None:
    room = copy.deepcopy(case["room"])
    *before, last = case["events"]
    for event in before:
        room = apply(room, event)
    if "refused" in case:
        with pytest.raises(ServerError) as refusal:
            apply(room, last)
        assert refusal.value.code == case["refused"]
    else:
        before_last = copy.deepcopy(room)
        assert apply(room, last) == case["expect"]
        assert room == before_last, "a reducer leaves the room it was given as it was"


def test_every_event_has_a_case_that_succeeds() -> None:
    shown = {event["type"] for case in CONTRACT["cases"] if "expect" in case for event in case["events"]}
    assert shown == set(_STEPS)


def test_every_event_a_participant_may_send_is_known_to_the_room() -> None:
    assert set(_FIELDS) | {"person/join", "person/leave", "studies/withdraw"} == set(_STEPS)
