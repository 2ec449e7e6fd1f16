"""Request heads over a real socket: what is bounded, and what is not."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.running import RunningServer
from server.commands.bounded_http import LARGEST_HEAD


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    root: Path = tmp_path_factory.mktemp("heads")
    server = RunningServer(root).start()
    yield server.port
    server.stop()


def answer_to(port: int, *pieces: bytes) -> bytes:
    """The first bytes of what is answered, however much of the pieces is still to be sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        with contextlib.suppress(OSError):  # the server may have hung up
            for piece in pieces:
                connection.sendall(piece)
        with contextlib.suppress(ConnectionResetError):
            return connection.recv(4096)
        return b""


def test_a_header_without_end_is_cut_off(port: int) -> None:
    filler = b"x" * 65536
    answer = answer_to(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ", *[filler] * 64)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")


def test_many_small_headers_are_bounded_too(port: int) -> None:
    lines = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 100) for n in range(4000))
    answer = answer_to(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n", lines, b"\r\n")
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")


def test_an_ordinary_head_and_a_large_body_are_taken(port: int) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Long: %s\r\n\r\n" % (port, b"z" * 8000)
    assert answer_to(port, head).startswith(b"HTTP/1.1 200 ")
    body = b"n" * (8 * LARGEST_HEAD)
    stow = (
        b"POST /dicomweb/studies HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/dicom\r\n"
        b"Content-Length: %d\r\n\r\n" % (port, len(body))
    )
    assert answer_to(port, stow, body).startswith(b"HTTP/1.1 409 ")


def test_one_connection_may_ask_again_and_again(port: int) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Long: %s\r\n\r\n" % (port, b"z" * 60_000)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for _ in range(12):
            connection.sendall(request)
            answer = b""
            while not answer.endswith(b"healthy\n"):
                piece = connection.recv(4096)
                assert piece
                answer += piece
            assert answer.startswith(b"HTTP/1.1 200 ")
