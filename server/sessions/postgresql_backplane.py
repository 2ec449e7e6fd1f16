"""A backplane over PostgreSQL's LISTEN and NOTIFY; needs the extra `postgresql` (asyncpg)."""

import asyncio

import asyncpg
import orjson

from server.sessions.backplane import News
from server.sessions.carrier import CHANNEL, Carrier

LARGEST_NOTIFICATION = 7999
"""Bytes that PostgreSQL takes as the payload of one NOTIFY."""


class PostgresqlBackplane(Carrier):
    """One connection that listens and notifies; larger news travel without their events, which the journal has."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def packed(self, news: News) -> bytes:
        """The news as bytes, without the events where these are too many."""
        whole = orjson.dumps(news)
        if len(whole) > LARGEST_NOTIFICATION and news["kind"] == "events":
            whole = orjson.dumps({**news, "events": []})
        return whole

    async def carry(self) -> None:
        """Listens, and notifies of what waits."""
        connection = await asyncpg.connect(self._address, timeout=5)
        try:
            ended = asyncio.Event()
            connection.add_termination_listener(lambda _connection: ended.set())
            await connection.add_listener(CHANNEL, lambda _c, _pid, _channel, payload: self.heard(str(payload)))
            self._connected.set()
            ending = asyncio.ensure_future(ended.wait())
            while not ended.is_set():
                waiting = asyncio.ensure_future(self._out.get())
                await asyncio.wait({waiting, ending}, return_when=asyncio.FIRST_COMPLETED)
                if not waiting.done():
                    waiting.cancel()
                    break
                told = waiting.result()
                if len(told) <= LARGEST_NOTIFICATION:
                    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, told.decode())
            ending.cancel()
        finally:
            connection.terminate()
