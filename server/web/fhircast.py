"""The FHIRcast 3.0 hub at `/api/fhircast`: every session is a topic that other applications follow and drive."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.access.people import Caller
from server.access.policy import Action
from server.dicom.resources import StudyRef
from server.errors import Conflict, Malformed, NotAllowed, NotFound, NotSignedIn, ServerError, UnsupportedMedia
from server.sessions.events import person_name
from server.sessions.fhircast import (
    EVENTS,
    Context,
    Message,
    Wish,
    context_of,
    current,
    sync_error_in,
    wish_in,
)
from server.sessions.fields import whole
from server.sessions.hub import Hub
from server.sessions.shape import Image, Room
from server.sessions.subscriptions import Subscriptions
from server.sessions.tokens import LONGEST_SECONDS, Token, Tokens, scopes_in
from server.studies.retrieve import Retrieve
from server.studies.share import Share
from server.web.fhircast_channel import ALL, Subscriber, ended, study_in
from server.web.problems import problem
from server.web.sign_in import caller
from server.web.workers import Workers

LEASE_SECONDS = 7200
LONGEST_LEASE_SECONDS = 86_400
_FORM = "application/x-www-form-urlencoded"


class Fhircast:
    """The hub's face: subscriptions, requests, the current context, and the channel of each subscriber."""

    def __init__(
        self,
        hub: Hub,
        subscriptions: Subscriptions,
        tokens: Tokens,
        share: Share,
        retrieve: Retrieve,
        workers: Workers,
        now: Callable[[], int],
    ) -> None:
        """`now` answers ms since 1970, by which tokens and leases expire."""
        self._hub = hub
        self._tokens = tokens
        self._subscriptions = subscriptions
        self._share = share
        self._retrieve = retrieve
        self._workers = workers
        self._now = now

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`; `/api/fhircast` is the hub.url."""
        return [
            Route("/fhircast/.well-known/fhircast-configuration", self.configuration, methods=["GET"]),
            Route("/fhircast", self.post, methods=["POST"]),
            Route("/fhircast/{topic}", self.context, methods=["GET"]),
            Route("/sessions/{topic}/fhircast-tokens", self.make_token, methods=["POST"]),
            Route("/sessions/{topic}/fhircast-tokens", self.withdraw_tokens, methods=["DELETE"]),
            WebSocketRoute("/fhircast/channels/{secret}", self.channel),
        ]

    async def configuration(self, _request: Request) -> Response:
        """What this hub can (2.7)."""
        return _json({
            "eventsSupported": list(EVENTS), "websocketSupport": True, "fhircastVersion": "3.0.0",
            "getCurrentSupport": True, "fhirVersion": "R4",
        })  # fmt: skip

    async def context(self, request: Request) -> Response:
        """The most recent open event that no close has followed (2.9)."""
        topic = request.path_params["topic"]
        token = await self._token(request, topic)
        if token is not None and not any(token.allows(event, "read") for event in EVENTS):
            raise NotAllowed("This token reads no event of this hub.")
        room = await self._room(caller(request), topic)
        return _json(current(await self._context(caller(request), study_in(room)), str(room["seq"])))

    async def make_token(self, request: Request) -> Response:
        """A token for another application: `{"scope": "fhircast/ImagingStudy-open.read", "expires_in": 3600}`."""
        topic = request.path_params["topic"]
        try:
            said = orjson.loads(await request.body())
        except orjson.JSONDecodeError as error:
            raise Malformed("The body is JSON with a scope.") from error
        wanted = said if isinstance(said, dict) else {}
        scopes = scopes_in(wanted.get("scope"))
        seconds = whole(1, LONGEST_SECONDS)(wanted.get("expires_in", LEASE_SECONDS), "expires_in")
        room = await self._hub.room(topic)
        person = caller(request)
        await self._workers.run(self._share.require, person, Action.SHARE, room["study_uids"])
        token = Token(topic, scopes, self._now() + 1000 * seconds)
        secret = await self._workers.run(self._tokens.make, token, person.person_id, self._now())
        hub = f"{request.url.scheme}://{request.url.netloc}/api/fhircast"
        told = {"access_token": secret, "token_type": "Bearer", "expires_in": seconds, "scope": " ".join(scopes)}
        return _json({**told, "hub.url": hub, "hub.topic": topic}, 201)

    async def withdraw_tokens(self, request: Request) -> Response:
        """No token for the session is worth anything any more, and those who subscribed are sent away."""
        topic = request.path_params["topic"]
        room = await self._hub.room(topic)
        await self._workers.run(self._share.require, caller(request), Action.SHARE, room["study_uids"])
        await self._workers.run(self._tokens.withdraw, topic)
        await self._workers.run(self._subscriptions.end_all, topic)
        reason = {"hub.mode": "denied", "hub.topic": topic, "hub.events": "", "hub.reason": "the tokens are withdrawn"}
        await self._hub.tell_watchers(topic, reason | {"for": ALL})
        return Response(status_code=204)

    async def _token(self, request: Request, topic: str) -> Token | None:
        """The token that a request comes with, which is for this topic; None for one of our own pages."""
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if not kind:
            return None
        if kind.lower() != "bearer":
            raise NotSignedIn("The hub takes a Bearer token.")
        token: Token = await self._workers.run(self._tokens.of, secret.strip(), self._now())
        if token.topic != topic:
            raise NotFound("There is no such session.")
        return token

    async def post(self, request: Request) -> Response:
        """A subscription, its end, or a request to change the context, by its media type."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await request.body()
        if kind == _FORM:
            return await self._subscription(request, body)
        if kind in {"application/json", "application/fhir+json"}:
            return await self._request(request, body)
        raise UnsupportedMedia(
            "A subscription is a form, a request is JSON.", available=[_FORM, "application/fhir+json"]
        )

    async def _subscription(self, request: Request, body: bytes) -> Response:
        try:
            form = {name: values[-1] for name, values in parse_qs(body.decode(), max_num_fields=20).items()}
        except ValueError as error:
            raise Malformed("The form cannot be read.") from error
        if form.get("hub.channel.type") != "websocket":
            raise Malformed("hub.channel.type is websocket.")
        topic = form.get("hub.topic", "")
        token = await self._token(request, topic)
        await self._room(caller(request), topic)
        if form.get("hub.mode") == "unsubscribe":
            secret = form.get("hub.channel.endpoint", "").rpartition("/")[2]
            found = await self._workers.run(self._subscriptions.of, secret, self._now())
            await self._workers.run(self._subscriptions.end, secret)
            await self._hub.tell_watchers(topic, ended(found, "unsubscribed") | {"for": secret})
            return _json({}, 202)
        if form.get("hub.mode") != "subscribe":
            raise Malformed("hub.mode is subscribe or unsubscribe.")
        events = tuple(_events(form.get("hub.events", "")))
        unread = [
            name for name in events if token is not None and name != "SyncError" and not token.allows(name, "read")
        ]
        if unread:
            raise NotAllowed("The token does not read these events.", events=unread)
        name = person_name(form.get("subscriber.name", "unnamed"))
        until = self._now() + 1000 * _lease(form.get("hub.lease_seconds", str(LEASE_SECONDS)))
        until = min(until, token.until) if token is not None else until
        secret = await self._workers.run(self._subscriptions.add, topic, events, name, self._now(), until)
        scheme = "wss" if request.url.scheme == "https" else "ws"
        return _json({"hub.channel.endpoint": f"{scheme}://{request.url.netloc}/api/fhircast/channels/{secret}"}, 202)

    async def _request(self, request: Request, body: bytes) -> Response:
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Malformed("A request is JSON.") from error
        error_told = sync_error_in(said)
        if error_told is not None:
            return await self._pass_on(request, error_told)
        wish = wish_in(said)
        await self._may_write(request, wish.topic, wish.event)
        person = caller(request)
        room = await self._room(person, wish.topic)
        wish = replace(wish, study_uid=wish.study_uid or await self._study_of(person, room, wish))
        image = await self._workers.run(self._first_image, person, wish.study_uid)
        via = {"event_id": wish.event_id}
        if wish.study_uid not in room["study_uids"]:
            await self._workers.run(self._share.require, person, Action.SHARE, [wish.study_uid])
            await self._hub.drive(wish.topic, {"type": "studies/add", "study_uids": [wish.study_uid], "via": via})
        shown = {"type": "image/set", "viewport": room["active_viewport"], "image": image, "via": via}
        await self._hub.drive(wish.topic, shown)
        return _json({}, 202)

    async def _may_write(self, request: Request, topic: str, event: str) -> None:
        token = await self._token(request, topic)
        if token is not None and not token.allows(event, "write"):
            raise NotAllowed("The token does not ask for this event.", event=event)

    async def _pass_on(self, request: Request, error: Message) -> Response:
        """A subscriber that answered 202 does not follow after all: all others hear of it (2.5, 3.2.1)."""
        topic = error["event"]["hub.topic"]
        await self._may_write(request, topic, "SyncError")
        await self._room(caller(request), topic)
        await self._hub.tell_watchers(topic, error | {"for": ""})
        return _json({}, 202)

    async def channel(self, websocket: WebSocket) -> None:
        """A subscriber's socket."""
        secret = websocket.path_params["secret"]
        try:
            subscription = await self._workers.run(self._subscriptions.of, secret, self._now())
            await self._room(caller(websocket), subscription.topic)
        except ServerError as error:
            await websocket.send_denial_response(problem(error.code, error.message))
            return
        await websocket.accept()

        async def end() -> None:
            await self._workers.run(self._subscriptions.end, secret)

        subscriber = Subscriber(websocket, subscription, secret, self._hub, self._context, end, self._now)
        with contextlib.suppress(WebSocketDisconnect):
            await subscriber.serve()

    async def _room(self, person: Caller, topic: str) -> Room:
        room = await self._hub.room(topic)
        await self._workers.run(self._share.require, person, Action.JOIN, room["study_uids"])
        return room

    async def _context(self, person: Caller, study_uid: str | None) -> Context | None:
        return await self._workers.run(self._described, person, study_uid) if study_uid else None

    def _described(self, person: Caller, study_uid: str) -> Context:
        first = self._retrieve.locate(person, Action.JOIN, StudyRef(study_uid))[0]
        return context_of(study_uid, self._retrieve.header(first))

    async def _study_of(self, person: Caller, room: Room, wish: Wish) -> str:
        """The session's first study of a patient."""
        for study_uid in room["study_uids"]:
            context = await self._context(person, study_uid)
            if context and wish.patient_id in [one["value"] for one in context.patient["identifier"]]:
                return study_uid
        raise Conflict("This session has no study of that patient.")

    def _first_image(self, person: Caller, study_uid: str) -> Image:
        for located in self._retrieve.locate(person, Action.JOIN, StudyRef(study_uid)):
            if located.image is not None:
                ref = located.ref
                return {
                    "study_uid": ref.study_uid,
                    "series_uid": ref.series_uid,
                    "instance_uid": ref.instance_uid,
                    "frame_number": 1,
                }
        raise Conflict("There is nothing to see in that study.")


def _events(text: str) -> list[str]:
    """The events asked for that this hub has, spelled as the standard does; SyncError comes to everybody."""
    wanted = {name.strip().lower() for name in text.split(",")}
    known = [name for name in EVENTS if name.lower() in wanted]
    if not known:
        raise Malformed("hub.events names none of this hub's events.", known=list(EVENTS))
    return known if "SyncError" in known else [*known, "SyncError"]


def _lease(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LONGEST_LEASE_SECONDS):
        raise Malformed(f"hub.lease_seconds is a whole number up to {LONGEST_LEASE_SECONDS}.")
    return int(text)


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, {"Cache-Control": "no-store"}, "application/json")
