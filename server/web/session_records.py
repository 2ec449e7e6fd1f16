"""A session's papers over HTTP: its short code, the code as a picture, and its record."""

import io
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import orjson
import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.access.policy import Action
from server.errors import Malformed, Overloaded
from server.sessions.journal import Journal
from server.sessions.minutes import minutes
from server.sessions.replay import attendance, room_at, time_line
from server.studies.share import Share
from server.web.sign_in import caller
from server.web.workers import Workers

MOST_GUESSES = 30
"""Unknown codes a minute, for everybody together, before asking is refused."""

_CODE = re.compile(r"[A-HJKMNP-Z2-9]{8}")


class SessionRecords:
    """Codes and records of sessions."""

    def __init__(
        self, journal: Journal, share: Share, workers: Workers, public_address: str, expiry_now: Callable[[], int]
    ) -> None:
        """`expiry_now` answers ms since 1970, by which codes expire."""
        self._journal = journal
        self._share = share
        self._workers = workers
        self._public_address = public_address.rstrip("/")
        self._expiry_now = expiry_now
        self._guesses: deque[float] = deque(maxlen=MOST_GUESSES)

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        return [
            Route("/sessions/{session_id}/code", self.code, methods=["GET"]),
            Route("/sessions/{session_id}/code.svg", self.picture, methods=["GET"]),
            Route("/sessions/{session_id}/journal", self.record, methods=["GET"]),
            Route("/sessions/{session_id}/journal/room", self.room, methods=["GET"]),
        ]

    def entrances(self, form: Callable[[Request], Awaitable[Response]]) -> list[BaseRoute]:
        """The routes at the top, short enough to be read aloud: `/join/ABCD-EFGH`, and `/join`, whose form takes it."""

        async def by_form(request: Request) -> Response:
            code = request.query_params.get("code")
            return await form(request) if code is None else await self._join(code)

        return [Route("/join", by_form, methods=["GET"]), Route("/join/{code}", self.join, methods=["GET"])]

    async def code(self, request: Request) -> Response:
        """The session's short code, good for a day, and the address that it makes."""
        code = await self._code(request)
        body = {"code": f"{code[:4]}-{code[4:]}", "address": self._address(request, code)}
        return _json(body)

    async def picture(self, request: Request) -> Response:
        """The same address as a QR code."""
        drawn = io.BytesIO()
        address = self._address(request, await self._code(request))
        segno.make(address, error="m", micro=False).save(drawn, kind="svg", scale=4, border=4, light="white")
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Response(drawn.getvalue(), headers=headers, media_type="image/svg+xml")

    async def join(self, request: Request) -> Response:
        """On to the viewer, for whoever knows the code; guessing is slowed down for everybody."""
        return await self._join(request.path_params["code"])

    async def _join(self, typed: str) -> Response:
        code = typed.upper().replace("-", "").replace(" ", "")
        if len(self._guesses) == MOST_GUESSES and time.monotonic() - self._guesses[0] < 60:
            raise Overloaded("Too many unknown codes were tried. Wait a minute.")
        self._guesses.append(time.monotonic())
        session_id = await self._workers.run(
            self._journal.coded, code if _CODE.fullmatch(code) else "", self._expiry_now()
        )
        self._guesses.pop()
        return RedirectResponse(f"/viewer?session={session_id}", 303, {"Cache-Control": "no-store"})

    async def record(self, request: Request) -> Response:
        """Everything that happened: the events themselves, the time line, and who was there."""
        session_id = await self._required(request)
        begun, empty, events = await self._workers.run(self._journal.record, session_id)
        numbered = [{"seq": number, **event} for number, event in enumerate(events, start=1)]
        last = room_at(empty, events)
        body = {
            **begun,
            "meeting": last["meeting"],
            "study_uids": last["study_uids"],
            "attendance": attendance(events, _now()),
            "cases": minutes(empty, events, _now()),
            "time_line": time_line(events),
            "events": numbered,
        }
        headers = {"Content-Disposition": f'attachment; filename="session-{begun["begun_at"]}.json"'}
        return _json(body, headers)

    async def room(self, request: Request) -> Response:
        """The room as it was: `?at=` a time, `?seq=` an event."""
        session_id = await self._required(request)
        at, seq = request.query_params.get("at"), request.query_params.get("seq")
        if seq is not None and not (seq.isascii() and seq.isdigit() and len(seq) < 10):
            raise Malformed("seq is a whole number.")
        _, empty, events = await self._workers.run(self._journal.record, session_id)
        return _json(room_at(empty, events, _time(at) if at else None, int(seq) if seq else None))

    async def _required(self, request: Request) -> str:
        session_id: str = request.path_params["session_id"]
        room = await self._workers.run(self._journal.room, session_id)
        await self._workers.run(self._share.require, caller(request), Action.JOIN, room["study_uids"])
        return session_id

    async def _code(self, request: Request) -> str:
        session_id = await self._required(request)
        return await self._workers.run(self._journal.code, session_id, self._expiry_now())

    def _address(self, request: Request, code: str) -> str:
        base = self._public_address or f"{request.url.scheme}://{request.url.netloc}"
        return f"{base}/join/{code[:4]}-{code[4:]}"


def _json(body: object, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), 200, {"Cache-Control": "no-store"} | (headers or {}), "application/json")


def _time(text: str) -> int:
    """Milliseconds since 1970, from such a number or from a time of day with its offset (RFC 3339)."""
    try:
        if text.isascii() and text.isdigit() and len(text) < 16:
            return int(text)
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise Malformed("at is milliseconds since 1970, or a time such as 2026-11-21T14:32:00Z.") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _now() -> int:
    return time.time_ns() // 1_000_000
