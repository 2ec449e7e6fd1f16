"""Who follows a session through FHIRcast: subscriptions, each with a secret address of its own for the socket."""

import hashlib
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from server.database.sqlite import Database
from server.errors import NotFound


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a subscriber wants to hear; `until` is in ms since 1970."""

    topic: str
    events: tuple[str, ...]
    name: str
    until: int


class Subscriptions:
    """All subscriptions; their table is one of the journal's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, topic: str, events: Sequence[str], name: str, at: int, until: int) -> str:
        """A new subscription's secret, of which only the SHA-256 is kept."""
        secret = secrets.token_urlsafe(24)
        row = (_digest(secret), topic, ",".join(events), name, until)

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM fhircast_subscription WHERE until <= ?", (at,))
            connection.execute("INSERT INTO fhircast_subscription VALUES (?, ?, ?, ?, ?)", row)

        self._database.write(insert)
        return secret

    def of(self, secret: str, at: int) -> Subscription:
        """The subscription; `NotFound` when there is none, or no more."""
        known = "SELECT topic, events, name, until FROM fhircast_subscription WHERE digest = ? AND until > ?"
        rows = self._database.read(known, (_digest(secret), at))
        if not rows:
            raise NotFound("There is no such subscription.")
        row = rows[0]
        return Subscription(row["topic"], tuple(row["events"].split(",")), row["name"], row["until"])

    def end(self, secret: str) -> None:
        """Ends a subscription."""

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM fhircast_subscription WHERE digest = ?", (_digest(secret),))

        self._database.write(delete)

    def end_all(self, topic: str) -> None:
        """Ends every subscription to a topic."""

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM fhircast_subscription WHERE topic = ?", (topic,))

        self._database.write(delete)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
