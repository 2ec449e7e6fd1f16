"""What is sent: a GET of a resource, or a store of instances, as bytes for a socket."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.connection import Piece

DICOM_JSON = "application/dicom+json"
OCTET_STREAM = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*'
JPEG = "image/jpeg"
_BOUNDARY = "bench-boundary-7f3a"
_PART = f"\r\n--{_BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
_END = f"\r\n--{_BOUNDARY}--\r\n".encode()


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a resource below the DICOMweb root; with instances to store it is a POST."""

    path: str
    accept: str
    instances: Sequence[Sequence[Piece]] = ()

    def pieces(self, port: int, prefix: str) -> list[Piece]:
        """The request as it goes out."""
        head = f"{prefix}{self.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: {self.accept}\r\n"
        if not self.instances:
            return [f"GET {head}\r\n".encode()]
        body: list[Piece] = []
        for instance in self.instances:
            body += [_PART, *instance]
        body.append(_END)
        kind = f'Content-Type: multipart/related; type="application/dicom"; boundary={_BOUNDARY}\r\n'
        return [f"POST {head}{kind}Content-Length: {sum(map(len, body))}\r\n\r\n".encode(), *body]
