"""Passes into a session for those not to learn whose images it shows: guests, and everybody once it is anonymous.

A pass is a secret in an address. Only its SHA-256 is kept, so that nobody who reads the records can use one.
"""

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass

from server.database.sqlite import Database
from server.errors import NotFound

PASS_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass opens; a guest holds one that the session's people may withdraw."""

    session_id: str
    guest: bool


class Passes:
    """The passes of all sessions; their table is one of the journal's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, session_id: str, guest: bool, at: int) -> str:
        """A new secret, good for a day from `at` (ms since 1970)."""
        secret = secrets.token_urlsafe(24)
        row = (_digest(secret), session_id, guest, at + PASS_MS)

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM session_pass WHERE until <= ?", (at,))
            connection.execute("INSERT INTO session_pass VALUES (?, ?, ?, ?)", row)

        self._database.write(insert)
        return secret

    def opened(self, secret: str, at: int) -> Pass:
        """What the secret opens; `NotFound` for a wrong, an old and a withdrawn one alike."""
        known = "SELECT session_id, guest FROM session_pass WHERE digest = ? AND until > ?"
        rows = self._database.read(known, (_digest(secret), at))
        if not rows:
            raise NotFound("This address leads nowhere any more. Ask for another.")
        return Pass(str(rows[0]["session_id"]), bool(rows[0]["guest"]))

    def withdraw(self, session_id: str) -> None:
        """Every guest's pass into the session opens nothing from now on."""

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM session_pass WHERE session_id = ? AND guest", (session_id,))

        self._database.write(delete)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
