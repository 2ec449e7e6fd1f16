"""A signed-in person's preferences over HTTP: `GET` and `PUT /api/preferences`, with an entity tag a revision.

Where nobody is signed in there is nothing to keep them under: the browser's own are all there are.
"""

import hashlib
import re

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access.people import Caller
from server.access.preferences import LARGEST, Preferences
from server.errors import Malformed, NotSignedIn, TooLarge
from server.web.sign_in import caller
from server.web.workers import Workers

_HEADERS = {"Cache-Control": "no-store"}
_REVISION = re.compile(r'"([0-9]{1,9})"')


class HabitsOfPeople:
    """The face of `Preferences`."""

    def __init__(self, preferences: Preferences, workers: Workers) -> None:
        self._preferences = preferences
        self._workers = workers

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        return [
            Route("/preferences", self._read, methods=["GET"]),
            Route("/preferences", self._replace, methods=["PUT"]),
        ]

    async def _read(self, request: Request) -> Response:
        """`{"of": ..., "preferences": {...}}`; 204 where nobody is signed in."""
        person = caller(request)
        if not person.is_signed_in:
            return Response(status_code=204, headers=_HEADERS)
        habits = await self._workers.run(self._preferences.read, person.person_id)
        told = orjson.dumps({"of": _of(person), "preferences": habits.chosen})
        return Response(told, headers=_HEADERS | {"ETag": f'"{habits.revision}"'}, media_type="application/json")

    async def _replace(self, request: Request) -> Response:
        person = caller(request)
        if not person.is_signed_in:
            raise NotSignedIn("Nobody is signed in; preferences stay in the browser.")
        named = _REVISION.fullmatch(request.headers.get("if-match", "").strip())
        if named is None:
            raise Malformed("If-Match has the entity tag of the preferences that these replace.")
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST:
                raise TooLarge("Preferences have a bound.", limit=LARGEST)
        revision = await self._workers.run(self._preferences.replace, person.person_id, int(named[1]), bytes(body))
        return Response(status_code=204, headers=_HEADERS | {"ETag": f'"{revision}"'})


def _of(person: Caller) -> str:
    """Whose they are, without saying so to who reads a browser's storage."""
    return hashlib.sha256(f"preferences of {person.person_id}".encode()).hexdigest()[:16]
