"""What somebody's standing in a room allows: being here, leading, chairing."""

from server.errors import NotAllowed
from server.sessions.events import Event
from server.sessions.shape import Person, Room

OUTSIDE = ""
"""Who it is that prepares a meeting from the worklist: nobody in the room; their rights were asked at the door."""


def present(room: Room, participant_id: str) -> Person:
    """The person, who must be in the room."""
    person = room["people"].get(participant_id)
    if person is None or not person["here"]:
        raise NotAllowed("That person is not in the room.")
    return person


def only_leader(room: Room, event: Event) -> None:
    """Refuses everybody but the leader."""
    present(room, event["by"])
    if event["by"] != room["leader"]:
        raise NotAllowed("Only the leader changes what everybody sees.")


def only_chair(room: Room, event: Event) -> None:
    """Refuses everybody but the chair."""
    present(room, event["by"])
    if event["by"] != room["chair"]:
        raise NotAllowed("Only the chair does this.")


def only_leader_or_chair(room: Room, event: Event) -> None:
    """Refuses everybody but these two."""
    present(room, event["by"])
    if event["by"] not in (room["leader"], room["chair"]):
        raise NotAllowed("Only the leader or the chair does this.")


def director(room: Room, event: Event) -> None:
    """The leader or the chair, if they are no guest; or `OUTSIDE`."""
    if event["by"] != OUTSIDE:
        only_leader_or_chair(room, event)
        no_guest(room, event, "A guest does not make the agenda.")


def no_guest(room: Room, event: Event, why: str) -> None:
    """Somebody here who is no guest."""
    if present(room, event["by"])["guest"]:
        raise NotAllowed(why)


def thawed(room: Room) -> None:
    """Refuses while the leader has frozen what everybody sees."""
    if room["frozen"]:
        raise NotAllowed("The images are frozen for everybody.")


def without(members: list[str], gone: str) -> list[str]:
    """The list without one member."""
    return [member for member in members if member != gone]
