"""Participants of a session without a screen: a WebSocket, and one keep-alive connection for pictures."""

import asyncio
import socket
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect

Image = dict[str, Any]


@dataclass
class Figures:
    """What one run has shown, times in milliseconds."""

    events: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    pointers: list[float] = field(default_factory=list)
    joined: list[float] = field(default_factory=list)
    distinct: set[str] = field(default_factory=set)
    moments: dict[int, float] = field(default_factory=dict)
    """When each step was sent, by its number."""
    skipped: int = 0
    received: int = 0


class Participant:
    """One of them; the first in a room leads."""

    def __init__(self, port: int, session_id: str, number: int, figures: Figures) -> None:
        self._port = port
        self._session_id = session_id
        self._number = number
        self._figures = figures
        self._wanted: tuple[str, float] | None = None
        self._something = asyncio.Event()
        self.wire: ClientConnection | None = None

    async def join(self, ending: AsyncExitStack) -> None:
        """Comes into the room."""
        began = time.perf_counter()
        address = f"ws://127.0.0.1:{self._port}/api/sessions/{self._session_id}/live"
        opening = connect(address, origin=f"http://127.0.0.1:{self._port}", compression=None)  # type: ignore[arg-type]
        self.wire = await ending.enter_async_context(opening)
        await self._say({"type": "hello", "key": f"{self._number:030}", "name": f"Person {self._number}"})
        while orjson.loads(await self.wire.recv())["type"] != "welcome":
            pass
        self._figures.joined.append((time.perf_counter() - began) * 1000)

    async def turn_to(self, image: Image, step: int) -> None:
        """What a leader does: shows an image, and points at it."""
        self._figures.moments[step] = time.perf_counter()
        await self._say({"type": "event", "id": step, "event": {"type": "image/set", "viewport": 0, "image": image}})
        await self._say({"type": "pointer", "viewport": 0, "image": image, "point": [step, 0]})

    async def listen(self) -> None:
        """Hears what happens, and says which picture is wanted."""
        assert self.wire is not None
        step = 0
        async for text in self.wire:
            now = time.perf_counter()
            self._figures.received += len(text)
            message = orjson.loads(text)
            if message["type"] == "pointer":
                self._figures.pointers.append((now - self._figures.moments[int(message["point"][0])]) * 1000)
            elif message["type"] == "event" and message["event"]["type"] == "image/set":
                began = self._figures.moments[step]  # events come in order and none is left out
                step += 1
                if message["id"] is None:
                    self._figures.events.append((now - began) * 1000)
                self._figures.skipped += self._wanted is not None
                self._wanted = (_path(message["event"]["image"]), began)
                self._something.set()

    async def look(self) -> None:
        """Fetches what is wanted, one after the other."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            await self._something.wait()
            self._something.clear()
            wanted, self._wanted = self._wanted, None
            if wanted is None:
                continue
            path, began = wanted
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: image/jpeg\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].partition("\r\n")[0] or 0)
            await reader.readexactly(length)
            if " 200 " not in head.partition("\r\n")[0]:
                raise RuntimeError(f"no picture: {head[:60]}")
            self._figures.pictures.append((time.perf_counter() - began) * 1000)
            self._figures.distinct.add(path)
            self._figures.received += length

    async def _say(self, message: Image) -> None:
        assert self.wire is not None
        await self.wire.send(orjson.dumps(message).decode())


def share(times: Sequence[float], part: int) -> str:
    """A percentile in whole milliseconds."""
    if len(times) < 2:
        return "-"
    return f"{statistics.quantiles(times, n=100, method='inclusive')[part - 1]:.0f}"


def _path(image: Image) -> str:
    uids = f"/dicomweb/studies/{image['study_uid']}/series/{image['series_uid']}/instances/{image['instance_uid']}"
    return f"{uids}/frames/{image['frame_number']}/rendered?quality=80"
