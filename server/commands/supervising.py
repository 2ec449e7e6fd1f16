"""Several server processes on one port and one root: started together, started again when one dies, stopped together.

They share the listening socket, so a connection waits for whoever is free, also while one is starting again. What they
share otherwise is on the disk: SQLite's and the kernel's locks keep them out of each other's way (ADR 15).
They are forked, so that one is there again at once: the supervisor has loaded what they need, and has no threads.
"""

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Protocol

from server.app import open_parts
from server.commands.failure import CommandFailed
from server.settings import MIB, Settings

log = logging.getLogger("lightbox.workers")

STOP_SECONDS = 15
"""What is under way when a server is asked to stop may take so long."""

_CLEAN_SECONDS = 4
_PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
_context = multiprocessing.get_context("fork")


class Serve(Protocol):
    """Serves in this process until SIGTERM: `commands.serving.run`."""

    def __call__(
        self, settings: Settings, listening: socket.socket, ready: Callable[[], None], *, log_requests: bool
    ) -> None: ...


@dataclass
class _Worker:
    """A place for a process: who is in it, the line to it, and how often in a row it died before it was ready."""

    process: ForkProcess | None = None
    line: Connection | None = None
    ready: bool = False
    failures: int = 0
    again_at: float = 0.0


class Supervisor:
    """The process that starts the others; it serves nobody itself."""

    def __init__(
        self,
        settings: Settings,
        listening: socket.socket,
        serve: Serve,
        ready: Callable[[], None],
        *,
        log_requests: bool,
    ) -> None:
        self._settings = settings
        self._listening = listening
        self._serve = serve
        self._announce: Callable[[], None] | None = ready
        self._log_requests = log_requests
        self._workers = [_Worker() for _ in range(settings.web.workers)]
        self._woken, self._wake = _context.Pipe(duplex=False)
        self._stopping = False

    def run(self) -> int:
        """Serves until SIGTERM or SIGINT; answers 0 when all processes then ended by themselves."""
        open_parts(self._settings).close()  # what keeps them from starting is told once, and here
        self._listening.listen(2048)
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
        for asking in (signal.SIGTERM, signal.SIGINT):
            signal.signal(asking, self._asked_to_stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            while not self._stopping:
                self._fill()
                self._look()
        finally:
            self._listening.close()
            done = self._stop()
        return 0 if done else 1

    def _asked_to_stop(self, *_: object) -> None:
        self._stopping = True
        self._wake.send_bytes(b"stop")

    def _fill(self) -> None:
        """Starts a process in every place that has none, unless one just died there again and again."""
        for worker in self._workers:
            if worker.process is None and time.monotonic() >= worker.again_at:
                worker.line, theirs = _context.Pipe()
                worker.process = _context.Process(target=self._work, args=(theirs,))
                worker.process.start()
                theirs.close()

    def _look(self) -> None:
        """Waits until something happens, and takes note of it."""
        lines = {worker.line: worker for worker in self._workers if worker.line is not None}
        due = min((worker.again_at for worker in self._workers if worker.process is None), default=None)
        for told in wait([*lines, self._woken], None if due is None else max(0.0, due - time.monotonic())):
            if told is self._woken:
                self._woken.recv_bytes()
            else:
                self._hear(lines[told])  # type: ignore[index]  # these are all lines
        if self._announce and any(worker.ready for worker in self._workers):
            self._announce()
            self._announce = None

    def _hear(self, worker: _Worker) -> None:
        assert worker.line is not None and worker.process is not None  # noqa: S101, PT018 - it is one that runs
        with suppress(EOFError, OSError):
            worker.line.recv_bytes()
            worker.ready, worker.failures = True, 0
            return
        worker.line.close()
        worker.process.join()
        if not self._stopping:
            log.error("a server process ended with %s and is started again", worker.process.exitcode)
        if not worker.ready:
            worker.failures += 1
            if self._announce:
                raise CommandFailed("a server process could not start; its log says why")
        worker.again_at = time.monotonic() + _PAUSES[min(worker.failures, len(_PAUSES) - 1)]
        worker.process, worker.line, worker.ready = None, None, False

    def _stop(self) -> bool:
        """Has all finish what they acknowledged; answers whether they did so in time."""
        running = [worker.process for worker in self._workers if worker.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS + _CLEAN_SECONDS
        for process in running:
            process.join(max(0.0, deadline - time.monotonic()))
        late = [process for process in running if process.is_alive()]
        for process in late:
            process.kill()
            process.join()
        return not late

    def _work(self, line: Connection) -> None:
        """One of the processes; it does not outlive the one that started it."""
        for asking in (signal.SIGTERM, signal.SIGINT):
            signal.signal(asking, signal.SIG_DFL)
        for other in self._workers:
            if other.line is not None:
                other.line.close()  # held here, it would hide from the others that the supervisor is gone

        def end_with_the_supervisor() -> None:
            with suppress(EOFError, OSError):
                line.recv_bytes()
            while True:  # the first may fall into the moment before anybody listens to it
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(1)

        threading.Thread(target=end_with_the_supervisor, daemon=True).start()
        self._serve(
            share_of(self._settings),
            self._listening,
            lambda: line.send_bytes(b"ready"),
            log_requests=self._log_requests,
        )


def share_of(settings: Settings) -> Settings:
    """The settings of one process: together they take the memory that one alone would."""
    workers, kept, drawing = settings.web.workers, settings.archive, settings.rendering
    pages = {"database_bytes": max(MIB, kept.database_bytes // workers)}
    share = {
        "cache_bytes": max(MIB, drawing.cache_bytes // workers),
        "volume_bytes": max(16 * MIB, drawing.volume_bytes // workers),
        "decoders": drawing.decoders and max(1, drawing.decoders // workers),
    }
    return settings.model_copy(
        update={"archive": kept.model_copy(update=pages), "rendering": drawing.model_copy(update=share)}
    )
