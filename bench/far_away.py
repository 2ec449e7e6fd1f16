"""A line with a round trip: every byte arrives a set time after it was sent, and in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def far_away(port: int, round_trip_ms: float) -> AsyncIterator[int]:
    """A port of this machine that leads to another one, half a round trip away in each direction."""
    delay = round_trip_ms / 2000
    tasks: set[asyncio.Task[None]] = set()

    async def connected(near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far_in, far_out = await asyncio.open_connection("127.0.0.1", port)
        for source, target in ((near_in, far_out), (far_in, near_out)):
            task = asyncio.create_task(_carry(source, target, delay))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, delay: float) -> None:
    loop = asyncio.get_running_loop()

    def arrive(piece: bytes) -> None:
        with suppress(ConnectionError, RuntimeError):
            if piece:
                target.write(piece)
            else:
                target.close()

    with suppress(ConnectionError):
        while True:
            piece = await source.read(65536)
            loop.call_later(delay, arrive, piece)
            if not piece:
                return
