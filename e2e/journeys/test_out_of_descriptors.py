"""More connections than a process may have descriptors: it waits quietly, and is there again when they have gone."""

import resource
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing

import httpx

from e2e.running import RunningServer
from tests.factories import multipart, part10

DESCRIPTORS = 100
CONNECTIONS = 200
SECONDS = 30


def test_a_server_out_of_descriptors_neither_spins_nor_forgets(new_server: Callable[[], RunningServer]) -> None:
    server = new_server()
    content, headers = multipart(part10(SOPInstanceUID="1.2.3"))
    assert httpx.post(f"{server.dicomweb}/studies", content=content, headers=headers).status_code == 200
    assert server.process is not None
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    with ExitStack() as connected:
        for _ in range(CONNECTIONS):
            connected.enter_context(closing(socket.create_connection(("127.0.0.1", server.port))))
        before, began = server.cpu_seconds(), time.monotonic()
        time.sleep(1)
        assert (server.cpu_seconds() - before) / (time.monotonic() - began) < 0.5
    began = time.monotonic()
    while not answers(server):
        assert time.monotonic() - began < SECONDS
    found = httpx.get(f"{server.dicomweb}/instances").json()
    assert [one["00080018"]["Value"] for one in found] == [["1.2.3"]]


def answers(server: RunningServer) -> bool:
    try:
        return httpx.get(f"{server.address}/readyz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False
