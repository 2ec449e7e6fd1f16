"""Sessions over HTTP: beginning one, finding one, reading it, and putting cases on its agenda."""

import secrets
import time
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access.policy import Action
from server.errors import Malformed
from server.sessions import fields
from server.sessions.events import Event, parse
from server.sessions.hub import Hub
from server.sessions.journal import Journal
from server.studies.share import Share
from server.web.sign_in import caller
from server.web.workers import Workers

MOST_STUDIES = 16
MOST_FOUND = 30
_DAYS_BACK = 14
_DAY_MS = 24 * 3600 * 1000


class SessionDirectory:
    """The sessions that there are, and what can be done to one without sitting in it."""

    def __init__(self, hub: Hub, journal: Journal, share: Share, workers: Workers) -> None:
        self._hub = hub
        self._journal = journal
        self._share = share
        self._workers = workers

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        return [
            Route("/sessions", self.begin, methods=["POST"]),
            Route("/sessions", self.found, methods=["GET"]),
            Route("/sessions/{session_id}", self.room, methods=["GET"]),
            Route("/sessions/{session_id}/cases", self.add_case, methods=["POST"]),
        ]

    async def begin(self, request: Request) -> Response:
        """Starts a session: around studies, as a meeting with a name and cases, or both."""
        content = await _object(request)
        study_uids = _study_uids(content) if "StudyInstanceUIDs" in content else []
        agenda = [_case(case) for case in _list(content, "cases")]
        named = parse({"type": "meeting/name", "meeting": content.get("meeting", "")})
        if not study_uids and not agenda and not named["meeting"]:
            raise Malformed("A session needs StudyInstanceUIDs, cases or a name for the meeting.")
        person = caller(request)
        every = [*study_uids, *(uid for case in agenda for uid in case["study_uids"])]
        await self._workers.run(self._share.require, person, Action.SHARE, list(dict.fromkeys(every)))
        session_id = await self._hub.begin(study_uids, person.person_id)
        for event in [*([named] if named["meeting"] else []), *agenda]:
            await self._hub.prepare(session_id, event)
        return _json({"session_id": session_id, "address": f"/viewer?session={session_id}"}, 201)

    async def found(self, request: Request) -> Response:
        """The sessions of the last two weeks that the caller may join, the newest first."""
        person = caller(request)
        since = time.time_ns() // 1_000_000 - _DAYS_BACK * _DAY_MS
        known = await self._workers.run(self._journal.begun_since, since, MOST_FOUND)
        told = []
        for session_id, begun_at in known:
            room = await self._hub.room(session_id)
            if not await self._workers.run(self._share.allows, person, Action.JOIN, room["study_uids"]):
                continue
            told.append({
                "session_id": session_id, "address": f"/viewer?session={session_id}", "meeting": room["meeting"],
                "begun_at": begun_at, "cases": len(room["cases"]), "studies": len(room["study_uids"]),
                "discussed": sum(case["state"] == "discussed" for case in room["cases"]),
                "people": [one["name"] for one in room["people"].values() if one["here"]],
            })  # fmt: skip
        return _json({"sessions": told})

    async def room(self, request: Request) -> Response:
        """The room as it is now."""
        room = await self._hub.room(request.path_params["session_id"])
        await self._workers.run(self._share.require, caller(request), Action.JOIN, room["study_uids"])
        return _json(room)

    async def add_case(self, request: Request) -> Response:
        """A case at the end of the agenda, whether or not anybody sits in the session."""
        event = _case(await _object(request))
        session_id: str = request.path_params["session_id"]
        room = await self._hub.room(session_id)
        person = caller(request)
        await self._workers.run(self._share.require, person, Action.JOIN, room["study_uids"])
        await self._workers.run(self._share.require, person, Action.SHARE, event["study_uids"])
        room = await self._hub.prepare(session_id, event)
        return _json({"case_id": event["case_id"], "cases": len(room["cases"]), "meeting": room["meeting"]}, 201)


def _case(content: object) -> Event:
    said = fields.json_object(content, "A case")
    return parse({
        "type": "case/put",
        "case_id": secrets.token_hex(8),
        "question": said.get("question", ""),
        "study_uids": _study_uids(said),
    })  # fmt: skip


def _study_uids(content: Any) -> list[str]:
    uids = content.get("StudyInstanceUIDs")
    if not isinstance(uids, list) or not 1 <= len(uids) <= MOST_STUDIES:
        raise Malformed(f"StudyInstanceUIDs is a list of 1 to {MOST_STUDIES} UIDs.")
    return [fields.uid(uid, "StudyInstanceUIDs") for uid in dict.fromkeys(map(str, uids))]


def _list(content: dict[str, Any], name: str) -> list[Any]:
    found = content.get(name, [])
    if not isinstance(found, list) or len(found) > fields.MOST_CASES:
        raise Malformed(f"{name} is a list of {fields.MOST_CASES} at most.")
    return found


async def _object(request: Request) -> dict[str, Any]:
    try:
        content = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise Malformed("The body is a JSON object with StudyInstanceUIDs.") from error
    return dict(fields.json_object(content, "The body"))


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, {"Cache-Control": "no-store"}, "application/json")
