"""`python -m bench.session`: one session of 2, 8, 32 and 100 real WebSocket clients that also fetch every picture.

The leader turns pages at 30 Hz; each participant hears the event and asks for the picture, the newest first, as a
browser does. Both ends of every measured time are read from one clock, this process's.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.machine import described
from e2e.running import RunningServer, send

HERTZ = 30


@dataclass
class Figures:
    """What one run has shown, times in milliseconds."""

    events: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    pointers: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    joined: list[float] = field(default_factory=list)
    skipped: int = 0
    picture_bytes: int = 0


class Participant:
    """A browser without a screen: a WebSocket, and one keep-alive connection for pictures."""

    def __init__(self, server: RunningServer, session_id: str, number: int, figures: Figures) -> None:
        self._server = server
        self._session_id = session_id
        self._number = number
        self._figures = figures
        self._wanted: tuple[str, float] | None = None
        self._something = asyncio.Event()
        self.wire: ClientConnection | None = None

    async def join(self, ending: AsyncExitStack) -> None:
        """Comes into the room."""
        began = time.perf_counter()
        address = f"ws://127.0.0.1:{self._server.port}/api/sessions/{self._session_id}/live"
        wire = await ending.enter_async_context(connect(address, origin=self._server.address, compression=None))  # type: ignore[arg-type]
        await wire.send(json.dumps({"type": "hello", "key": f"{self._number:030}", "name": f"Person {self._number}"}))
        while json.loads(await wire.recv())["type"] != "welcome":
            pass
        self._figures.joined.append((time.perf_counter() - began) * 1000)
        self.wire = wire

    async def listen(self, moments: dict[str, float], pointed: dict[float, float]) -> None:
        """Hears what happens, and says which picture is wanted."""
        assert self.wire is not None
        async for text in self.wire:
            now = time.perf_counter()
            message = json.loads(text)
            if message["type"] == "pointer":
                self._figures.pointers.append((now - pointed[message["point"][0]]) * 1000)
            elif message["type"] == "event" and message["event"]["type"] == "image/set":
                image = message["event"]["image"]
                key = f"{image['instance_uid']} {message['event']['viewport']}"
                began = moments[key]
                times = self._figures.acknowledged if message["id"] is not None else self._figures.events
                times.append((now - began) * 1000)
                self._figures.skipped += self._wanted is not None
                self._wanted = (_path(image), began)
                self._something.set()

    async def look(self) -> None:
        """Fetches what is wanted, one after the other."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._server.port)
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
            if " 200 " in head.partition("\r\n")[0]:
                self._figures.pictures.append((time.perf_counter() - began) * 1000)
                self._figures.picture_bytes += length


def _path(image: dict[str, Any]) -> str:
    uids = f"/dicomweb/studies/{image['study_uid']}/series/{image['series_uid']}/instances/{image['instance_uid']}"
    return f"{uids}/frames/{image['frame_number']}/rendered?quality=80"


async def _meet(server: RunningServer, images: Sequence[dict[str, Any]], people: int, seconds: float) -> Figures:
    figures = Figures()
    async with httpx.AsyncClient() as http:
        body = json.dumps({"StudyInstanceUIDs": [images[0]["study_uid"]]})
        began = await http.post(f"{server.address}/api/sessions", content=body)
    session_id = began.json()["session_id"]
    async with AsyncExitStack() as ending:
        everybody = [Participant(server, session_id, number, figures) for number in range(people)]
        for one in everybody:
            await one.join(ending)
        moments: dict[str, float] = {}
        pointed: dict[float, float] = {}
        tasks = [asyncio.create_task(one.listen(moments, pointed)) for one in everybody]
        tasks += [asyncio.create_task(one.look()) for one in everybody]
        leader = everybody[0].wire
        assert leader is not None
        start = time.perf_counter()
        for step in range(int(seconds * HERTZ)):
            await asyncio.sleep(max(0, start + step / HERTZ - time.perf_counter()))
            image = images[step % len(images)]
            now = time.perf_counter()
            moments[f"{image['instance_uid']} 0"] = pointed[float(step)] = now
            event = {"type": "image/set", "viewport": 0, "image": image}
            await leader.send(json.dumps({"type": "event", "id": step, "event": event}))
            pointer = {"type": "pointer", "viewport": 0, "image": image, "point": [float(step), 0]}
            await leader.send(json.dumps(pointer))
        await asyncio.sleep(1.5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return figures


def _images(server: RunningServer) -> list[dict[str, Any]]:
    found = httpx.get(f"{server.dicomweb}/instances", params={"Modality": "CT", "limit": 200}).json()
    first = found[0]["0020000E"]["Value"][0]
    return [
        {
            "study_uid": one["0020000D"]["Value"][0],
            "series_uid": first,
            "instance_uid": one["00080018"]["Value"][0],
            "frame_number": 1,
        }
        for one in found
        if one["0020000E"]["Value"][0] == first
    ]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _share(times: Sequence[float], part: int) -> str:
    if len(times) < 2:
        return "-"
    return f"{statistics.quantiles(times, n=100, method='inclusive')[part - 1]:.0f}"


def main() -> None:
    """Measures, and prints one row of a table for each number of people."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, nargs="*", default=[2, 8, 32, 100])
    options.add_argument("--seconds", type=float, default=10)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="lightbox-bench-") as folder:
        server = RunningServer(Path(folder) / "root").start()
        send(server, "chest-ct")
        images = _images(server)
        print(f"{described(Path(folder))}\n{len(images)} images, leader at {HERTZ} Hz for {asked.seconds:g} s")
        print(
            "| people | join p95 | event p50/p95/p99 | pointer p50/p95 | picture p50/p95 | skipped | MiB | server CPU |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for people in asked.people:
            assert server.process is not None
            cpu, began = _cpu_seconds(server.process.pid), time.perf_counter()
            figures = asyncio.run(_meet(server, images, people, asked.seconds))
            cpu = (_cpu_seconds(server.process.pid) - cpu) / (time.perf_counter() - began)
            rows = [
                f"{people}",
                _share(figures.joined, 95),
                "/".join(_share(figures.events, part) for part in (50, 95, 99)),
                "/".join(_share(figures.pointers, part) for part in (50, 95)),
                "/".join(_share(figures.pictures, part) for part in (50, 95)),
                f"{figures.skipped} of {figures.skipped + len(figures.pictures)}",
                f"{figures.picture_bytes / 2**20:.1f}",
                f"{cpu:.0%}",
            ]
            print(f"| {' | '.join(rows)} |", flush=True)
        server.stop()


if __name__ == "__main__":
    main()
