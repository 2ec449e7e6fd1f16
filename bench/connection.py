"""One HTTP/1.1 keep-alive connection on a plain socket: cheap enough that the server is what gets measured."""

import io
import socket
from collections.abc import Sequence
from dataclasses import dataclass

ANSWER_SECONDS = 60
_PIECES_AT_ONCE = 64
Piece = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status, headers with names in lower case, and its body (empty unless it was kept)."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """A connection to a server on this machine, opened when first needed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._file: io.BufferedReader | None = None
        self._room = memoryview(bytearray(2**20))
        self.taken = 0
        """Bytes of the body that was read last."""

    def ask(self, pieces: Sequence[Piece], *, keep: bool = False) -> Answer:
        """Sends a whole request and reads the whole answer; raises `OSError` or `EOFError`."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), ANSWER_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._file = self._socket.makefile("rb")
        self.taken = 0
        self._send(self._socket, pieces)
        assert self._file is not None
        return self._read(self._file, keep)

    def another(self) -> "Connection":
        """A second connection to the same server."""
        return Connection(self._port)

    def close(self) -> None:
        """Ends the connection; the next request opens another."""
        for one in (self._file, self._socket):
            if one is not None:
                one.close()
        self._file = self._socket = None

    def _send(self, to: socket.socket, pieces: Sequence[Piece]) -> None:
        rest = [memoryview(piece) for piece in pieces if len(piece)]
        while rest:
            sent = to.sendmsg(rest[:_PIECES_AT_ONCE])
            while rest and sent >= len(rest[0]):
                sent -= len(rest.pop(0))
            if sent:
                rest[0] = rest[0][sent:]

    def _read(self, file: io.BufferedReader, keep: bool) -> Answer:
        first = file.readline()
        if not first:
            raise EOFError("The connection was closed.")
        status = int(first.split(b" ", 2)[1])
        headers: dict[str, str] = {}
        while line := file.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        kept = io.BytesIO() if keep else None
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int(file.readline().partition(b";")[0], 16):
                self._take(file, size, kept)
                file.readline()
            file.readline()
        elif status not in (204, 304):
            self._take(file, int(headers.get("content-length", "0")), kept)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, kept.getvalue() if kept else b"")

    def _take(self, file: io.BufferedReader, size: int, kept: io.BytesIO | None) -> None:
        while size:
            read = file.readinto(self._room[:size])
            if not read:
                raise EOFError("The connection was closed in the middle of an answer.")
            self.taken += read
            if kept is not None:
                kept.write(self._room[:read])
            size -= read
