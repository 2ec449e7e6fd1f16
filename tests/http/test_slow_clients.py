"""Clients that say nothing, a byte now and then, or take nothing: cut off, and nobody else waits for them."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
import uvicorn

from server.app import build
from server.commands import bounded_http
from server.commands.bounded_http import BoundedHttp
from tests.factories import multipart, part10
from tests.http.conftest import settings_for

SECONDS = 0.4
PATH = "/dicomweb/studies/1.2.1/series/1.2.2/instances/1.2.3"
HEAD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1"
STOW = (
    b"POST /dicomweb/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/dicom\r\n"
    b"Content-Length: 1000000\r\n\r\n"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("slow") / "root"


@pytest.fixture(scope="module")
def port(root: Path) -> Iterator[int]:
    """A server that loses patience soon, with one large instance."""
    with pytest.MonkeyPatch.context() as hasty, socket.create_server(("127.0.0.1", 0)) as listening:
        for name in ("HEAD_SECONDS", "BODY_SECONDS", "STUCK_SECONDS"):
            hasty.setattr(bounded_http, name, SECONDS)
        hasty.setattr(bounded_http, "_TICK_SECONDS", SECONDS / 8)
        config = uvicorn.Config(build(settings_for(root)), http=BoundedHttp, log_config=None, lifespan="on")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(running.serve([listening])))
        thread.start()
        port = listening.getsockname()[1]
        uids = {"StudyInstanceUID": "1.2.1", "SeriesInstanceUID": "1.2.2", "SOPInstanceUID": "1.2.3"}
        content, headers = multipart(part10(**uids, Rows=4096, Columns=2048))
        httpx.post(f"http://127.0.0.1:{port}/dicomweb/studies", content=content, headers=headers).raise_for_status()
        yield port
        running.should_exit = True
        thread.join(20)


def ending(connection: socket.socket, *, drip: bytes = b"") -> bytes:
    """What the server says when it ends the connection, to which a byte is sent now and then."""
    connection.settimeout(0.05)
    said, deadline = b"", time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(TimeoutError):
            try:
                if drip:
                    connection.sendall(drip)
                piece = connection.recv(65536)
            except OSError as error:
                if isinstance(error, TimeoutError):
                    raise
                return said
            if not piece:
                return said
            said += piece
    raise AssertionError("it was never ended")


@pytest.mark.parametrize("said", [b"", HEAD, STOW])
@pytest.mark.parametrize("drip", [b"", b"x"])
def test_whoever_does_not_come_to_an_end_is_told_408(port: int, root: Path, said: bytes, drip: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(said)
        assert ending(connection, drip=drip if said else b"").startswith(b"HTTP/1.1 408 ")
    deadline = time.monotonic() + 20
    while list((root / "archive" / "inbox").iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_second_request_that_stops_in_its_head_is_told_too(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(HEAD + b"\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
        connection.sendall(HEAD)
        assert b"HTTP/1.1 408 " in ending(connection)


def test_whoever_takes_nothing_of_a_large_answer_is_cut_off(port: int) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", port))
        connection.sendall(f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/dicom\r\n\r\n".encode())
        time.sleep(4 * SECONDS)
        assert len(ending(connection)) < 16 * 2**20, "not all of it came"


def test_who_waits_for_an_answer_or_sends_steadily_is_not_hurried(port: int) -> None:
    waited = httpx.get(f"http://127.0.0.1:{port}/dicomweb/changes", params={"since": 1, "wait": 1}, timeout=20)
    assert waited.status_code == 200

    def steadily() -> Iterator[bytes]:
        for _ in range(8):
            yield bytes(4000)
            time.sleep(SECONDS / 4)

    headers = {"Content-Type": "application/dicom"}
    stored = httpx.post(f"http://127.0.0.1:{port}/dicomweb/studies", content=steadily(), headers=headers, timeout=20)
    assert stored.status_code == 409, "it was read to its end, and is no DICOM"


def test_others_are_served_while_many_are_slow(port: int) -> None:
    with ExitStack() as slow:
        for said in (b"", HEAD, STOW) * 50:
            connection = slow.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.sendall(said)
        for _ in range(20):
            assert httpx.get(f"http://127.0.0.1:{port}/dicomweb/studies", timeout=5).status_code == 200
