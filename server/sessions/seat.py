"""One connection's place in a room: what waits to be sent to it, bounded, with the fleeting replaceable."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

import orjson

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A message with its text, which is written once however many hear it."""

    message: Message
    text: str


def told(message: Message) -> Told:
    """A message ready to be sent."""
    return Told(message, orjson.dumps(message).decode())


class Seat:
    """A participant's connection.

    Lasting messages wait in order; of each person's pointer, look-here and looking only the newest waits.
    """

    def __init__(self, participant_id: str, most_waiting: int) -> None:
        self.participant_id = participant_id
        self.closed_because: tuple[int, str] | None = None
        self._most_waiting = most_waiting
        self._lasting: deque[Told] = deque()
        self._fleeting: dict[tuple[str, str], Told] = {}
        self._something = asyncio.Event()

    def send(self, message: Told) -> None:
        """Queues a lasting message; a reader too slow for them is cut off, to come back with a snapshot."""
        if len(self._lasting) >= self._most_waiting:
            self.close(1013, "too slow to keep up")
            return
        self._lasting.append(message)
        self._something.set()

    def show(self, message: Told) -> None:
        """Queues a fleeting message in place of an older one of the same kind and person."""
        self._fleeting[message.message["type"], message.message.get("by", "")] = message
        self._something.set()

    def close(self, code: int, reason: str) -> None:
        """Ends the connection with a WebSocket close code; what still waits is not sent."""
        self.closed_because = self.closed_because or (code, reason)
        self._something.set()

    async def next(self) -> Told | None:
        """The next message, lasting ones first; None once the seat is closed."""
        while self.closed_because is None:
            if self._lasting:
                return self._lasting.popleft()
            if self._fleeting:
                return self._fleeting.pop(next(iter(self._fleeting)))
            self._something.clear()
            await self._something.wait()
        return None
