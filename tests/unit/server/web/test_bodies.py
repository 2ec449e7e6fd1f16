"""Answers made on worker threads while they are sent: errors before the first byte, patience after it."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.errors import NotAcceptable, Overloaded
from server.web import bodies
from server.web.bodies import Gathered, Part, answer, multipart_length, multipart_pieces
from server.web.workers import Workers


class Reluctant(Workers):
    """Refuses every other piece of work."""

    refused = True

    async def run(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.refused = not self.refused
        if self.refused:
            raise Overloaded("too much")
        return await super().run(work, *args, **kwargs)


def body_of(pieces: Iterator[bytes], workers: Workers, method: str = "GET") -> bytes:
    request = Request({"type": "http", "method": method, "headers": [], "path": "/", "query_string": b""})

    async def whole() -> bytes:
        found: Response = await answer(request, workers, pieces, {})
        if isinstance(found, Gathered):
            return b"".join(found.pieces)
        assert isinstance(found, StreamingResponse)
        return b"".join([bytes(piece) async for piece in found.body_iterator])

    try:
        return asyncio.run(whole())
    finally:
        workers.close()


def test_an_answer_that_has_begun_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "GATHER", 1)
    monkeypatch.setattr(bodies, "_PATIENCE_SECONDS", 0)
    assert body_of(iter([b"a", b"b", b"c"]), Reluctant(1, 1)) == b"abc"


def test_what_goes_wrong_at_first_is_raised() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise NotAcceptable("no")

    with pytest.raises(NotAcceptable):
        body_of(pieces(), Workers(1, 1))


def test_nothing_is_made_for_head() -> None:
    def pieces() -> Iterator[bytes]:
        raise AssertionError("made")
        yield b""

    assert body_of(pieces(), Workers(1, 1), "HEAD") == b""


def test_the_length_of_a_multipart_body_is_known_beforehand() -> None:
    parts = [Part({"Content-Type": "a/b"}, lambda: iter([b"one"]), 3), Part({}, lambda: iter([b"", b"four"]), 4)]
    whole = b"".join(multipart_pieces("boundary", iter(parts)))
    assert multipart_length("boundary", parts) == len(whole)
    assert multipart_length("boundary", [*parts, Part({}, lambda: iter([b"x"]))]) is None
