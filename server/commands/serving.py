"""`lightbox serve`: the server in the foreground until it is told to stop."""

import ctypes
import gc
import ipaddress
import logging
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from server.app import build
from server.commands.bounded_http import BoundedHttp
from server.commands.failure import CommandFailed
from server.commands.log_lines import LogLines
from server.commands.supervising import STOP_SECONDS, Supervisor
from server.settings import Settings
from server.web.live import LONGEST_MESSAGE

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1
"""What glibc's mallopt(3) calls M_ARENA_MAX and so on."""

_MAPPED_BYTES, _KEPT_BYTES = 2**20, 2**24


def serve(settings: Settings, announce: Callable[[str], None] | None = None, *, log_requests: bool = True) -> int:
    """Serves until SIGTERM or SIGINT, then finishes what it acknowledged; `announce` is told the address."""
    host = settings.web.host
    listening = bind(host, settings.web.port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"

    def ready() -> None:
        (announce or _say)(address)

    if settings.web.workers == 1:
        run(settings, listening, ready, log_requests=log_requests)
        return 0
    return Supervisor(settings, listening, run, ready, log_requests=log_requests).run()


_SWITCH_SECONDS = 0.001
"""How long a thread that computes may keep the others waiting; Python's own 5 ms make the event loop late.

Measured with two threads that compute: 95 of 100 wake-ups of the loop within 15 ms instead of 62.
"""


def run(settings: Settings, listening: socket.socket, ready: Callable[[], None], *, log_requests: bool) -> None:
    """Serves in this process, on a socket that others may serve too, until SIGTERM or SIGINT."""
    told = "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=logging.WARNING, format=told, handlers=[LogLines()])
    logging.getLogger("lightbox").setLevel(logging.INFO if log_requests else logging.WARNING)
    _share_one_heap()
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = build(settings)
    config = uvicorn.Config(
        app,
        http=BoundedHttp,
        access_log=False,  # it would log query strings, which hold names; web.request_log does without
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        ws_max_size=2 * LONGEST_MESSAGE,
        ws_ping_interval=10,
        ws_ping_timeout=10,
        ws_per_message_deflate=False,
    )
    for asking in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops in good order and then raises the signal again, which would end us as if killed
        signal.signal(asking, signal.SIG_IGN)
    _Server(config, ready, app.state.stop_waiting).run([listening])


def _share_one_heap() -> None:
    """Has all threads allocate from one heap, where the C library knows of several, and keeps a little of it free.

    A frame that one thread has let go of would lie in its heap for no other: measured, twice the memory for pictures.
    Bodies and frames of less than a megabyte come and go; given back each time, an instance met 70 pages anew.
    """
    with suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_ARENA_MAX, 1)
        libc.mallopt(_MMAP_THRESHOLD, _MAPPED_BYTES)
        libc.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on a loopback address; `CommandFailed` for any other, or when the port is taken."""
    if not _is_loopback(host):
        raise CommandFailed(
            f"refusing to listen on {host}: until people can sign in, the server serves this machine alone. "
            "Use --host 127.0.0.1 (or ::1, or localhost)."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise CommandFailed(f"cannot listen on {host} port {port}: {error.strerror}. Choose another --port.") from error
    return listening


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _say(address: str) -> None:
    print(f"Lightbox is ready at {address}/ and {address}/dicomweb", flush=True)  # noqa: T201


class _Server(uvicorn.Server):
    """Announces itself once it really listens, and before it stops sends away those who wait for news."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.collect()
        gc.freeze()  # what is there now stays: to look through it again and again costs a twentieth of every answer
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)
