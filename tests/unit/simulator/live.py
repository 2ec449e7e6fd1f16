"""Processes of their own: a real Lightbox to send to, on a port that the system chose, and a modality to kill."""

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from multiprocessing.process import BaseProcess
from pathlib import Path

from e2e.running import RunningServer
from simulator.cli import main

# Forked from a server that has the simulator loaded: as much a process as any other, and started at once.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["pytest", "simulator.cli"])


@contextmanager
def lightbox(folder: Path, *flags: str) -> Iterator[RunningServer]:
    server = RunningServer(folder / "data", *flags)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def simulator(arguments: list[str], said: Path) -> BaseProcess:
    """`lightbox-sim` with these arguments, started; what it says goes to a file."""
    process = _FORKS.Process(target=_run, args=(arguments, said))
    process.start()
    return process


def _run(arguments: list[str], said: Path) -> None:
    with said.open("w") as file, redirect_stdout(file), redirect_stderr(file):
        sys.exit(main(arguments))
