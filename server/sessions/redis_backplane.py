"""A backplane over Redis' publish and subscribe; needs the extra `redis` (redis-py)."""

import asyncio

from redis.asyncio import Redis

from server.sessions.carrier import CHANNEL, Carrier


class RedisBackplane(Carrier):
    """One connection that subscribes and one that publishes."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    async def carry(self) -> None:
        """Subscribes, and publishes what waits."""
        redis: Redis = Redis.from_url(self._address, socket_connect_timeout=5, socket_timeout=None)
        try:
            async with redis.pubsub(ignore_subscribe_messages=True) as subscription:
                await subscription.subscribe(CHANNEL)
                self._connected.set()
                both = [asyncio.create_task(self._listen(subscription)), asyncio.create_task(self._tell(redis))]
                ended, going = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                for task in going:
                    task.cancel()
                for task in ended:
                    task.result()
        finally:
            await redis.aclose()

    async def _listen(self, subscription) -> None:  # type: ignore[no-untyped-def]
        async for message in subscription.listen():
            self.heard(message["data"])

    async def _tell(self, redis: Redis) -> None:
        while True:
            await redis.publish(CHANNEL, await self._out.get())
