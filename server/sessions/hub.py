"""The rooms that are open in this process, and what passes between them, their people and other processes."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Coroutine, Sequence

from server.errors import Conflict, Overloaded
from server.sessions.backplane import Backplane, InProcess, News
from server.sessions.events import Event
from server.sessions.journal import Journal
from server.sessions.open_room import REMOVED, Arrival, OpenRoom, RunOnThread, Watcher
from server.sessions.seat import Message, Seat, told
from server.sessions.shape import Room
from server.sessions.standing import OUTSIDE

ROLL_CALL_SECONDS = 0.3
BEAT_SECONDS = 2.0
LOST_SECONDS = 7.0
"""A process not heard of for so long is gone, and its people with it."""


class Hub:
    """All open rooms of this process. Its methods belong to the event loop."""

    def __init__(
        self,
        journal: Journal,
        run: RunOnThread,
        clock: Callable[[], int],
        most_people: int,
        most_waiting: int,
        backplane: Backplane | None = None,
    ) -> None:
        self._journal = journal
        self._run = run
        self._clock = clock
        self._most_people = most_people
        self._most_waiting = most_waiting
        self._backplane = backplane or InProcess()
        self._process = secrets.token_hex(8)
        self._rooms: dict[str, OpenRoom] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening = asyncio.Lock()
        self._has_had_company = False

    async def start(self) -> None:
        """Connects to the other processes, if there can be any."""
        await self._backplane.open(self._hear)
        self._keep(self._beat())

    async def stop(self) -> None:
        """Lets go of the other processes."""
        for task in self._tasks:
            task.cancel()
        await self._backplane.close()

    def close(self) -> None:
        """Ends every connection; the browsers come back by themselves once the server does."""
        for opened in self._rooms.values():
            for seat in opened.seats:
                seat.close(1012, "the server is stopping")

    def seated(self) -> int:
        """How many connections of participants this process holds."""
        return sum(len(opened.seats) for opened in self._rooms.values())

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

    async def join(
        self, session_id: str, participant_id: str, name: str, discipline: str = "other", guest: bool = False
    ) -> Seat:
        """A seat in the room, whose first message is the welcome; `Conflict` when the room is full."""
        opened = await self._open(session_id)
        elsewhere = {who for _, seated in opened.elsewhere.values() for who in seated}
        if len({seat.participant_id for seat in opened.seats} | elsewhere | {participant_id}) > self._most_people:
            raise Conflict("The session is full.", most_people=self._most_people)
        seat = Seat(participant_id, self._most_waiting)
        joined = {"type": "person/join", "name": name, "discipline": discipline, "guest": guest}
        await opened.arrived.put(Arrival(seat, self._by(participant_id, joined)))
        return seat

    async def leave(self, session_id: str, seat: Seat) -> None:
        """Gives a seat up; the person has left once their last seat has gone."""
        opened = self._rooms.get(session_id)
        if opened is not None:
            await opened.arrived.put(Arrival(seat, self._by(seat.participant_id, {"type": "person/leave"})))

    async def send(self, session_id: str, seat: Seat, event: Event, message_id: int) -> None:
        """Hands in an event of a participant; the answer comes through the seat."""
        opened = self._rooms.get(session_id)
        if opened is None:
            raise Overloaded("The session has just closed; join again.")
        await opened.arrived.put(Arrival(seat, self._by(seat.participant_id, event), message_id))

    async def resync(self, session_id: str, seat: Seat) -> None:
        """Sends the whole room to a participant who has missed something."""
        opened = self._rooms.get(session_id)
        if opened is not None:
            await opened.arrived.put(Arrival(seat))

    def beat(self, session_id: str, seat: Seat) -> None:
        """A sign of life for whoever asks: the number of the room's last event."""
        opened = self._rooms.get(session_id)
        if opened is not None:
            seat.show(told({"type": "beat", "seq": opened.room["seq"]}))

    async def show(self, session_id: str, seat: Seat, fleeting: Event) -> None:
        """Shows a pointer, a look-here or a looking to everybody else; nothing is kept of it."""
        opened = self._rooms.get(session_id)
        if opened is None:
            return
        shown = {**fleeting, "by": seat.participant_id}
        opened.show(shown, but=seat)
        if not self._backplane.alone:
            await self._publish("fleeting", session_id, message=shown)

    async def watch(self, session_id: str, watcher: Watcher) -> Room:
        """Lets somebody hear of a room without sitting in it; answers the room as it is now."""
        opened = await self._open(session_id)
        opened.watchers.append(watcher)
        return opened.room

    async def unwatch(self, session_id: str, watcher: Watcher) -> None:
        """Nothing more is heard; a room without anybody is closed."""
        opened = self._rooms.get(session_id)
        if opened is not None and watcher in opened.watchers:
            opened.watchers.remove(watcher)
            await opened.arrived.put(Arrival(None, news=(opened.room["seq"] + 1, [])))

    async def tell_watchers(self, session_id: str, message: Message) -> None:
        """Tells all who watch the room something that is none of its events."""
        self._tell_watchers(session_id, message)
        if not self._backplane.alone:
            await self._publish("watchers", session_id, message=message)

    def _tell_watchers(self, session_id: str, message: Message) -> None:
        opened = self._rooms.get(session_id)
        for watcher in list(opened.watchers) if opened else []:
            watcher(opened.room, message)  # type: ignore[union-attr]

    async def drive(self, session_id: str, event: Event) -> Room:
        """Does something in the leader's stead; raises what the room answers, and `Conflict` when nobody leads."""
        opened = self._rooms.get(session_id)
        leader = opened.room["leader"] if opened else None
        if opened is None or leader is None or not opened.room["people"][leader]["here"]:
            raise Conflict("Nobody leads this session now.")
        return await self._answered(opened, self._by(leader, event))

    async def prepare(self, session_id: str, event: Event) -> Room:
        """Does something for the agenda on behalf of somebody who need not sit there; raises what the room answers."""
        opened = await self._open(session_id)
        return await self._answered(opened, self._by(OUTSIDE, event))

    async def _answered(self, opened: OpenRoom, event: Event) -> Room:
        answer: asyncio.Future[Room] = asyncio.get_running_loop().create_future()
        await opened.arrived.put(Arrival(None, event, answer=answer))
        return await answer

    async def show_out_guests(self, session_id: str) -> None:
        """Ends the connections of all guests, wherever they sit."""
        self._show_out(session_id)
        if not self._backplane.alone:
            await self._publish("guests-out", session_id)

    def _show_out(self, session_id: str) -> None:
        opened = self._rooms.get(session_id)
        for seat in opened.seats if opened else []:
            person = opened.room["people"].get(seat.participant_id) if opened else None
            if person is not None and person["guest"]:
                seat.close(REMOVED, "Guests are no longer invited to this session.")

    def _by(self, participant_id: str, event: Event) -> Event:
        return {**event, "by": participant_id, "at": self._clock()}

    async def _open(self, session_id: str) -> OpenRoom:
        async with self._opening:
            opened = self._rooms.get(session_id)
            if opened is None:
                room: Room = await self._run(self._journal.room, session_id)

                async def tell_others(first: int, events: Sequence[Event]) -> None:
                    if not self._backplane.alone:
                        await self._publish("events", session_id, first=first, events=list(events))

                opened = OpenRoom(room, self._journal, self._run, self._clock, tell_others)
                self._rooms[session_id] = opened
                if not self._backplane.alone:
                    await self._publish("roll-call", session_id)
                    await asyncio.sleep(ROLL_CALL_SECONDS)
                    opened.arrived.put_nowait(Arrival(None, news=(room["seq"] + 1, [])))
                self._clear(opened, [who for who, person in room["people"].items() if person["here"]])
                self._keep(self._serve(session_id, opened))
            return opened

    async def _serve(self, session_id: str, opened: OpenRoom) -> None:
        try:
            await opened.serve()
        finally:
            del self._rooms[session_id]
            if not self._backplane.alone:
                await self._publish("seated", session_id, people=[])

    def _clear(self, opened: OpenRoom, people: Sequence[str]) -> None:
        """Has those leave whose server has gone without saying so."""
        seated = {seat.participant_id for seat in opened.seats}
        for who in people:
            if who not in seated and not opened.is_elsewhere(who):
                with contextlib.suppress(asyncio.QueueFull):
                    opened.arrived.put_nowait(Arrival(None, self._by(who, {"type": "person/leave"})))

    def _hear(self, news: News) -> None:
        """News from another process; of rooms that nobody here sits in, none is needed."""
        opened = self._rooms.get(str(news.get("session_id")))
        if opened is None or news.get("process") == self._process:
            return
        match news["kind"]:
            case "events":
                came = {event["by"] for event in news.get("events") or [] if event["type"] == "person/join"}
                if came:
                    _, seated = opened.elsewhere.get(news["process"], (0, frozenset()))
                    opened.elsewhere[news["process"]] = (_now(), seated | came)
                with contextlib.suppress(asyncio.QueueFull):
                    opened.arrived.put_nowait(Arrival(None, news=(news["first"], news.get("events") or [])))
            case "fleeting":
                opened.show(news["message"])
            case "seated":
                opened.elsewhere[news["process"]] = (_now(), frozenset(news["people"]))
            case "watchers":
                self._tell_watchers(news["session_id"], news["message"])
            case "guests-out":
                self._show_out(news["session_id"])
            case "roll-call":
                self._keep(self._answer_roll_call(news["session_id"], opened))

    async def _answer_roll_call(self, session_id: str, opened: OpenRoom) -> None:
        people = sorted({seat.participant_id for seat in opened.seats})
        await self._publish("seated", session_id, people=people)

    async def _beat(self) -> None:
        """Says now and then who sits here, and finds out who is heard of no more."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._has_had_company = self._has_had_company or not self._backplane.alone
            if not self._has_had_company:
                continue
            for session_id, opened in list(self._rooms.items()):
                await self._answer_roll_call(session_id, opened)
                lost = [process for process, (at, _) in opened.elsewhere.items() if _now() - at > LOST_SECONDS]
                people = {who for process in lost for who in opened.elsewhere.pop(process)[1]}
                self._clear(opened, sorted(people | opened.unseen_since(_now(), LOST_SECONDS)))
                with contextlib.suppress(asyncio.QueueFull):  # whatever the backplane has lost
                    opened.arrived.put_nowait(Arrival(None, news=(opened.room["seq"] + 1, [])))

    async def _publish(self, kind: str, session_id: str, **facts: object) -> None:
        await self._backplane.publish({"kind": kind, "session_id": session_id, "process": self._process, **facts})

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _now() -> float:
    return asyncio.get_running_loop().time()
