"""One subscriber's channel of the FHIRcast hub."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable

import orjson
from starlette.websockets import WebSocket

from server.access.people import Caller
from server.sessions.fhircast import SUBSCRIBER_SECONDS, Context, Message, changes, sync_error
from server.sessions.hub import Hub
from server.sessions.shape import Room
from server.sessions.subscriptions import Subscription
from server.web.sign_in import caller

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
    ) -> None:
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
            left = (self._subscription.until - _now()) / 1000
            done, _ = await asyncio.wait(both, timeout=max(0, left), return_when=asyncio.FIRST_COMPLETED)
            if not done:
                await self._say(ended(self._subscription, "the lease has ended"))
                await self._websocket.close()
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
        lease = (self._subscription.until - _now()) // 1000
        await self._say({**confirmed, "hub.events": ",".join(self._subscription.events), "hub.lease_seconds": lease})
        await self._follow(room, secrets.token_hex(8))
        while True:
            room, event = await self._happened.get()
            if event.get("hub.mode") == "denied":
                if event["for"] == self._secret:
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
                timer = asyncio.get_running_loop().call_later(SUBSCRIBER_SECONDS, self._refused, *overdue)
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


def _now() -> int:
    return time.time_ns() // 1_000_000
