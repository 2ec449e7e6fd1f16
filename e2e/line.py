"""A slow line between a browser and servers: so much delay, so many bits a second, shared by all connections on it."""

import asyncio
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass

_PIECE = 16384


@dataclass(frozen=True)
class Quality:
    """What a line is like; a rate of 0 is without limit."""

    round_trip_ms: float = 0
    megabits: float = 0

    def __str__(self) -> str:
        return f"{self.round_trip_ms:g} ms, {self.megabits:g} Mbit/s" if self.round_trip_ms else "no delay"


class Line:
    """Forwards ports of its own to servers' ports, each byte later by half the round trip and by those before it.

    The rate holds for all connections of a direction together, as on the line of a ward or of a home.
    """

    def __init__(self, quality: Quality) -> None:
        self.become(quality)
        self._listening: list[asyncio.Server] = []
        self._free_at = {"up": 0.0, "down": 0.0}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def become(self, quality: Quality) -> None:
        """From now on the line is like this; what is on its way already arrives as it would have."""
        self._delay = quality.round_trip_ms / 2000
        self._bytes_per_second = quality.megabits * 125_000

    def to(self, port: int) -> int:
        """A port whose connections lead to that port of this machine."""
        listening = socket.create_server(("127.0.0.1", 0))

        async def accept(near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
            with suppress(asyncio.CancelledError):  # when the line ends
                await self._join(port, near, answer)

        serving = asyncio.start_server(accept, sock=listening)
        self._listening.append(asyncio.run_coroutine_threadsafe(serving, self._loop).result(10))
        return int(listening.getsockname()[1])

    def stop(self) -> None:
        """Cuts every connection."""

        async def end() -> None:
            for server in self._listening:
                server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(0)  # what was aborted ends with the loop's next turn

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _join(self, port: int, near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        try:
            far, request = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            answer.close()
            return
        for writer in (answer, request):
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await asyncio.gather(self._carry(near, request, "up"), self._carry(far, answer, "down"))
        finally:
            for writer in (answer, request):
                writer.transport.abort()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: str) -> None:
        """One direction of one connection; pieces leave in order, each when the line has brought it."""
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)
        delivering = asyncio.create_task(self._deliver(pieces, sink))
        with suppress(OSError):
            while piece := await source.read(_PIECE):
                await pieces.put((self._arrival(len(piece), way), piece))
        await pieces.put((self._arrival(0, way), b""))
        await delivering

    def _arrival(self, size: int, way: str) -> float:
        now = self._loop.time()
        if self._bytes_per_second:
            self._free_at[way] = max(now, self._free_at[way]) + size / self._bytes_per_second
            now = self._free_at[way]
        return now + self._delay

    async def _deliver(self, pieces: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while True:
                due, piece = await pieces.get()
                if (wait := due - self._loop.time()) > 0:
                    await asyncio.sleep(wait)
                if not piece:
                    break
                sink.write(piece)
                await sink.drain()
        sink.close()
