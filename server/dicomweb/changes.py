"""The change feed: what was stored, deleted and restored, so that other systems need not search again and again.

It is read from a number on, at once, waiting for news (`wait`), or as server-sent events that resume by themselves.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.access.people import Caller
from server.catalogue.changes import Change
from server.dicomweb.removal import moment
from server.errors import Malformed, Overloaded
from server.studies.follow import Changes, Follow
from server.web.json_answer import json_answer
from server.web.negotiation import accepted, choose
from server.web.sign_in import caller
from server.web.workers import Workers

MOST_CHANGES = 1000
LONGEST_WAIT = 60
MOST_WAITING = 200
_TICK_SECONDS = 0.25
_ALIVE_SECONDS = 15
_EVENTS = "text/event-stream"


class ChangeFeed:
    """`GET /changes`."""

    def __init__(self, follow: Follow, workers: Workers) -> None:
        self._follow = follow
        self._workers = workers
        self._bell = _Bell(lambda: workers.run(follow.latest))

    async def changes(self, request: Request) -> Response:
        """The changes after `since` as JSON, or as events when the request accepts those alone."""
        kind = choose(accepted(request.headers.get("accept"), request.query_params.get("accept")), _OFFERED)
        since = _whole(request, "since", 0, 2**53)
        limit = max(1, _whole(request, "limit", 100, MOST_CHANGES))
        if kind == _EVENTS:
            resumed = request.headers.get("last-event-id", "")
            start = int(resumed) if re.fullmatch("[0-9]{1,15}", resumed) else since
            await self._since(caller(request), start, 1)  # an error is told before the stream begins
            headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
            return StreamingResponse(self._events(caller(request), start), headers=headers, media_type=_EVENTS)
        wait = _whole(request, "wait", 0, LONGEST_WAIT)
        found = await self._since(caller(request), since, limit)
        until = time.monotonic() + wait
        while not found.changes and (left := until - time.monotonic()) > 0 and not self._bell.closed:
            await self._bell.beyond(found.last, left)
            found = await self._since(caller(request), found.last, limit)
        body = {"changes": [_told(change) for change in found.changes], "last": found.last, "more": found.more}
        return await json_answer(request, self._workers, orjson.dumps(body), kind, {})

    def close(self) -> None:
        """Ends whatever is waiting, so that the server can stop."""
        self._bell.close()

    async def _since(self, person: Caller, number: int, limit: int) -> Changes:
        return await self._workers.run(self._follow.since, person, number, limit)

    async def _events(self, person: Caller, since: int) -> AsyncIterator[bytes]:
        yield b": changes of this archive, one event each; its id is the number to resume from\n\n"
        while not self._bell.closed:
            found = await self._since(person, since, MOST_CHANGES)
            for change in found.changes:
                yield b"id: %d\nevent: change\ndata: %s\n\n" % (change.number, orjson.dumps(_told(change)))
            since = found.last
            if not found.more and not await self._bell.beyond(since, _ALIVE_SECONDS):
                yield b": still here\n\n"


_OFFERED = ("application/json", _EVENTS)


class _Bell:
    """Rings when there is a newer change: one look at the catalogue a tick serves everybody who waits."""

    def __init__(self, latest: Callable[[], Awaitable[int]]) -> None:
        self._latest = latest
        self._newest = 0
        self._news = asyncio.Event()
        self._waiting = 0
        self._looking: asyncio.Task[None] | None = None
        self.closed = False

    async def beyond(self, number: int, seconds: float) -> bool:
        """Waits for a change after `number`; False when there was none in time. `Overloaded` when too many wait."""
        if self._waiting >= MOST_WAITING:
            raise Overloaded("Too many are waiting for changes. Ask again without `wait`.", most=MOST_WAITING)
        self._waiting += 1
        try:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            async with asyncio.timeout(seconds):
                while self._newest <= number and not self.closed:
                    await self._news.wait()
            return True
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self.closed = True
        self._news.set()

    async def _look(self) -> None:
        newest = self._newest
        while self._waiting and not self.closed:
            with suppress(Overloaded):  # too busy to look: those who wait have time
                newest = await self._latest()
            if newest != self._newest:
                self._newest = newest
                self._news.set()
                self._news = asyncio.Event()
            await asyncio.sleep(_TICK_SECONDS)


def _told(change: Change) -> dict[str, Any]:
    return {
        "number": change.number,
        "at": moment(change.at),
        "change": change.kind,
        "StudyInstanceUID": change.study_uid,
        "SeriesInstanceUID": change.series_uid,
        "SOPInstanceUID": list(change.instance_uids),
    }


def _whole(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not re.fullmatch("[0-9]{1,16}", text) or int(text) > most:
        raise Malformed(f"{name} is a whole number from 0 to {most}.", value=text[:40])
    return int(text)
