"""HTTP whose request heads are bounded: a line or header field without end would otherwise grow in memory unseen."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 128 * 1024
"""Bytes of a request line and its header fields together; beyond them the connection ends with 431 (RFC 6585 5)."""

_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 46\r\nConnection: close\r\n\r\n"
    b"The request line and its header are too long.\n"
)


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's own protocol, which counts what comes before the end of a request's head."""

    _head_bytes = 0
    _in_body = False
    _ended = 0

    def data_received(self, data: bytes) -> None:
        """Takes what arrives, as long as the head that it belongs to ends some time."""
        ended = self._ended
        super().data_received(data)
        if self._in_body or self._ended != ended:
            self._head_bytes = 0
        else:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD:
                self._refuse()

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request has ended; the next begins with a head."""
        self._in_body = False
        self._ended += 1
        super().on_message_complete()

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()
