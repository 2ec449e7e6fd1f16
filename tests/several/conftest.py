"""Real PostgreSQL and Redis servers, started for these tests and over empty folders of their own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _answers(port: int) -> None:
    """Waits until somebody listens."""
    for _ in range(1200):
        with socket.socket() as knocking:
            if knocking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port}")


class Other:
    """A server of another make, that a test may stop and start again."""

    def __init__(self, command: list[str], port: int, address: str, user: str | None) -> None:
        self._command = command
        self._port = port
        self._user = user
        self.address = address
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Other":
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self._user
        )
        _answers(self._port)
        return self

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Other]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not installed (Debian: redis-server)")
    port = _free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    other = Other(command, port, f"redis://127.0.0.1:{port}/0", None).start()
    yield other
    other.kill()


@pytest.fixture
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Other]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    folder = Path("/tmp") / f"lightbox-postgresql-{os.getpid()}-{_free_port()}"
    folder.mkdir(mode=0o700)
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", _free_port()
    subprocess.run(
        [programs[-1], "-D", data, "-A", "trust", "-U", "lightbox", "--no-sync"],
        check=True, capture_output=True, user=user, cwd="/",
    )  # fmt: skip
    settings = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
    command = [str(programs[-1].with_name("postgres")), "-D", str(data), "-p", str(port), *settings]
    other = Other(command, port, f"postgresql://lightbox@127.0.0.1:{port}/postgres", user).start()
    yield other
    other.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["postgresql_server", "redis_server"])
def other(request: pytest.FixtureRequest) -> Other | None:
    """Each of them in turn; a test may name "" too, for none."""
    served: Other | None = request.getfixturevalue(request.param) if request.param else None
    return served
