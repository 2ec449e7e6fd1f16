"""A session afterwards, from its events alone: what was on the screen when, who was there, what happened in words."""

from collections.abc import Sequence
from typing import Any

from server.sessions.events import Event
from server.sessions.room import apply
from server.sessions.shape import Room

_TOGETHER_MS = 2000
"""Turns of pages by one person closer than this are one line of the time line."""


def room_at(empty: Room, events: Sequence[Event], at: int | None = None, seq: int | None = None) -> Room:
    """The room as it was at a time (ms since 1970), after an event, or at the end."""
    room = empty
    for event in events:
        if (at is not None and event["at"] > at) or (seq is not None and room["seq"] >= seq):
            break
        room = apply(room, event)
    return room


def attendance(events: Sequence[Event], until: int) -> list[dict[str, Any]]:
    """Who was there, in the order they came: their stays, and how long these are together up to `until`."""
    people: dict[str, dict[str, Any]] = {}
    for event in events:
        kind, by, at = event["type"], event["by"], event["at"]
        if kind == "person/join":
            person = people.setdefault(by, {"participant_id": by, "stays": []})
            person |= {
                "name": event["name"],
                "discipline": event.get("discipline", "other"),
                "guest": event.get("guest", False),
            }
            if not person["stays"] or person["stays"][-1]["to"] is not None:
                person["stays"].append({"from": at, "to": None})
        elif kind in {"person/leave", "person/remove"}:
            person = people.get(str(event.get("who", by)), {"stays": []})
            if person["stays"] and person["stays"][-1]["to"] is None:
                person["stays"][-1]["to"] = at
    for person in people.values():
        ends = [(stay["from"], until if stay["to"] is None else stay["to"]) for stay in person["stays"]]
        person["present_ms"] = sum(max(0, end - start) for start, end in ends)
    return list(people.values())


def time_line(events: Sequence[Event]) -> list[dict[str, Any]]:
    """What happened, one line each; pages that one person turns in one go are one line."""
    lines: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for number, event in enumerate(events, start=1):
        if event["type"] == "person/join":
            names[event["by"]] = event["name"]
        line = {"seq": number, "at": event["at"], "by": event["by"], "name": names.get(event["by"], "")}
        line |= {"type": event["type"], "count": 1, **_facts(event, names)}
        if lines and _is_one_go(lines[-1], line):
            lines[-1] |= {**line, "count": lines[-1]["count"] + 1, "at": lines[-1]["at"], "until": line["at"]}
        else:
            lines.append(line)
    return lines


def _facts(event: Event, names: dict[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        name: event[name]
        for name in ("image", "layout", "frozen", "mode", "study_uids", "key", "case_id")
        if name in event
    }
    for field in ("to", "of", "who"):
        if field in event:
            facts["whom"] = names.get(event[field], "")
    return facts


def _is_one_go(before: dict[str, Any], line: dict[str, Any]) -> bool:
    turns = {"image/set", "presentation/set", "viewport/activate"}
    return (
        before["type"] == line["type"]
        and line["type"] in turns
        and before["by"] == line["by"]
        and line["at"] - before.get("until", before["at"]) <= _TOGETHER_MS
    )
