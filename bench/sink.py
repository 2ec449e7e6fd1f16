"""An archive that reads what is stored, answers for every instance and keeps none: what sending alone costs."""

import http.server
import json
import multiprocessing
import re
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue

# The SOP Instance UID as Explicit VR Little Endian writes it: PS3.5 7.1.2.
_UID = re.compile(rb"\x08\x00\x18\x00UI..([0-9.]+)", re.DOTALL)


class _Sink(http.server.BaseHTTPRequestHandler):
    """Store transactions of PS3.18 10.5, all taken."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read the whole payload and name every instance in it."""
        payload = self.rfile.read(int(self.headers["Content-Length"]))
        uids = [match.decode() for match in _UID.findall(payload)]
        stored = [{"00081155": {"vr": "UI", "Value": [uid]}} for uid in uids]
        answer = json.dumps({"00081199": {"vr": "SQ", "Value": stored}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/dicom+json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _serve(ready: "Queue[int]") -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Sink)
    ready.put(server.server_port)
    server.serve_forever()


@contextmanager
def sink() -> Iterator[str]:
    """The address of a sink in a process of its own, while the context lasts."""
    ready: Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_serve, args=(ready,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ready.get()}"
    finally:
        process.terminate()
        process.join()
