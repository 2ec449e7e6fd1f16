"""One line of JSON a request: what was asked, what was answered, how long it took. No query string, so no names."""

import logging
import re
import secrets
import time

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SECRET = re.compile("^/(anonymous|api/fhircast/channels)/[^/]*")
"""A secret in an address, which no log keeps."""

log = logging.getLogger("lightbox.requests")

_EVERY_RECORD = vars(logging.LogRecord(log.name, logging.INFO, __file__, 0, "", None, None))


class _Record(logging.LogRecord):
    """A record of a line, all of which come from here: to find out where each does takes longer than many an answer."""

    def __init__(self, line: str) -> None:
        now = time.time()
        self.__dict__ = _EVERY_RECORD | {"msg": line, "created": now, "msecs": now % 1 * 1000}


class RequestLog:
    """ASGI middleware that gives each request an id, says it in `Request-Id`, and logs the request by it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and logs it at its end."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        started = time.perf_counter()
        status = 500

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, tell)
        finally:
            if log.isEnabledFor(logging.INFO):
                line = {
                    "request_id": request_id,
                    "method": scope["method"],
                    "path": _SECRET.sub(r"/\1/-", scope["path"])[:300],
                    "status": status,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                }
                log.handle(_Record(orjson.dumps(line).decode()))
