"""Answers that were sent before, sent again on the spot: known by the request's own words, before any is read.

Twenty people who look at the same study ask for the same pictures, frames, files and metadata. All but the first are
answered in the event loop, without a worker, a query or a parameter parsed. That is right as long as the catalogue is
as it was (whatever is committed to it, by any process, ends it), the caller may see the study, and this look at it is
in the audit.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.access.people import Caller
from server.dicomweb.addresses import ROOT
from server.rendering.cache import Cache
from server.rendering.pipeline import Picture
from server.web.forwarded import PREFIX
from server.web.sign_in import caller

_MOST = 4000
"""Answers remembered; each is known by about 2 KB of words and header."""

_MOST_BYTES = 16 * 2**20
"""Bytes of the answers that are kept as they were sent; one of more than a megabyte is not."""

_LARGEST = 2**20
_LONGEST = 2000
"""Bytes of a request's words beyond which it is not remembered."""

_CONDITIONS = {b"if-none-match", b"if-modified-since", b"range"}

Words = tuple[str | bytes, ...]
Headers = list[tuple[bytes, bytes]]
Piece = bytes | memoryview
Again = Callable[[Caller], Sequence[Piece] | None]
"""The bytes of an answer without waiting for anything; None when they are not at hand, or not for this caller."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """An answer that went out: by which version of the catalogue, and how to have its bytes again."""

    version: int
    again: Again
    headers: Headers


class ReadyAnswers:
    """What was sent, by the words of the request for it.

    `version` answers another number after every commit to the catalogue, without waiting for anything.
    """

    def __init__(self, version: Callable[[], int]) -> None:
        self.version = version
        self._sent: OrderedDict[Words, _Sent] = OrderedDict()
        self._bytes: Cache[Sequence[bytes]] = Cache(_MOST_BYTES, lambda pieces: sum(map(len, pieces)))

    def keep(self, scope: Scope, version: int, again: Again, answer: Response) -> None:
        """Remembers an answer, for which the catalogue was asked when it had that version."""
        words = _words(scope)
        if words is None or sum(map(len, words)) > _LONGEST:
            return
        self._sent[words] = _Sent(version, again, answer.raw_headers)
        if len(self._sent) > _MOST:
            self._sent.popitem(last=False)

    def keep_bytes(
        self, scope: Scope, version: int, may: Callable[[Caller], bool], answer: Response, pieces: Sequence[bytes]
    ) -> None:
        """Remembers an answer with the bytes it was sent with, for callers who `may` have them."""
        if sum(map(len, pieces)) > _LARGEST:
            return
        key = (_words(scope), version)
        self._bytes.get_or_make(key, lambda: pieces)
        self.keep(scope, version, lambda by: self._bytes.get(key) if may(by) else None, answer)

    def find(self, scope: Scope) -> tuple[Headers, Sequence[Piece]] | None:
        """The header and the pieces of the body to answer with when that can be done now."""
        return self.find_by(_words(scope), scope)

    def find_by(self, words: Words | None, scope: Scope) -> tuple[Headers, Sequence[Piece]] | None:
        """The same of a request whose words are known."""
        sent = self._sent.get(words) if words else None
        if words is None or sent is None:
            return None
        pieces = sent.again(caller(HTTPConnection(scope))) if sent.version == self.version() else None
        if pieces is None:
            del self._sent[words]
            return None
        return sent.headers, pieces


def bytes_of(picture: Picture | None) -> Sequence[bytes] | None:
    """The bytes of a picture that is at hand."""
    return None if picture is None else (picture.data,)


class ReadyFirst:
    """ASGI middleware, the innermost, that sends what is ready and passes the rest on.

    When a leader turns a page, a hundred people ask for the same new picture at once: the first asks for all. The
    others wait until its answer begins, without a worker thread, and are sent that if they may have it.
    """

    def __init__(self, app: ASGIApp, answers: ReadyAnswers) -> None:
        self._app = app
        self._answers = answers
        self._asked: dict[Words, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what is ready, or soon will be."""
        if scope["type"] != "http" or not scope["path"].startswith(ROOT):
            await self._app(scope, receive, send)
            return
        words = _words(scope)
        found = self._answers.find_by(words, scope)
        if found is None:
            asked = words
            if words is not None:  # who waits for a picture does not wait for who fetches it ahead (RFC 9218)
                asked = (*words, dict(scope["headers"]).get(b"priority", b""))
            if asked in self._asked:
                await self._asked[asked].wait()
                found = self._answers.find_by(words, scope)
            if found is None:
                await self._ask(asked, scope, receive, send)
                return
        headers, pieces = found
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": piece is not pieces[-1]})

    async def _ask(self, words: Words | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and lets those go who wait for its answer as soon as that begins."""
        if words is None or words in self._asked:
            await self._app(scope, receive, send)
            return
        begun = self._asked[words] = asyncio.Event()

        def begin() -> None:
            begun.set()
            if self._asked.get(words) is begun:
                del self._asked[words]

        async def tell(message: Message) -> None:
            begin()
            await send(message)

        try:
            await self._app(scope, receive, tell)
        finally:
            begin()


def _words(scope: Scope) -> Words | None:
    """All of a request that its answer depends on; None for one that may have another answer than the whole."""
    if scope["method"] != "GET":
        return None
    said = dict(scope["headers"])
    if said.keys() & _CONDITIONS:
        return None
    address = (scope["scheme"], scope.get(PREFIX, ""), said.get(b"host", b""))
    wanted = (said.get(b"accept", b""), said.get(b"accept-encoding", b""))
    return scope["path"], scope["query_string"], *address, *wanted
