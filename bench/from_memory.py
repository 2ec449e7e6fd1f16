"""What Starlette on uvicorn can do with the same bytes: a server that has them in memory and nothing else to do.

`python -m bench.from_memory` is that server; it is given answers by POST and sends them by GET.
"""

import re
import subprocess
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from bench.connection import Answer, Connection
from bench.targets import Target

NAME = "from memory"


class FromMemory:
    """The server as a process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._port = 0

    def start(self) -> Target:
        """Starts it, and waits until it says where it listens."""
        command = [sys.executable, "-m", "bench.from_memory"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        found = re.search(r"\d+", self._process.stdout.readline())
        assert found is not None
        self._port = int(found[0])
        return Target(NAME, self._port, "", self._process.pid)

    def keep(self, path: str, answer: Answer) -> None:
        """Has it send this answer from now on whoever asks for the path."""
        connection = Connection(self._port)
        kind, size = answer.headers.get("content-type", ""), len(answer.body)
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
        connection.ask([head.encode(), answer.body])
        connection.close()

    def stop(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
            assert self._process.stdout is not None
            self._process.stdout.close()


def main() -> None:
    """Serves until it is told to stop."""
    kept: dict[str, tuple[bytes, str]] = {}

    async def keep(request: HttpRequest) -> Response:
        kept[request.path_params["path"]] = await request.body(), request.headers["content-type"]
        return Response()

    async def send(request: HttpRequest) -> Response:
        body, kind = kept[request.path_params["path"]]
        return Response(body, media_type=kind)

    app = Starlette(routes=[Route("/{path:path}", send), Route("/{path:path}", keep, methods=["POST"])])
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False)
    listening = config.bind_socket()
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
