"""The backplane of the processes that serve one root on one machine: each has a socket in a folder of the root.

Nothing has to be set up and nothing stands in the middle: whoever has news writes it to the sockets of all others. A
process that reads too slowly, or is gone, misses it; the journal has it.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import orjson

from server.sessions.backplane import News

LARGEST_NEWS = 4 * 2**20
"""Bytes that may wait for one process; the news that come on top of them are not told to it."""

_PATIENCE_SECONDS = 1
_BACKLOG = 64


class Neighbours:
    """A backplane over UNIX sockets in `folder`, which is made when missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = f"{os.getpid()}-{secrets.token_hex(8)}.socket"
        self._descriptor = -1
        self._hear: Callable[[News], None] = lambda _news: None
        self._server: asyncio.Server | None = None
        self._writers: dict[str, asyncio.StreamWriter] = {}
        self._listening: set[asyncio.Task[None]] = set()
        self._publishing = asyncio.Lock()

    @property
    def alone(self) -> bool:
        """Whether there is no other process now."""
        return not self._others()

    async def open(self, hear: Callable[[News], None]) -> None:
        """Listens, and takes away the sockets of processes that are no more."""
        self._hear = hear
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self._address(f"{self._own}.new"))
        listening.listen(_BACKLOG)
        # under its name only now, so that none is ever seen that does not listen
        (self._folder / f"{self._own}.new").rename(self._folder / self._own)
        self._server = await asyncio.start_unix_server(self._listen, sock=listening, limit=LARGEST_NEWS)
        for name in self._others():
            await self._writer(name)

    async def publish(self, news: News) -> None:
        """Tells every other process that there is."""
        told = orjson.dumps(news) + b"\n"
        async with self._publishing:
            for name in self._others():
                writer = await self._writer(name)
                if writer and writer.transport.get_write_buffer_size() + len(told) <= LARGEST_NEWS:
                    writer.write(told)

    async def close(self) -> None:
        """Is no longer there for the others."""
        if self._server is not None:
            (self._folder / self._own).unlink(missing_ok=True)
            self._server.close()
        for task in self._listening:
            task.cancel()
        for writer in self._writers.values():
            writer.close()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _others(self) -> list[str]:
        try:
            with os.scandir(self._folder) as found:
                return [one.name for one in found if one.name.endswith(".socket") and one.name != self._own]
        except FileNotFoundError:
            return []

    def _address(self, name: str) -> str:
        """A short way to the folder: the address of a socket has no room for a long one."""
        return f"/proc/self/fd/{self._descriptor}/{name}"

    async def _writer(self, name: str) -> asyncio.StreamWriter | None:
        """The connection to another process; None when it cannot be had, or the process is gone."""
        known = self._writers.get(name)
        if known is not None and not known.is_closing():
            return known
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                _, self._writers[name] = await asyncio.open_unix_connection(self._address(name))
        except (ConnectionRefusedError, FileNotFoundError):
            self._writers.pop(name, None)
            with suppress(FileNotFoundError):
                (self._folder / name).unlink()
            return None
        except (OSError, TimeoutError):
            return None
        return self._writers[name]

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._listening.add(task)
            task.add_done_callback(self._listening.discard)
        with suppress(OSError, ValueError, asyncio.CancelledError):
            while line := await reader.readline():
                self._hear(orjson.loads(line))
        writer.close()
