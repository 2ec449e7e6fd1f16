"""Answers whose bytes are made on worker threads while they are sent: however long, a megabyte of them is in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from server.errors import Overloaded
from server.web.multipart import closing, part_head
from server.web.workers import Workers

_PATIENCE_SECONDS = 0.1
GATHER = 2**20
"""Bytes that are made before the event loop sees any of them."""

_SMALL = 2**15


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body: its header fields, what makes its bytes, and how many (None: not known)."""

    headers: Mapping[str, str]
    pieces: Callable[[], Iterator[bytes]]
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What is answered: header fields, what makes the bytes, how many (None: not known), and the status."""

    headers: Mapping[str, str]
    pieces: Iterator[bytes]
    length: int | None = None
    status: int = 200


async def respond(request: Request, workers: Workers, make: Callable[[], Content | Response]) -> Response:
    """The answer that `make` makes on a worker thread, in one crossing with the first megabyte of its bytes.

    For HEAD none of them is made. What goes wrong so far is raised as an error; later it cuts the answer off.
    """
    begun = await workers.run(_begin, make, with_bytes=request.method != "HEAD")
    if isinstance(begun, Response):
        return begun
    content, first, more = begun
    sized = {} if content.length is None else {"Content-Length": str(content.length)}
    if request.method == "HEAD":
        return StreamingResponse(iter(()), content.status, {**content.headers, **sized})
    if not more:
        return Gathered(first, content.status, content.headers)
    return StreamingResponse(_rest(workers, first, content.pieces), content.status, {**content.headers, **sized})


async def answer(
    request: Request,
    workers: Workers,
    pieces: Iterator[bytes],
    headers: Mapping[str, str],
    *,
    length: int | None = None,
    status: int = 200,
) -> Response:
    """The answer with these pieces, as `respond` makes it."""
    return await respond(request, workers, lambda: Content(headers, pieces, length, status))


class Gathered(Response):
    """An answer of several pieces of bytes, which go out as they are instead of being copied into one."""

    def __init__(self, pieces: Sequence[bytes], status: int, headers: Mapping[str, str]) -> None:
        self.pieces = pieces
        super().__init__(None, status, {**headers, "Content-Length": str(sum(map(len, pieces)))})

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Sends the pieces one after the other."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for piece in self.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def multipart_type(kind: str, boundary: str) -> str:
    """The Content-Type of a multipart/related body (RFC 2387) whose parts are of this kind."""
    return f'multipart/related; type="{kind}"; boundary={boundary}'


def multipart_pieces(boundary: str, parts: Iterator[Part]) -> Iterator[bytes]:
    """A multipart body, its parts made one after the other."""
    first = True
    for part in parts:
        yield part_head(boundary, part.headers, first=first)
        yield from part.pieces()
        first = False
    yield closing(boundary)


def multipart_length(boundary: str, parts: list[Part]) -> int | None:
    """How long that body will be, when that is known of every part."""
    total = len(closing(boundary))
    for number, part in enumerate(parts):
        if part.length is None:
            return None
        total += part.length + len(part_head(boundary, part.headers, first=number == 0))
    return total


def _begin(make: Callable[[], Content | Response], *, with_bytes: bool) -> Response | tuple[Content, list[bytes], bool]:
    content = make()
    if isinstance(content, Response):
        return content
    return content, *(_gather(content.pieces) if with_bytes else ([], False))


def _gather(pieces: Iterator[bytes]) -> tuple[list[bytes], bool]:
    """The next megabyte or so, and whether there may be more; small pieces are put together, large ones not copied."""
    gathered: list[bytes] = []
    small: list[bytes] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if len(piece) < _SMALL:
            small.append(piece)
        else:
            gathered += [b"".join(small), piece] if small else [piece]
            small.clear()
        if size >= GATHER:
            break
    more = size >= GATHER
    return [*gathered, b"".join(small)] if small else gathered, more


async def _rest(workers: Workers, first: list[bytes], pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    try:
        more = True
        while True:
            while first:
                yield first.pop(0)  # nothing that has been sent is held while the next is made
            if not more:
                return
            first, more = await _run_whenever(workers, pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            with suppress(ValueError):  # a thread is still at it: the last reference closes it then
                close()


async def _run_whenever(workers: Workers, pieces: Iterator[bytes]) -> tuple[list[bytes], bool]:
    """The next megabyte, waited for while too much is under way: an answer that has begun cannot be refused."""
    while True:
        try:
            return await workers.run(_gather, pieces)
        except Overloaded:
            await asyncio.sleep(_PATIENCE_SECONDS)
