"""Who is here, who follows, who leads and who chairs."""

from server.errors import NotAllowed
from server.sessions.events import Event
from server.sessions.shape import Change, Person, Room
from server.sessions.standing import only_chair, only_leader_or_chair, present, thawed, without

LEADER_GRACE_MS = 10_000
"""How long a leader may be gone before somebody else may take the lead."""


def join(room: Room, event: Event) -> Change:
    """Somebody comes, or comes back; the first who is no guest chairs and leads."""
    by = event["by"]
    known = room["people"].get(by)
    if known is not None and known["removed"]:
        raise NotAllowed("The chair has closed this session for you.")
    person: Person = {
        "name": event["name"],
        "discipline": event.get("discipline", "other"),
        "guest": event.get("guest", False),
        "here": True,
        "following": True,
        "left_at": None,
        "came": known["came"] if known is not None and _hardly_gone(known, event["at"]) else room["seq"] + 1,
        "removed": False,
    }
    first = None if person["guest"] else by
    people = {**room["people"], by: person}
    return {"people": people, "leader": room["leader"] or first, "chair": room["chair"] or first}


def leave(room: Room, event: Event) -> Change:
    """Somebody goes, and takes their wishes along; what they marked stays."""
    person = present(room, event["by"])
    return _gone(room, event["by"], {**person, "here": False, "left_at": event["at"]})


def remove_person(room: Room, event: Event) -> Change:
    """The chair closes the session for somebody; the lead comes back to the chair if it was theirs."""
    only_chair(room, event)
    who = event["who"]
    person = room["people"].get(who)
    if who == event["by"] or person is None:
        raise NotAllowed("The chair can remove others who have been here.")
    left_at = event["at"] if person["here"] else person["left_at"]
    leader = event["by"] if room["leader"] == who else room["leader"]
    gone = _gone(room, who, {**person, "here": False, "left_at": left_at, "removed": True})
    return {**gone, "leader": leader, "asking": without(gone["asking"], str(leader))}


def set_follow(room: Room, event: Event) -> Change:
    """Somebody looks around alone, or comes back."""
    person = present(room, event["by"])
    if event["by"] == room["leader"]:
        raise NotAllowed("Whoever leads is whom the others follow; hand over first.")
    if not event["following"]:
        thawed(room)
    return {"people": {**room["people"], event["by"]: {**person, "following": event["following"]}}}


def ask_for_lead(room: Room, event: Event) -> Change:
    """Somebody would like to lead."""
    present(room, event["by"])
    if event["by"] == room["leader"]:
        raise NotAllowed("You already lead.")
    asking = room["asking"] if event["by"] in room["asking"] else [*room["asking"], event["by"]]
    return {"asking": asking}


def decline(room: Room, event: Event) -> Change:
    """A wish to lead goes away: by the leader, the chair, or the person who had it."""
    if event["by"] != event["of"]:
        only_leader_or_chair(room, event)
    present(room, event["by"])
    return {"asking": without(room["asking"], event["of"])}


def hand_over(room: Room, event: Event) -> Change:
    """The leader gives the lead away, or the chair grants it."""
    only_leader_or_chair(room, event)
    return _led_by(room, event["to"])


def take_lead(room: Room, event: Event) -> Change:
    """The chair may at any time; when the leader has vanished, so may whoever has been here longest."""
    by = event["by"]
    present(room, by)
    if by == room["leader"]:
        raise NotAllowed("You already lead.")
    if by != room["chair"]:
        leader = room["people"][room["leader"]] if room["leader"] else None
        if leader is not None and leader["left_at"] is None:
            raise NotAllowed("The leader is here; ask for the lead instead.")
        if leader is not None and _hardly_gone(leader, event["at"]):
            raise NotAllowed("The leader has only just gone and may come back.")
        if by != longest_present(room):
            raise NotAllowed("The chair, or whoever has been here longest, takes the lead.")
    return _led_by(room, by)


def hand_over_chair(room: Room, event: Event) -> Change:
    """Somebody else chairs from now on."""
    only_chair(room, event)
    if present(room, event["to"])["guest"]:
        raise NotAllowed("A guest does not chair.")
    return {"chair": event["to"]}


def set_hand(room: Room, event: Event) -> Change:
    """Somebody would like to speak, or has spoken."""
    present(room, event["by"])
    others = without(room["hands"], event["by"])
    return {"hands": [*others, event["by"]] if event["raised"] else others}


def lower_hand(room: Room, event: Event) -> Change:
    """The leader or the chair has called upon somebody."""
    only_leader_or_chair(room, event)
    return {"hands": without(room["hands"], event["of"])}


def longest_present(room: Room) -> str | None:
    """Whoever here, guests apart, came first."""
    here = [(person["came"], who) for who, person in room["people"].items() if person["here"] and not person["guest"]]
    return min(here)[1] if here else None


def _hardly_gone(person: Person, at: int) -> bool:
    return person["left_at"] is None or at - person["left_at"] < LEADER_GRACE_MS


def _gone(room: Room, participant_id: str, person: Person) -> Change:
    return {
        "people": {**room["people"], participant_id: person},
        "asking": without(room["asking"], participant_id),
        "hands": without(room["hands"], participant_id),
        "proposals": {by: view for by, view in room["proposals"].items() if by != participant_id},
    }


def _led_by(room: Room, leader: str) -> Change:
    person = present(room, leader)
    return {
        "leader": leader,
        "people": {**room["people"], leader: {**person, "following": True}},
        "asking": without(room["asking"], leader),
        "proposals": {by: view for by, view in room["proposals"].items() if by != leader},
    }
