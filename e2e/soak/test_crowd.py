"""Eight hundred clients who are slow, or say nothing, come back whenever they are cut off; and others want to work."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from e2e.running import RunningServer
from e2e.soak.report import report
from tests.factories import image, multipart, part10

IDLE, SLOW_HEADS, SLOW_BODIES, SLOW_READERS = 500, 200, 50, 50
QUIET_SECONDS, CROWD_SECONDS = 15.0, 90.0
BUSY = 8
HEAD, BODY, STUCK = 20.0, 30.0, 60.0
"""Within these the server has had enough, by `server.commands.bounded_http`."""

LATE = 10.0
"""What may be added: it looks every five seconds, on a machine that is busy."""

PATH = "/dicomweb/studies/1.2.1/series/1.2.2/instances/1.2.3"
SIZE = 4096 * 4096 * 2
_BEGUN = b"GET /dicomweb/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
_STOW = (
    b"POST /dicomweb/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/dicom\r\n"
    b"Content-Length: 1000000\r\n\r\n"
)
_GET = f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/dicom; transfer-syntax=*\r\n\r\n".encode()


@pytest.fixture
def server(tmp_path: Path) -> RunningServer:
    return RunningServer(tmp_path / "root").start()


def test_nobody_else_is_lost_or_waits_long(server: RunningServer) -> None:
    uids = {"StudyInstanceUID": "1.2.1", "SeriesInstanceUID": "1.2.2", "SOPInstanceUID": "1.2.3"}
    content, headers = multipart(part10(image(**uids, Rows=4096, Columns=4096)))
    httpx.post(f"{server.dicomweb}/studies", content=content, headers=headers, timeout=60).raise_for_status()
    quiet = ordinary(server, QUIET_SECONDS)
    lives: dict[str, list[float]] = {}
    crowd = threading.Thread(target=lambda: asyncio.run(all_of_them(server.port, lives)))
    crowd.start()
    times = ordinary(server, CROWD_SECONDS)
    crowd.join()
    assert server.stop() == 0
    before, meanwhile = p95(quiet), p95(times)
    longest = {kind: max(lives[kind]) for kind in lives}
    report(
        "500 idle, 200 slow in their heads, 50 in their bodies, 50 in reading, all coming back",
        f"{len(times)} ordinary requests, 0 lost; p95 {before * 1000:.0f} ms before, {meanwhile * 1000:.0f} ms "
        f"meanwhile; cut after {longest['heads']:.0f} s, {longest['bodies']:.0f} s, {longest['readers']:.0f} s at most",
    )
    assert meanwhile <= max(4 * before, 0.5)
    for kind, allowed in (("idle", HEAD), ("heads", HEAD), ("bodies", BODY), ("readers", STUCK)):
        assert longest[kind] <= allowed + LATE, kind


def ordinary(server: RunningServer, seconds: float) -> list[float]:
    """How long each request of people at work took; one that fails ends the test."""
    until = time.monotonic() + seconds

    def work(number: int) -> list[float]:
        times: list[float] = []
        with httpx.Client(base_url=server.address, timeout=30) as client:
            while time.monotonic() < until:
                small = multipart(part10(SOPInstanceUID=f"1.2.{int(seconds)}.{number}.{len(times)}"))
                for method, path, (content, headers) in (
                    ("GET", "/dicomweb/studies?limit=25", (b"", {})),
                    ("GET", f"{PATH}/metadata", (b"", {})),
                    ("POST", "/dicomweb/studies", small),
                ):
                    began = time.monotonic()
                    answer = client.request(method, path, content=content, headers=headers)
                    times.append(time.monotonic() - began)
                    assert answer.status_code == 200, answer.text
                    time.sleep(0.05)
        return times

    with ThreadPoolExecutor(BUSY) as pool:
        return [one for times in pool.map(work, range(BUSY)) for one in times]


def p95(times: list[float]) -> float:
    """The time within which 95 of 100 were answered."""
    return sorted(times)[int(len(times) * 0.95)]


async def all_of_them(port: int, lives: dict[str, list[float]]) -> None:
    """The crowd; each client's lives are noted in seconds, by its kind."""
    until = time.monotonic() + CROWD_SECONDS
    kinds: list[tuple[str, int, Callable[[int], Awaitable[None]]]] = [
        ("idle", IDLE, lambda port: slow(port, b"", b"")),
        ("heads", SLOW_HEADS, lambda port: slow(port, _BEGUN, b"x")),
        ("bodies", SLOW_BODIES, lambda port: slow(port, _STOW, bytes(100))),
        ("readers", SLOW_READERS, takes_nothing),
    ]

    async def comes_back(live: Callable[[int], Awaitable[None]], noted: list[float]) -> None:
        while time.monotonic() < until:
            began = time.monotonic()
            await live(port)
            noted.append(time.monotonic() - began)

    everybody = [comes_back(live, lives.setdefault(kind, [])) for kind, number, live in kinds for _ in range(number)]
    await asyncio.gather(*everybody)


async def slow(port: int, said: bytes, drip: bytes) -> None:
    """Says something, and then a little every second, until it is cut off."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(said)
        over = asyncio.create_task(reader.read())
        while not over.done():
            if drip:
                writer.write(drip)
            await asyncio.wait({over}, timeout=1)
    finally:
        with suppress(OSError):
            await over
        writer.close()


async def takes_nothing(port: int) -> None:
    """Asks for a large file and takes nothing of it, until it can only have been cut off; then it looks."""
    loop = asyncio.get_running_loop()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        await loop.sock_connect(connection, ("127.0.0.1", port))
        await loop.sock_sendall(connection, _GET)
        await asyncio.sleep(STUCK + LATE / 2)
        taken = 0
        with suppress(OSError):
            while piece := await loop.sock_recv(connection, 2**20):
                taken += len(piece)
        assert taken < SIZE, "it was not cut off"
