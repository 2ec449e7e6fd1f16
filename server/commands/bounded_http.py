"""HTTP whose clients are bounded: how long a request's head may be, and how long a client may let others wait.

A head without end would grow in memory unseen, and a client that sends or takes a byte now and then would hold a
connection, its buffers and its place in the inbox for as long as it likes.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 128 * 1024
"""Bytes of a request line and its header fields together; beyond them the connection ends with 431 (RFC 6585 5)."""

HEAD_SECONDS = 20.0
"""Within these a head is complete, from the connection or from its first byte on; else 408 (RFC 9110 15.5.9)."""

BODY_SECONDS = 30.0
LEAST_RATE = 1000
"""Bytes a second of a body, over `BODY_SECONDS`, that a client sends while the server listens; else 408."""

STUCK_SECONDS = 60.0
"""A client that takes nothing of its answer for so long is cut off."""

_TICK_SECONDS = 5.0
_TOO_LONG = b"431 Request Header Fields Too Large", b"The request line and its header are too long.\n"
_TOO_SLOW = b"408 Request Timeout", b"The request came too slowly.\n"


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's own protocol, which counts what comes before the end of a head, and looks at the clock now and then."""

    _head_bytes = 0
    _head_since: float | None = None
    _in_body = False
    _ended = 0
    _body_bytes = 0
    _body_since = 0.0
    _unsent = 0
    _stuck_since = 0.0
    _tick: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A client has come, and is expected to say something."""
        super().connection_made(transport)
        self._head_since = self.loop.time()
        self._tick = self.loop.call_later(_TICK_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        if self._tick is not None:
            self._tick.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes what arrives, as long as the head that it belongs to ends some time."""
        ended = self._ended
        if self._in_body:
            self._body_bytes += len(data)
        super().data_received(data)
        if self._in_body or self._ended != ended:
            self._head_bytes = 0
        else:
            self._head_bytes += len(data)
            if self._head_since is None:
                self._head_since = self.loop.time()
            if self._head_bytes > LARGEST_HEAD:
                self._refuse(*_TOO_LONG)

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self._in_body = True
        self._head_since = None
        self._body_bytes, self._body_since = 0, self.loop.time()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Takes a piece of a body; the first that waits is handed on as it came, without a copy."""
        cycle: Any = self.cycle
        if not cycle.body:
            cycle.body, body = body, b""
        elif isinstance(cycle.body, bytes):
            cycle.body = bytearray(cycle.body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has ended; the next begins with a head."""
        self._in_body = False
        self._ended += 1
        super().on_message_complete()

    def _look(self) -> None:
        """Ends the connection of a client that keeps nobody busy but itself."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return  # it is over, or a WebSocket, which has pings
        now = self.loop.time()
        if self._is_stuck(now):
            self.transport.abort()
        elif self._is_slow(now):
            self._refuse(*_TOO_SLOW)
        else:
            self._tick = self.loop.call_later(_TICK_SECONDS, self._look)

    def _is_slow(self, now: float) -> bool:
        if self._head_since is not None and now - self._head_since > HEAD_SECONDS:
            return True
        if not self._in_body:
            return False
        listening = not self.flow.read_paused and not self.cycle.waiting_for_100_continue
        if listening and now - self._body_since < BODY_SECONDS:
            return False
        slow = listening and self._body_bytes < LEAST_RATE * (now - self._body_since)
        self._body_bytes, self._body_since = 0, now
        return slow

    def _is_stuck(self, now: float) -> bool:
        unsent = self.transport.get_write_buffer_size()
        if not unsent or unsent != self._unsent:
            self._unsent, self._stuck_since = unsent, now
        return now - self._stuck_since > STUCK_SECONDS and unsent > 0

    def _refuse(self, status: bytes, reason: bytes) -> None:
        if not self.transport.is_closing():
            head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\nConnection: close" % len(reason)
            self.transport.write(b"HTTP/1.1 %s\r\n%s\r\n\r\n%s" % (status, head, reason))
            self.transport.close()
