"""A real Lightbox server to send to, as a process of its own on a port that the system chose."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from e2e.running import RunningServer


@contextmanager
def lightbox(folder: Path, *flags: str) -> Iterator[RunningServer]:
    server = RunningServer(folder / "data", *flags)
    server.start()
    try:
        yield server
    finally:
        server.stop()
