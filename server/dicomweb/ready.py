"""Pictures that were sent before, sent again on the spot: known by the request's own words, before any is read.

Twenty people who look at the same frame ask for the same picture. All but the first are answered in the event loop,
without a worker, a query or a parameter parsed. That is right as long as the catalogue is as it was (whatever is
committed to it, by any process, ends it), the caller may see the study, and this look at it is in the audit.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.access.people import Caller
from server.rendering.pipeline import Picture
from server.web.sign_in import caller

_MOST = 20_000
_LONGEST = 2000
"""Bytes of a request's words beyond which it is not remembered."""

_LAST_SEGMENTS = ("/rendered", "/thumbnail", "/renderedMPR", "/rendered3D")

Words = tuple[str, bytes, bytes]
Headers = list[tuple[bytes, bytes]]
Again = Callable[[Caller], Picture | None]
"""Answers a picture without waiting for anything; None when it is not kept, or not for this caller to see."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """An answer that went out: by which version of the catalogue, and how to have its picture again."""

    version: int
    again: Again
    headers: Headers


class ReadyPictures:
    """What was sent, by the words of the request for it.

    `version` answers another number after every commit to the catalogue, without waiting for anything.
    """

    def __init__(self, version: Callable[[], int]) -> None:
        self.version = version
        self._sent: OrderedDict[Words, _Sent] = OrderedDict()

    def keep(self, scope: Scope, version: int, again: Again, answer: Response) -> None:
        """Remembers an answer with a picture, for which the catalogue was asked when it had that version."""
        words = _words(scope)
        if words is None or sum(map(len, words)) > _LONGEST:
            return
        self._sent[words] = _Sent(version, again, answer.raw_headers)
        if len(self._sent) > _MOST:
            self._sent.popitem(last=False)

    def find(self, scope: Scope) -> tuple[Headers, bytes] | None:
        """The header and the body to answer with when that can be done now."""
        words = _words(scope)
        sent = self._sent.get(words) if words else None
        if words is None or sent is None:
            return None
        picture = sent.again(caller(HTTPConnection(scope))) if sent.version == self.version() else None
        if picture is None:
            del self._sent[words]
            return None
        return sent.headers, picture.data


class ReadyFirst:
    """ASGI middleware, the innermost, that sends what is ready and passes the rest on."""

    def __init__(self, app: ASGIApp, pictures: ReadyPictures) -> None:
        self._app = app
        self._pictures = pictures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request for a picture that is ready."""
        found = None
        if scope["type"] == "http" and scope["path"].endswith(_LAST_SEGMENTS):
            found = self._pictures.find(scope)
        if found is None:
            await self._app(scope, receive, send)
            return
        headers, data = found
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": data})


def _words(scope: Scope) -> Words | None:
    """All of a request that a single picture depends on; None for one that may have another answer than a picture."""
    if scope["method"] != "GET":
        return None
    accept = b""
    for name, value in scope["headers"]:
        if name == b"accept" and not accept:
            accept = value
        elif name == b"if-none-match":
            return None
    return scope["path"], scope["query_string"], accept
