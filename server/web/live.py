"""Taking part in a session, over a WebSocket."""

import asyncio
import hashlib
import re
import time
from collections.abc import Callable

import orjson
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.access.policy import Action
from server.errors import Malformed, ServerError
from server.sessions.events import (
    Event,
    discipline,
    parse,
    parse_look_here,
    parse_looking,
    parse_pointer,
    person_name,
)
from server.sessions.hub import Hub
from server.sessions.seat import Seat, told
from server.studies.share import Share
from server.web.guests import GUEST
from server.web.problems import problem
from server.web.rights_watch import RightsWatch
from server.web.sign_in import caller
from server.web.workers import Workers

LONGEST_MESSAGE = 16_384
HELLO_SECONDS = 10
MOST_MESSAGES = 150
"""Messages a second from one connection, in the long run; for a moment it may send four times as many."""

_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")
_POLICY_VIOLATION = 1008


class Live:
    """The sessions' face to browsers."""

    def __init__(self, hub: Hub, share: Share, workers: Workers) -> None:
        self._rights = RightsWatch(hub, share, workers)
        self._hub = hub
        self._share = share
        self._workers = workers

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        return [
            WebSocketRoute("/sessions/{session_id}/live", self.live),
        ]

    async def live(self, websocket: WebSocket) -> None:
        """Takes part in a session until either side ends it."""
        session_id = websocket.path_params["session_id"]
        try:
            room = await self._hub.room(session_id)
            await self._workers.run(self._share.require, caller(websocket), Action.JOIN, room["study_uids"])
        except ServerError as error:
            await websocket.send_denial_response(problem(error.code, error.message))
            return
        await websocket.accept()
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                participant_id, name, what = _hello(await _message(websocket), session_id)
            seat = await self._hub.join(session_id, participant_id, name, what, bool(websocket.scope.get(GUEST)))
        except (ServerError, TimeoutError) as error:
            reason = error.message if isinstance(error, ServerError) else "no hello came in time"
            await websocket.close(_POLICY_VIOLATION, reason[:120])
            return
        except WebSocketDisconnect:
            return
        try:
            with self._rights.over(session_id, websocket, seat):
                await self._take_part(websocket, session_id, seat)
        finally:
            await asyncio.shield(self._hub.leave(session_id, seat))

    async def _take_part(self, websocket: WebSocket, session_id: str, seat: Seat) -> None:
        """Reads and writes side by side until the first of them ends."""
        both = [
            asyncio.create_task(self._read(websocket, session_id, seat)),
            asyncio.create_task(_write(websocket, seat)),
        ]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)

    async def _read(self, websocket: WebSocket, session_id: str, seat: Seat) -> None:
        pace = _Pace()
        try:
            while True:
                message = await _message(websocket)
                pace.count()
                kind = message.get("type")
                if kind == "event":
                    await self._event(websocket, session_id, seat, message)
                elif kind == "resync":
                    await self._hub.resync(session_id, seat)
                elif kind == "beat":
                    self._hub.beat(session_id, seat)
                elif isinstance(kind, str) and kind in _FLEETING:
                    await self._hub.show(session_id, seat, _FLEETING[kind](message))
                else:
                    raise Malformed("A message is an event, a resync, a beat, a pointer, a look-here or a looking.")
        except WebSocketDisconnect:
            return
        except ServerError as error:
            await websocket.close(_POLICY_VIOLATION, error.message[:120])

    async def _event(self, websocket: WebSocket, session_id: str, seat: Seat, message: dict[str, object]) -> None:
        message_id = message.get("id")
        if isinstance(message_id, bool) or not isinstance(message_id, int):
            raise Malformed("An event needs a number as its id.")
        event = parse(message.get("event"))
        if "study_uids" in event:
            try:
                await self._workers.run(self._share.require, caller(websocket), Action.SHARE, event["study_uids"])
            except ServerError as refusal:
                refused = {"type": "refused", "id": message_id, "code": refusal.code, "title": refusal.message}
                seat.send(told(refused))
                return
        await self._hub.send(session_id, seat, event, message_id)


class _Pace:
    """Ends a connection that sends far more than a hand can."""

    def __init__(self) -> None:
        self._left = 4.0 * MOST_MESSAGES
        self._at = time.monotonic()

    def count(self) -> None:
        """One more message; `Malformed` when it is one too many."""
        now = time.monotonic()
        self._left = min(4.0 * MOST_MESSAGES, self._left + (now - self._at) * MOST_MESSAGES) - 1
        self._at = now
        if self._left < 0:
            raise Malformed(f"A participant sends {MOST_MESSAGES} messages a second at most.")


_FLEETING: dict[str, Callable[[object], Event]] = {
    "pointer": parse_pointer,
    "look-here": parse_look_here,
    "looking": parse_looking,
}


async def _write(websocket: WebSocket, seat: Seat) -> None:
    while (message := await seat.next()) is not None:
        await websocket.send_text(message.text)
    if seat.closed_because is not None:
        await websocket.close(*seat.closed_because)


async def _message(websocket: WebSocket) -> dict[str, object]:
    try:
        text = await websocket.receive_text()
    except KeyError as error:  # what Starlette makes of a binary message
        raise Malformed("A message is text, not binary.") from error
    if len(text) > LONGEST_MESSAGE:
        raise Malformed(f"A message has {LONGEST_MESSAGE} characters at most.")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed("A message is JSON.") from error
    if not isinstance(message, dict):
        raise Malformed("A message is a JSON object.")
    return message


def _hello(message: dict[str, object], session_id: str) -> tuple[str, str, str]:
    """Who joins, under which name and as what; the id is the same for the same key, and does not give the key away."""
    key = message.get("key")
    if message.get("type") != "hello" or not isinstance(key, str) or not _KEY.fullmatch(key):
        raise Malformed("The first message is a hello with a key of 22 to 64 characters and a name.")
    participant_id = hashlib.sha256(f"{session_id}/{key}".encode()).hexdigest()[:16]
    return participant_id, person_name(message.get("name")), discipline(message.get("discipline"))
