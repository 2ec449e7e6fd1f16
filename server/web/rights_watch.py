"""Rights withdrawn while people look: whoever may no longer see a session's studies is out within seconds."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Iterator

from starlette.websockets import WebSocket

from server.access.people import Caller
from server.access.policy import Action
from server.errors import ServerError
from server.sessions.hub import Hub
from server.sessions.seat import Seat
from server.studies.share import Share
from server.web.sign_in import caller
from server.web.workers import Workers

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
NO_RIGHT = 4403
"""A close code of our own (RFC 6455 7.4.2): the person behind this connection may no longer see what it shows."""


class RightsWatch:
    """Asks again and again, for everybody who sits in a session, what was asked when they came in."""

    def __init__(self, hub: Hub, share: Share, workers: Workers) -> None:
        self._hub = hub
        self._share = share
        self._workers = workers
        self._seats: dict[Seat, tuple[str, WebSocket]] = {}
        self._watching: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def over(self, session_id: str, websocket: WebSocket, seat: Seat) -> Iterator[None]:
        """Watches over a connection as long as it lasts."""
        self._seats[seat] = (session_id, websocket)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        try:
            yield
        finally:
            del self._seats[seat]

    async def _watch(self) -> None:
        while self._seats:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except ServerError:
                log.exception("the rights of people in sessions could not be asked")

    async def look(self) -> None:
        """One look: studies that are gone leave their sessions, people who may not see the others leave too."""
        people: dict[tuple[str, str], tuple[Caller, list[Seat]]] = {}
        sessions: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for seat, (session_id, websocket) in self._seats.items():
            person = caller(websocket)
            key = (session_id, person.person_id)
            if key not in people:
                people[key] = (person, [])
                sessions[session_id].append(key)
            people[key][1].append(seat)
        for session_id, keys in sessions.items():
            room = await self._hub.room(session_id)
            gone = await self._workers.run(self._share.gone, room["study_uids"])
            if gone:
                room = await self._hub.prepare(session_id, {"type": "studies/withdraw", "study_uids": gone})
            for key in keys:
                person, seats = people[key]
                if not await self._workers.run(self._share.allows, person, Action.JOIN, room["study_uids"]):
                    for seat in seats:
                        seat.close(NO_RIGHT, "Your right to see these images has ended.")
