"""One open room: takes what arrives, writes it to the journal, and only then lets anybody know.

Everything that changes the room passes through one task. When another process has written meanwhile, this one catches
up and tries again: the journal's numbers are the order for all.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from server.errors import NotAllowed, Overloaded, ServerError
from server.sessions.events import Event
from server.sessions.journal import SNAPSHOT_EVERY, Behind, Journal
from server.sessions.room import apply
from server.sessions.seat import Message, Seat, told
from server.sessions.shape import Room

log = logging.getLogger(__name__)

REMOVED = 1008
_MOST_TOGETHER = 128
_MOST_ARRIVED = 1024
_MOST_TRIES = 50


class RunOnThread(Protocol):
    """How waiting work is handed to a thread: `web.workers.Workers.run`."""

    def __call__(self, work: Callable[..., Any], *args: Any) -> Awaitable[Any]: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something for the room's task: an event (of a seat, or of nobody here), a resync, or news from elsewhere."""

    seat: Seat | None
    event: Event | None = None
    message_id: int | None = None
    news: tuple[int, list[Event]] | None = None
    answer: "asyncio.Future[Room] | None" = None

    @property
    def joins(self) -> bool:
        return self.event is not None and self.event["type"] == "person/join"

    @property
    def leaves(self) -> bool:
        return self.event is not None and self.event["type"] == "person/leave"


Watcher = Callable[[Room, Event | Message], None]
"""Hears of a room without sitting in it: every event that has happened, and what is told to watchers alone."""


