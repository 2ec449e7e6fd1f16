"""Answers whose bytes are made on worker threads while they are sent: however long, a megabyte of them is in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.errors import Overloaded
from server.web.multipart import closing, part_head
from server.web.workers import Workers

_PATIENCE_SECONDS = 0.1
GATHER = 2**20
"""Bytes that are made before the event loop sees any of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body: its header fields, what makes its bytes, and how many (None: not known)."""

    headers: Mapping[str, str]
    pieces: Callable[[], Iterator[bytes]]
    length: int | None = None


async def answer(
    request: Request,
    workers: Workers,
    pieces: Iterator[bytes],
    headers: Mapping[str, str],
    *,
    length: int | None = None,
    status: int = 200,
) -> Response:
    """The answer with these pieces; for HEAD none of them is made.

    What goes wrong within the first megabyte is still raised as an error; later it cuts the answer off.
    """
    sized = dict(headers) | ({} if length is None else {"Content-Length": str(length)})
    if request.method == "HEAD":
        return StreamingResponse(iter(()), status, sized)
    first, more = await workers.run(_gather, pieces)
    if not more:
        return Response(first, status, dict(headers))
    return StreamingResponse(_rest(workers, first, pieces), status, sized)


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


def _gather(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """The next megabyte or so, and whether there may be more."""
    gathered: list[bytes] = []
    size = 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= GATHER:
            return b"".join(gathered), True
    return b"".join(gathered), False


async def _rest(workers: Workers, first: bytes, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    try:
        yield first
        more = True
        while more:
            content, more = await _run_whenever(workers, pieces)
            if content:
                yield content
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            with suppress(ValueError):  # a thread is still at it: the last reference closes it then
                close()


async def _run_whenever(workers: Workers, pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """The next megabyte, waited for while too much is under way: an answer that has begun cannot be refused."""
    while True:
        try:
            return await workers.run(_gather, pieces)
        except Overloaded:
            await asyncio.sleep(_PATIENCE_SECONDS)
