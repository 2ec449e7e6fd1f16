"""What Starlette on uvicorn can do with the same bytes: a server that has them in memory and nothing else to do.

`python -m bench.from_memory` is that server; it is given an answer by POST and sends it by GET.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from bench.cases import Case
from bench.connection import Connection
from bench.requests import Request
from bench.targets import OURS, Target

NAME = "from memory"


class FromMemory:
    """The server as a process."""

    def __init__(self) -> None:
        """Starts it, and waits until it says where it listens."""
        command = [sys.executable, "-m", "bench.from_memory"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        self.target = Target(NAME, int(said), "", self._process.pid)

    def like(self, case: Case, targets: Sequence[Target]) -> Callable[[int], Request]:
        """Requests that it answers as our server answers the first of the case."""
        [ours] = (target for target in targets if target.name == OURS)
        answer = ours.ask(case.request(0))
        connection = Connection(self.target.port)
        kind, size = answer.headers.get("content-type", ""), len(answer.body)
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
        connection.ask([head.encode(), answer.body])
        connection.close()
        return lambda _: Request("/", "*/*")

    def stop(self) -> None:
        """Ends the process."""
        self._process.terminate()
        self._process.wait(timeout=30)
        assert self._process.stdout is not None
        self._process.stdout.close()


def main() -> None:
    """Serves until it is told to stop."""
    kept: list[tuple[bytes, str]] = []

    async def keep(request: HttpRequest) -> Response:
        kept[:] = [(await request.body(), request.headers["content-type"])]
        return Response()

    async def send(_request: HttpRequest) -> Response:
        body, kind = kept[0]
        return Response(body, media_type=kind)

    app = Starlette(routes=[Route("/", send), Route("/", keep, methods=["POST"])])
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False)
    listening = config.bind_socket()
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