class OpenRoom:
    """A room that people of this process sit in."""

    def __init__(
        self,
        room: Room,
        journal: Journal,
        run: RunOnThread,
        clock: Callable[[], int],
        tell_others: Callable[[int, Sequence[Event]], Awaitable[None]],
    ) -> None:
        self.room = room
        self.arrived: asyncio.Queue[Arrival] = asyncio.Queue(_MOST_ARRIVED)
        self.seats: list[Seat] = []
        self.watchers: list[Watcher] = []
        self.elsewhere: dict[str, tuple[float, frozenset[str]]] = {}
        """By process: when it was last heard of, and whom it has in this room."""
        self.looking: dict[str, Message] = {}
        self._unseen: dict[str, float] = {}
        self._journal = journal
        self._run = run
        self._clock = clock
        self._tell_others = tell_others
        self._kept = room["seq"]

    def is_elsewhere(self, participant_id: str) -> bool:
        """Whether another process has this person in the room."""
        return any(participant_id in seated for _, seated in self.elsewhere.values())

    def unseen_since(self, now: float, seconds: float) -> set[str]:
        """Those whom the room has and no process has had for so long: theirs died before it could tell of them."""
        seated = {seat.participant_id for seat in self.seats}
        here = {who for who, person in self.room["people"].items() if person["here"]}
        unseen = {who for who in here - seated if not self.is_elsewhere(who)}
        self._unseen = {who: self._unseen.get(who, now) for who in unseen}
        return {who for who, since in self._unseen.items() if now - since > seconds}

    async def serve(self) -> None:
        """Takes what arrives until nobody sits here; a room that fails is closed, to be opened afresh."""
        try:
            while True:
                together = [await self.arrived.get()]
                while len(together) < _MOST_TOGETHER and not self.arrived.empty():
                    together.append(self.arrived.get_nowait())
                await self._take(together)
                if self.room["seq"] - self._kept >= SNAPSHOT_EVERY:
                    await self._run(self._journal.keep, self.room)
                    self._kept = self.room["seq"]
                if not self.seats and not self.watchers and self.arrived.empty():
                    return
        except Exception:
            log.exception("a session's room failed")
            for seat in self.seats:
                seat.close(1011, "the session failed; come back to it")

    def show(self, fleeting: Message, but: Seat | None = None) -> None:
        """Passes something fleeting on to everybody here."""
        if fleeting["type"] == "looking":
            self.looking[fleeting["by"]] = fleeting
        message = told(fleeting)
        for seat in self.seats:
            if seat is not but:
                seat.show(message)

    async def _take(self, together: Sequence[Arrival]) -> None:
        for arrival in together:
            if arrival.news is not None:
                await self._hear_of(*arrival.news)
        own = [arrival for arrival in together if arrival.news is None]
        own = _without_idle_leaves(self, own)
        for _ in range(_MOST_TRIES):
            room, accepted, outcomes = self._applied(own)
            try:
                if accepted:
                    await self._run(self._journal.append, room["session_id"], self.room["seq"] + 1, accepted)
                break
            except Behind:
                await self._catch_up()
            except ServerError as failure:
                room, accepted, outcomes = self.room, [], [(arrival, failure) for arrival in own]
                break
        else:
            busy = Overloaded("Too many servers write in this session at once.")
            room, accepted, outcomes = self.room, [], [(arrival, busy) for arrival in own]
        first, self.room = self.room["seq"] + 1, room
        for arrival, outcome in outcomes:
            self._tell(arrival, outcome)
        gone = [arrival.seat for arrival in together if arrival.leaves]
        self.seats = [seat for seat in self.seats if seat not in gone]
        if accepted:
            await self._tell_others(first, accepted)

    def _applied(
        self, arrivals: Sequence[Arrival]
    ) -> tuple[Room, list[Event], list[tuple[Arrival, Room | ServerError]]]:
        room = self.room
        accepted: list[Event] = []
        outcomes: list[tuple[Arrival, Room | ServerError]] = []
        for arrival in arrivals:
            try:
                if arrival.event is not None:
                    room = apply(room, arrival.event)
                    accepted.append(arrival.event)
                outcomes.append((arrival, room))
            except ServerError as refusal:
                outcomes.append((arrival, refusal))
        return room, accepted, outcomes

    async def _hear_of(self, first: int, events: Sequence[Event]) -> None:
        """Events that another process has written: taken when they follow on, else read from the journal."""
        if first <= self.room["seq"] + 1 and events:
            for event in events[self.room["seq"] + 1 - first :]:
                self._happen(event)
        else:
            await self._catch_up()

    async def _catch_up(self) -> None:
        for event in await self._run(self._journal.events, self.room["session_id"], self.room["seq"]):
            self._happen(event)

    def _happen(self, event: Event) -> None:
        self.room = apply(self.room, event)
        self._announce(self.room["seq"], event)

    def _announce(self, seq: int, event: Event, sender: Seat | None = None, message_id: int | None = None) -> None:
        message = {"type": "event", "seq": seq, "id": None, "event": event}
        everybody = told(message)
        for seat in self.seats:
            seat.send(told({**message, "id": message_id}) if seat is sender else everybody)
            if event["type"] == "person/remove" and seat.participant_id == event["who"]:
                seat.close(REMOVED, "The chair has closed this session for you.")
        for watcher in self.watchers:
            watcher(self.room, event)
        if event["type"] == "person/leave":
            self.looking.pop(event["by"], None)

    def _tell(self, arrival: Arrival, outcome: Room | ServerError) -> None:
        seat, event = arrival.seat, arrival.event
        if arrival.answer is not None and not arrival.answer.done():
            if isinstance(outcome, ServerError):
                arrival.answer.set_exception(outcome)
            else:
                arrival.answer.set_result(outcome)
        if isinstance(outcome, ServerError):
            if seat is not None and arrival.joins:
                seat.close(REMOVED if isinstance(outcome, NotAllowed) else 1013, outcome.message[:100])
            elif seat is not None and seat in self.seats:
                refused = {"type": "refused", "code": outcome.code, "title": outcome.message}
                seat.send(told({**refused, "id": arrival.message_id}))
            return
        if event is None:
            if seat is not None:
                seat.send(told({"type": "snapshot", "room": outcome, "at": self._clock()}))
            return
        self._announce(outcome["seq"], event, seat, arrival.message_id)
        if seat is not None and arrival.joins:
            self.seats.append(seat)
            welcome = {"type": "welcome", "participant_id": seat.participant_id, "room": outcome, "at": self._clock()}
            seat.send(told(welcome))
            for fleeting in self.looking.values():
                seat.show(told(fleeting))


def _without_idle_leaves(opened: OpenRoom, together: Sequence[Arrival]) -> list[Arrival]:
    """The arrivals, but for leaves that change nothing: a person goes with the last seat that was theirs."""
    seated = list(opened.seats)
    kept = []
    for arrival in together:
        if arrival.joins and arrival.seat is not None:
            seated.append(arrival.seat)
        if arrival.leaves and arrival.event is not None:
            if arrival.seat is not None and arrival.seat not in seated:
                continue  # it never came to sit
            if arrival.seat is not None:
                seated.remove(arrival.seat)
            who = arrival.event["by"]
            if any(seat.participant_id == who for seat in seated) or opened.is_elsewhere(who):
                continue
        kept.append(arrival)
    return kept
