"""Decoders in processes of their own, which may crash, hang or swell without harm to anybody else.

Decoders of compressed pixels are written in C and read what strangers send. Each runs in a worker with bounded
memory; one that does not answer in time is killed, and the next frame gets a new worker.
"""

import contextlib
import multiprocessing
import os
import queue
import resource
import signal
import threading
from collections.abc import Callable, Collection
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.errors import Malformed, Overloaded
from server.rendering.codecs import native
from server.rendering.codecs.index import in_process
from server.rendering.image import Image

SECONDS = 20
"""Within this a frame is decoded; the largest that is drawn needs a tenth of it."""

MEMORY = 4 * 2**30
"""Address space of a worker in bytes."""

_context = multiprocessing.get_context("forkserver")


class Cage:
    """A few workers, started when they are first needed; `decode` may be called from any thread."""

    def __init__(self, workers: int, seconds: float = SECONDS) -> None:
        _context.set_forkserver_preload([__name__])
        self._seconds = seconds
        self._free: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._free.put(None)  # a place, whose worker starts with its first frame
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False

    def warm(self) -> None:
        """Starts a worker, so that the first compressed frame need not wait for one."""
        worker = self._free.get()
        try:
            worker = worker or self._start()
        finally:
            self._free.put(worker)

    def decode(self, data: bytes, image: Image, first_bit: int = 0) -> NDArray[np.generic]:
        """The samples of one frame, as its codec answers them; `Malformed` when it refuses, crashes or hangs.

        Uncompressed pixels need no decoder, and stay.
        """
        if image.transfer_syntax_uid in native.SYNTAXES:
            return in_process(data, image, first_bit)
        if self._closed:
            raise Overloaded("The server is stopping.")
        worker = self._free.get()
        try:
            if worker is None:
                worker = self._start()
            answer = worker.ask((data, image, first_bit), self._seconds)
        except TimeoutError:
            self._end(worker)
            worker = None
            raise Malformed(f"Its decoder did not finish within {self._seconds:g} seconds.") from None
        except (EOFError, OSError):
            self._end(worker)
            worker = None
            raise Malformed("Its decoder crashed on it, or needed too much memory.") from None
        finally:
            self._free.put(worker)
        if isinstance(answer, str):
            raise Malformed(answer)
        shape, kind, content = answer
        return np.frombuffer(content, kind).reshape(shape)

    def close(self) -> None:
        """Ends every worker."""
        self._closed = True
        with self._lock:
            workers = list(self._all)
        for worker in workers:
            self._end(worker)

    @property
    def workers(self) -> "Collection[_Worker]":
        """The workers that have been started and not been ended."""
        with self._lock:
            return set(self._all)

    def _start(self) -> "_Worker":
        worker = _Worker(work)
        with self._lock:
            self._all.add(worker)
        return worker

    def _end(self, worker: "_Worker | None") -> None:
        if worker is not None:
            with self._lock:
                self._all.discard(worker)
            worker.kill()


class _Worker:
    """A process and the pipe to it."""

    def __init__(self, work: Callable[[Connection], None]) -> None:
        self._ours, theirs = _context.Pipe()
        self._process = _context.Process(target=work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        """The process id."""
        return self._process.pid

    def ask(self, question: Any, seconds: float) -> Any:
        """The answer to a question; `EOFError` when the process has ended, `TimeoutError` when it is too slow."""
        self._ours.send(question)
        if not self._ours.poll(seconds):
            raise TimeoutError
        answer = self._ours.recv()
        if isinstance(answer, str):
            return answer
        return *answer, self._ours.recv_bytes()

    def kill(self) -> None:
        """Ends the process at once."""
        self._process.kill()
        self._process.join(5)
        self._ours.close()


def work(questions: Connection) -> None:
    """What a worker does: decodes one frame after the other until nobody is there any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)  # decoders complain of what they are given, one line a marker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server says when to stop
    with contextlib.suppress(OSError):
        os.nice(1)
    while True:
        try:
            data, image, first_bit = questions.recv()
        except EOFError:
            return
        try:
            samples = np.ascontiguousarray(in_process(data, image, first_bit))
        except Malformed as error:
            questions.send(error.message)
        except MemoryError:
            questions.send("Its decoder needed too much memory.")
        else:
            questions.send((samples.shape, samples.dtype.str))
            questions.send_bytes(samples.data.cast("B"))
