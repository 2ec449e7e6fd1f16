"""A small UPS-RS origin server on a real port: searches, and holds each workitem to its states (PS3.4 CC.1.1)."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Ups:
    """Its workitems, as DICOM JSON; `status` other than 200 is what every search is answered with."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.status = 200
        self.queries: list[dict[str, list[str]]] = []
        self.holders: dict[str, str] = {}
        self.states: dict[str, list[str]] = {}
        self.performed: dict[str, dict[str, Any]] = {}
        self.rival = ""
        """The Transaction UID of a device that claims everything as soon as a list was asked for."""
        self.root = ""

    def search(self, query: dict[str, list[str]]) -> tuple[int, bytes]:
        """PS3.18 11.9, of what is still scheduled."""
        self.queries.append(query)
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        page = [item for item in self.items if not (isinstance(item, dict) and self.state(_uid(item)))]
        page = page[offset : offset + limit]
        if self.rival:
            self.holders |= {_uid(item): self.rival for item in page}
            self.states |= {_uid(item): ["IN PROGRESS"] for item in page}
        if self.status != 200 or not page:
            return (self.status if self.status != 200 else 204), b""
        return 200, json.dumps(page).encode()

    def change(self, uid: str, change: dict[str, Any]) -> int:
        """PS3.18 11.7: to IN PROGRESS once, to COMPLETED only by who holds it and has said what was performed."""
        wanted, transaction = _value(change, "00741000"), _value(change, "00081195")
        if wanted == "IN PROGRESS":
            if self.state(uid):
                return 409
            self.holders[uid] = transaction
        elif not self.is_held(uid, transaction) or "00404051" not in self.performed.get(uid, {}):
            return 409
        self.states.setdefault(uid, []).append(wanted)
        return 200

    def update(self, uid: str, transaction: str, dataset: dict[str, Any]) -> int:
        """PS3.18 11.6."""
        if not self.is_held(uid, transaction):
            return 409
        self.performed[uid] = dataset["00741216"]["Value"][0]
        return 200

    def is_held(self, uid: str, transaction: str) -> bool:
        """Whether a workitem is in progress with whoever knows this Transaction UID."""
        return self.state(uid) == "IN PROGRESS" and self.holders[uid] == transaction

    def state(self, uid: str) -> str:
        """What was last made of a workitem; empty while it is scheduled."""
        return self.states.get(uid, [""])[-1]


def _uid(item: dict[str, Any]) -> str:
    return str(_value(item, "00080018"))


def _value(dataset: dict[str, Any], tag: str) -> Any:
    return dataset[tag]["Value"][0]


@contextmanager
def serve() -> Iterator[Ups]:
    ups = Ups()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            assert parts.path == "/dicomweb/workitems"
            self.answer(*ups.search(parse_qs(parts.query)))

        def do_PUT(self) -> None:
            uid, state = self.path.removeprefix("/dicomweb/workitems/").split("/")
            assert state == "state"
            self.answer(ups.change(uid, self.payload()))

        def do_POST(self) -> None:
            uid, transaction = self.path.removeprefix("/dicomweb/workitems/").split("?")
            self.answer(ups.update(uid, transaction, self.payload()))

        def payload(self) -> dict[str, Any]:
            assert self.headers["Content-Type"] == "application/dicom+json"
            [dataset] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            return dict(dataset)

        def answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ups.root = f"http://127.0.0.1:{server.server_port}/dicomweb"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield ups
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
