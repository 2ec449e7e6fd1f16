"""The rooms that are open now: events in one order, journalled, then told to everybody.

Each open room has one task that takes what has arrived, applies it, waits for the journal once for all of it,
and only then lets anybody know. Pointers pass beside it and touch no disk.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from server.errors import Conflict, Overloaded, ServerError
from server.sessions.events import Event
from server.sessions.journal import Journal
from server.sessions.room import apply
from server.sessions.seat import Message, Seat
from server.sessions.shape import Room

log = logging.getLogger(__name__)

_MOST_TOGETHER = 128
_MOST_ARRIVED = 1024


class RunOnThread(Protocol):
    """How the hub hands waiting work to a thread: `web.workers.Workers.run`."""

    def __call__(self, work: Callable[..., Any], *args: Any) -> Awaitable[Any]: ...


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Something for the room's task: an event from a seat, a seat that comes or goes, or (no event) a resync."""

    seat: Seat
    event: Event | None
    message_id: int | None = None

    @property
    def joins(self) -> bool:
        return self.event is not None and self.event["type"] == "person/join"

    @property
    def leaves(self) -> bool:
        return self.event is not None and self.event["type"] == "person/leave"


@dataclass(slots=True)
class _OpenRoom:
    room: Room
    arrived: asyncio.Queue[_Arrival] = field(default_factory=lambda: asyncio.Queue(_MOST_ARRIVED))
    seats: list[Seat] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


