"""HTTP spoken byte by byte, so that it can be spoken wrongly."""

import socket
import ssl
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit

BOUNDARY = "lightbox-fault-5d2c91"
MULTIPART = f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
_MOST_OF_AN_ANSWER = 2**22


@dataclass(frozen=True)
class Reply:
    """What came back; status 0 when the connection ended without an answer, -1 when none came in time."""

    status: int
    media_type: str = ""
    body: bytes = b""


class Wire:
    """Makes connections with the host of a DICOMweb root."""

    def __init__(self, root: str, timeout: float) -> None:
        parts = urlsplit(root)
        self.path = parts.path.rstrip("/")
        self.host = parts.netloc
        self.timeout = timeout
        self._address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None

    def connect(self) -> socket.socket:
        """A connection of its own. Raises OSError."""
        plain = socket.create_connection(self._address, self.timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._tls.wrap_socket(plain, server_hostname=self._address[0]) if self._tls else plain

    def exchange(self, pieces: Iterable[bytes], *, ends: bool = False) -> Reply:
        """Send pieces and return the answer; with `ends` the sending side is closed after the last piece."""
        with self.connect() as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
                if ends:
                    connection.shutdown(socket.SHUT_WR)
            except TimeoutError:
                return Reply(-1)
            except OSError:
                pass  # the other side has heard enough; it may have said why
            return receive(connection)

    def abandon(self, pieces: Iterable[bytes]) -> None:
        """Send pieces and then reset the connection, as a cable that is pulled."""
        with self.connect() as connection:
            for piece in pieces:
                connection.sendall(piece)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def post(self, body_length: int | None = None, path: str = "/studies", **headers: str) -> bytes:
        """The head of a POST; underscores in the names of headers stand for hyphens."""
        fields = {"Host": self.host, "Content-Type": MULTIPART, "Accept": "application/dicom+json"}
        fields |= {"Connection": "close"}
        if body_length is not None:
            fields["Content-Length"] = str(body_length)
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
        return f"POST {self.path}{path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")


def receive(connection: socket.socket) -> Reply:
    """Read one answer."""
    try:
        response = HTTPResponse(connection)
        response.begin()
        body = response.read(_MOST_OF_AN_ANSWER)
        return Reply(response.status, response.headers.get_content_type(), body)
    except TimeoutError:
        return Reply(-1)
    except (OSError, HTTPException):
        return Reply(0)


def multipart(*files: bytes, boundary: str = BOUNDARY, closing: bool = True) -> bytes:
    """A multipart/related body, PS3.18 8.6.1.2."""
    head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    body = b"".join(head + file + b"\r\n" for file in files)
    return body + f"--{boundary}--\r\n".encode() if closing else body
