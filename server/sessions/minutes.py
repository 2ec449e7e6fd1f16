"""What a meeting leaves behind of each case: its outcome, when it was on the screen, and who was there meanwhile."""

from collections.abc import Iterator, Sequence, Set
from typing import Any

from server.sessions.events import Event
from server.sessions.replay import attendance
from server.sessions.room import apply
from server.sessions.shape import Room

_WRITTEN = {"question", "outcome"}


def minutes(empty: Room, events: Sequence[Event], until: int) -> list[dict[str, Any]]:
    """The agenda's cases in their order, each with its turns on the screen (ms since 1970) and its attendance.

    `present_ms` is how long somebody was in the session while the case was shown, up to `until`.
    """
    room = empty
    turns: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        before, room = room, apply(room, event)
        if room["case"] == before["case"]:
            continue
        if before["case"] is not None:
            turns[before["case"]][-1]["to"] = event["at"]
        if room["case"] is not None:
            turns.setdefault(room["case"], []).append({"from": event["at"], "to": None})
    people = attendance(events, until)
    return [
        {
            **{name: case[name] for name in ("case_id", "question", "study_uids", "state", "outcome")},
            "shown": turns.get(case["case_id"], []),
            "attendance": list(_there(people, turns.get(case["case_id"], []), until)),
        }
        for case in room["cases"]
    ]


def without_other_cases(events: Sequence[Event], study_uids: Set[str]) -> list[Event]:
    """The events, those of cases of other studies without the words that somebody wrote of them."""
    own = {
        event["case_id"] for event in events if event["type"] == "case/put" and study_uids & set(event["study_uids"])
    }
    return [
        {name: "" if name in _WRITTEN else value for name, value in event.items()}
        if event.get("case_id", "") not in own | {""}
        else event
        for event in events
    ]


def _there(people: Sequence[dict[str, Any]], turns: Sequence[dict[str, Any]], until: int) -> Iterator[dict[str, Any]]:
    for person in people:
        together = sum(
            max(0, min(_end(stay, until), _end(turn, until)) - max(stay["from"], turn["from"]))
            for stay in person["stays"]
            for turn in turns
        )
        if together:
            known = ("participant_id", "name", "discipline", "guest")
            yield {**{name: person[name] for name in known}, "present_ms": together}


def _end(span: dict[str, Any], until: int) -> int:
    return until if span["to"] is None else int(span["to"])