class Hub:
    """All open rooms of this process. Its methods belong to the event loop."""

    def __init__(
        self, journal: Journal, run: RunOnThread, clock: Callable[[], int], most_people: int, most_waiting: int
    ) -> None:
        self._journal = journal
        self._run = run
        self._clock = clock
        self._most_people = most_people
        self._most_waiting = most_waiting
        self._rooms: dict[str, _OpenRoom] = {}
        self._opening = asyncio.Lock()

    async def begin(self, study_uids: Sequence[str], by: str) -> str:
        """Starts a session around studies; answers its id, which nobody can guess."""
        session_id: str = await self._run(self._journal.begin, study_uids, by, self._clock())
        return session_id

    async def room(self, session_id: str) -> Room:
        """The room as it is now; `NotFound` when there is no such session."""
        opened = self._rooms.get(session_id)
        if opened is not None:
            return opened.room
        room: Room = await self._run(self._journal.room, session_id)
        return room

    async def join(self, session_id: str, participant_id: str, name: str) -> Seat:
        """A seat in the room, whose first message is the welcome; `Conflict` when the room is full."""
        opened = await self._open(session_id)
        if len({seat.participant_id for seat in opened.seats} | {participant_id}) > self._most_people:
            raise Conflict("The session is full.", most_people=self._most_people)
        seat = Seat(participant_id, self._most_waiting)
        joined = self._by(seat, {"type": "person/join", "name": name})
        await opened.arrived.put(_Arrival(seat, joined))
        return seat

    async def leave(self, session_id: str, seat: Seat) -> None:
        """Gives a seat up; the person has left once their last seat has gone."""
        opened = self._rooms.get(session_id)
        if opened is not None:
            await opened.arrived.put(_Arrival(seat, self._by(seat, {"type": "person/leave"})))

    async def send(self, session_id: str, seat: Seat, event: Event, message_id: int) -> None:
        """Hands in an event of a participant; the answer comes through the seat."""
        opened = self._rooms.get(session_id)
        if opened is None:
            raise Overloaded("The session has just closed; join again.")
        await opened.arrived.put(_Arrival(seat, self._by(seat, event), message_id=message_id))

    async def resync(self, session_id: str, seat: Seat) -> None:
        """Sends the whole room to a participant who has missed something."""
        opened = self._rooms.get(session_id)
        if opened is not None:
            await opened.arrived.put(_Arrival(seat, None))

    def point(self, session_id: str, seat: Seat, pointer: Event) -> None:
        """Shows a pointer to everybody else; nothing is kept of it."""
        opened = self._rooms.get(session_id)
        for other in opened.seats if opened else ():
            if other is not seat:
                other.point({**pointer, "by": seat.participant_id})

    def close(self) -> None:
        """Ends every connection; the browsers come back by themselves once the server does."""
        for opened in self._rooms.values():
            for seat in opened.seats:
                seat.close(1012, "the server is stopping")

    def _by(self, seat: Seat, event: Event) -> Event:
        return {**event, "by": seat.participant_id, "at": self._clock()}

    async def _open(self, session_id: str) -> _OpenRoom:
        async with self._opening:
            opened = self._rooms.get(session_id)
            if opened is None:
                room: Room = await self._run(self._journal.room, session_id)
                opened = _OpenRoom(await self._run(self._cleared, room))
                opened.task = asyncio.create_task(self._serve(session_id, opened))
                self._rooms[session_id] = opened
            return opened

    def _cleared(self, room: Room) -> Room:
        """The room without those who were in it when the server stopped."""
        here = [participant_id for participant_id, person in room["people"].items() if person["here"]]
        events = [{"type": "person/leave", "by": participant_id, "at": self._clock()} for participant_id in here]
        if events:
            self._journal.append(room["session_id"], room["seq"] + 1, events)
        for event in events:
            room = apply(room, event)
        return room

    async def _serve(self, session_id: str, opened: _OpenRoom) -> None:
        """Takes what arrives until the room is empty; a room that fails is closed, to be opened afresh."""
        try:
            while True:
                together = [await opened.arrived.get()]
                while len(together) < _MOST_TOGETHER and not opened.arrived.empty():
                    together.append(opened.arrived.get_nowait())
                await self._take(opened, together)
                if not opened.seats and opened.arrived.empty():
                    return
        except Exception:
            log.exception("a session's room failed")
            for seat in opened.seats:
                seat.close(1011, "the session failed; come back to it")
        finally:
            del self._rooms[session_id]

    async def _take(self, opened: _OpenRoom, together: Sequence[_Arrival]) -> None:
        before = room = opened.room
        accepted: list[Event] = []
        outcomes: list[tuple[_Arrival, Room | ServerError]] = []
        for arrival in _without_idle_leaves(opened.seats, together):
            try:
                if arrival.event is not None:
                    room = apply(room, arrival.event)
                    accepted.append(arrival.event)
                outcomes.append((arrival, room))
            except ServerError as refusal:
                outcomes.append((arrival, refusal))
        try:
            if accepted:
                await self._run(self._journal.append, before["session_id"], before["seq"] + 1, accepted)
        except ServerError as failure:
            outcomes = [(arrival, failure) for arrival, _ in outcomes]
            room = before
        opened.room = room
        for arrival, outcome in outcomes:
            self._tell(opened, arrival, outcome)
        gone = [arrival.seat for arrival in together if arrival.leaves]
        opened.seats = [seat for seat in opened.seats if seat not in gone]

    def _tell(self, opened: _OpenRoom, arrival: _Arrival, outcome: Room | ServerError) -> None:
        seat, event = arrival.seat, arrival.event
        if isinstance(outcome, ServerError):
            if arrival.joins:
                seat.close(1013, outcome.message[:100])
            elif seat in opened.seats:
                refused = {"type": "refused", "code": outcome.code, "title": outcome.message}
                seat.send({**refused, "id": arrival.message_id})
            return
        if event is None:
            seat.send({"type": "snapshot", "room": outcome, "at": self._clock()})
            return
        for other in opened.seats:
            message_id = arrival.message_id if other is seat else None
            told: Message = {"type": "event", "seq": outcome["seq"], "id": message_id, "event": event}
            other.send(told)
        if arrival.joins:
            opened.seats.append(seat)
            welcome = {"type": "welcome", "participant_id": seat.participant_id, "room": outcome, "at": self._clock()}
            seat.send(welcome)


def _without_idle_leaves(seats: Sequence[Seat], together: Sequence[_Arrival]) -> list[_Arrival]:
    """The arrivals, but for leaves that change nothing: a person goes with the last seat that was theirs."""
    seated = list(seats)
    kept = []
    for arrival in together:
        if arrival.joins:
            seated.append(arrival.seat)
        if arrival.leaves:
            if arrival.seat not in seated:
                continue  # it never came to sit
            seated.remove(arrival.seat)
            if any(seat.participant_id == arrival.seat.participant_id for seat in seated):
                continue
        kept.append(arrival)
    return kept
