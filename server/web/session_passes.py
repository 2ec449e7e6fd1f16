"""Handing out addresses that show a session without saying whose images it shows, and withdrawing those of guests."""

from collections.abc import Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access.policy import Action
from server.errors import Malformed
from server.sessions.hub import Hub
from server.sessions.passes import Passes
from server.studies.share import Share
from server.web.sign_in import caller
from server.web.workers import Workers


class SessionPasses:
    """The passes of a session, over HTTP."""

    def __init__(self, passes: Passes, hub: Hub, share: Share, workers: Workers, now: Callable[[], int]) -> None:
        """`now` answers ms since 1970, by which passes expire."""
        self._passes = passes
        self._hub = hub
        self._share = share
        self._workers = workers
        self._now = now

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        path = "/sessions/{session_id}/passes"
        return [
            Route(path, self.make, methods=["POST"]),
            Route(path, self.withdraw, methods=["DELETE"]),
        ]

    async def make(self, request: Request) -> Response:
        """An address for a guest (`{"guest": true}`), or for somebody of the session once it is anonymous."""
        try:
            body = orjson.loads(await request.body())
        except orjson.JSONDecodeError as error:
            raise Malformed('The body is {"guest": true} or {"guest": false}.') from error
        guest = body.get("guest") if isinstance(body, dict) else None
        if not isinstance(guest, bool):
            raise Malformed("guest is true or false.")
        session_id = await self._required(request, Action.SHARE if guest else Action.JOIN)
        secret = await self._workers.run(self._passes.make, session_id, guest, self._now())
        answer = {"address": f"/viewer?anonymous={secret}"}
        return Response(orjson.dumps(answer), 201, {"Cache-Control": "no-store"}, "application/json")

    async def withdraw(self, request: Request) -> Response:
        """No guest's address leads in any more, and the guests inside are shown out."""
        session_id = await self._required(request, Action.SHARE)
        await self._workers.run(self._passes.withdraw, session_id)
        await self._hub.show_out_guests(session_id)
        return Response(status_code=204)

    async def _required(self, request: Request, action: Action) -> str:
        session_id: str = request.path_params["session_id"]
        room = await self._hub.room(session_id)
        await self._workers.run(self._share.require, caller(request), action, room["study_uids"])
        return session_id
