"""One subscriber's channel of the FHIRcast hub."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.access.people import Caller
from server.sessions.fhircast import SUBSCRIBER_SECONDS, Context, Message, changes, sync_error
from server.sessions.hub import Hub
from server.sessions.shape import Room
from server.sessions.subscriptions import Subscription
from server.web.sign_in import caller

ALL = "*"
"""Whom something for every subscriber of a topic is for."""

_IN_GOOD_ORDER = {1000, 1001}
_MOST_WAITING = 64
"""Changes that a subscriber has not been told yet; of more, the oldest are left out, and only what is now is told."""


class Subscriber:
    """One subscriber's channel: the confirmation, the context as it is, then every change until either side ends it."""

    def __init__(
        self,
        websocket: WebSocket,
        subscription: Subscription,
        secret: str,
        hub: Hub,
        describe: Callable[[Caller, str | None], Awaitable[Context | None]],
        end: Callable[[], Awaitable[None]],
        now: Callable[[], int],
    ) -> None:
        self._end = end
        self._now = now
        self._last: Message | None = None
        self._websocket = websocket
        self._subscription = subscription
        self._secret = secret
        self._hub = hub
        self._describe = describe
        self._happened: asyncio.Queue[tuple[Room, Message]] = asyncio.Queue(_MOST_WAITING)
        self._unanswered: dict[str, tuple[Message, asyncio.TimerHandle]] = {}
        self._context: Context | None = None

    async def serve(self) -> None:
        """Tells and listens until the first of the two ends, or the lease does."""
        topic = self._subscription.topic
        room = await self._hub.watch(topic, self._hear)
        both = [asyncio.create_task(self._tell(room)), asyncio.create_task(self._listen())]
        try:
            left = (self._subscription.until - self._now()) / 1000
            done, _ = await asyncio.wait(both, timeout=max(0, left), return_when=asyncio.FIRST_COMPLETED)
            if not done:
                await self._say(ended(self._subscription, "the lease has ended"))
                await self._websocket.close()
            await self._lost(both[1])
        finally:
            for task in both:
                task.cancel()
            for _, timer in self._unanswered.values():
                timer.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            await asyncio.shield(self._hub.unwatch(topic, self._hear))

    def _hear(self, room: Room, event: Message) -> None:
        if self._happened.full():
            self._happened.get_nowait()
        self._happened.put_nowait((room, event))

    async def _tell(self, room: Room) -> None:
        confirmed = {"hub.mode": "subscribe", "hub.topic": self._subscription.topic}
        lease = (self._subscription.until - self._now()) // 1000
        await self._say({**confirmed, "hub.events": ",".join(self._subscription.events), "hub.lease_seconds": lease})
        await self._follow(room, secrets.token_hex(8))
        while True:
            room, event = await self._happened.get()
            if event.get("hub.mode") == "denied":
                if event["for"] in (self._secret, ALL):
                    await self._say({name: event[name] for name in event if name != "for"})
                    await self._websocket.close()
                    return
            elif "event" in event:
                if event["for"] != self._secret:
                    await self._say({name: event[name] for name in event if name != "for"})
            else:
                await self._follow(room, event.get("via", {}).get("event_id") or secrets.token_hex(8))

    async def _follow(self, room: Room, event_id: str) -> None:
        study_uid = study_in(room)
        before = self._context
        if study_uid == (before.study_uid if before else None):
            return
        self._context = await self._describe(caller(self._websocket), study_uid)
        for told in changes(self._subscription.topic, before, self._context, event_id, str(room["seq"])):
            if told["event"]["hub.event"] in self._subscription.events:
                await self._say(told)
                overdue = (told["id"], "The subscriber did not answer in time.")
                timer = asyncio.get_running_loop().call_later(SUBSCRIBER_SECONDS, self._unresponsive, *overdue)
                self._last = told
                self._unanswered[told["id"]] = (told, timer)

    async def _listen(self) -> None:
        while True:
            try:
                answer = orjson.loads(await self._websocket.receive_text())
            except (orjson.JSONDecodeError, KeyError):
                continue
            told, timer = (
                self._unanswered.get(str(answer.get("id")), (None, None)) if isinstance(answer, dict) else (None,) * 2
            )
            if told is None or timer is None:
                continue
            if str(answer.get("status", "")).startswith("2"):
                timer.cancel()
                del self._unanswered[told["id"]]
            else:
                self._refused(told["id"], f"The subscriber answered {str(answer.get('status'))[:40]}.")

    def _refused(self, event_id: str, why: str) -> None:
        """All others hear that this one did not follow."""
        if event_id not in self._unanswered:
            return
        told, timer = self._unanswered.pop(event_id)
        timer.cancel()
        error = sync_error(self._subscription.topic, secrets.token_hex(8), told, self._subscription.name, why)
        telling = self._hub.tell_watchers(self._subscription.topic, error | {"for": self._secret})
        self._telling = asyncio.ensure_future(telling)

    def _unresponsive(self, event_id: str, why: str) -> None:
        """All others hear of it, and this one is unsubscribed (2.5, hub generated SyncError events)."""
        self._refused(event_id, why)
        self._ending = asyncio.ensure_future(self._send_away())

    async def _send_away(self) -> None:
        await self._end()
        denied = ended(self._subscription, "the subscriber does not answer") | {"for": self._secret}
        await self._hub.tell_watchers(self._subscription.topic, denied)

    async def _lost(self, listening: "asyncio.Task[None]") -> None:
        """All others hear of a connection that broke, and of none that was closed in good order (2.5)."""
        error = listening.exception() if listening.done() and not listening.cancelled() else None
        if isinstance(error, WebSocketDisconnect) and error.code not in _IN_GOOD_ORDER and self._last is not None:
            why = "The subscriber's connection was lost."
            told = sync_error(self._subscription.topic, secrets.token_hex(8), self._last, self._subscription.name, why)
            await self._hub.tell_watchers(self._subscription.topic, told | {"for": self._secret})

    async def _say(self, message: Message) -> None:
        await self._websocket.send_text(orjson.dumps(message).decode())


def study_in(room: Room) -> str | None:
    """The study that everybody looks at; none while the session does not say whose images these are."""
    image = room["viewports"][room["active_viewport"]]["image"]
    return None if image is None or room["anonymous"] else image["study_uid"]


def ended(subscription: Subscription, reason: str) -> Message:
    """That a subscription is over, and why (2.4.4)."""
    events = ",".join(subscription.events)
    return {"hub.mode": "denied", "hub.topic": subscription.topic, "hub.events": events, "hub.reason": reason}
