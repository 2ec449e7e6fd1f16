"""Which requests are meant for this server: no other site's pages may use a browser to reach it.

A server on loopback trusts whoever sits at the machine, so a page from elsewhere must not borrow that trust:
not by a name of its own that resolves to 127.0.0.1 (Host), and not by a form, script or WebSocket (Origin).
"""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from server.web.forwarded import FORWARDED_HOST
from server.web.problems import problem

_SAFE = {"GET", "HEAD", "OPTIONS"}
_SECRET = re.compile(r"/api/fhircast/channels/[\w-]{32}")
"""Sockets of programs, which send no origin; whoever knows the address may open it."""
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


class OriginGuard:
    """ASGI middleware that refuses foreign hosts, and foreign origins wherever a request could change something.

    A host that a trusted proxy passes on is that proxy's to judge; `origins` are other sites that may do as ours.
    """

    def __init__(self, app: ASGIApp, host_names: Collection[str], origins: Collection[str] = ()) -> None:
        self._app = app
        self._host_names = frozenset(host_names)
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is meant for this server."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _name(host) not in self._host_names and FORWARDED_HOST not in scope:
            await _refuse(scope, receive, send, "misdirected", "The Host header names another server.")
        elif _changes_something(scope) and not self._is_ours(headers.get("origin"), host, scope):
            await _refuse(scope, receive, send, "not-allowed", "Pages of other origins may not do this.")
        else:
            await self._app(scope, receive, send)

    def _is_ours(self, origin: str | None, host: str, scope: Scope) -> bool:
        if origin is None:
            # programs send none; browsers always do for a WebSocket
            return bool(scope["type"] == "http")
        if scope["type"] == "http" and origin.lower() in self._origins:
            return True
        try:
            return urlsplit(origin).netloc.lower() == host.lower()
        except ValueError:  # not even an address
            return False


def _changes_something(scope: Scope) -> bool:
    if scope["type"] == "websocket" and _SECRET.match(scope["path"]) and "origin" not in Headers(scope=scope):
        return False
    return scope["type"] == "websocket" or scope["method"] not in _SAFE


def _name(host: str) -> str:
    """A Host header without its port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


async def _refuse(scope: Scope, receive: Receive, send: Send, code: str, detail: str) -> None:
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(problem(code, detail))
    else:
        await problem(code, detail)(scope, receive, send)
