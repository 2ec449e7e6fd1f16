"""A small real server that answers store transactions as each test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pydicom import dcmread
from pydicom.filebase import DicomBytesIO

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class StoreServer:
    """Answers with `replies` in turn, then with whatever `otherwise` makes of the instance UIDs received."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    otherwise: Callable[[list[str]], Reply] = field(default_factory=lambda: all_stored)
    otherwise_get: Reply = (501, {}, b"")
    gives_back: bool = False
    bodies: list[bytes] = field(default_factory=list)
    content_types: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def parts(self, index: int) -> list[bytes]:
        boundary = self.content_types[index].split("boundary=")[1].strip('"').encode()
        pieces = self.bodies[index].split(b"--" + boundary)
        assert pieces[0] == b"", "no preamble"
        assert pieces[-1] == b"--\r\n", "a closing boundary"
        return [piece.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n") for piece in pieces[1:-1]]

    def uids(self, index: int) -> list[str]:
        return [str(dcmread(DicomBytesIO(part), stop_before_pixels=True).SOPInstanceUID) for part in self.parts(index)]


def store_response(stored: list[str], refused: dict[str, int]) -> bytes:
    def item(uid: str) -> dict[str, object]:
        return {"00081155": {"vr": "UI", "Value": [uid]}}

    dataset = {
        "00081199": {"vr": "SQ", "Value": [item(uid) for uid in stored]},
        "00081198": {
            "vr": "SQ",
            "Value": [item(uid) | {"00081197": {"vr": "US", "Value": [code]}} for uid, code in refused.items()],
        },
    }
    return json.dumps(dataset).encode()


def all_stored(uids: list[str]) -> Reply:
    return 200, {"Content-Type": "application/dicom+json"}, store_response(uids, {})


@contextmanager
def serve() -> Iterator[StoreServer]:
    told = StoreServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.paths.append(self.path)
            told.content_types.append(self.headers["Content-Type"])
            told.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            reply = told.replies.pop(0) if told.replies else told.otherwise(told.uids(len(told.bodies) - 1))
            self.answer(reply)

        def do_GET(self) -> None:
            self.answer((200, {}, told.parts(-1)[0]) if told.gives_back else told.otherwise_get)

        def answer(self, reply: Reply) -> None:
            status, headers, body = reply
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}/dicomweb"
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
