"""Tokens for applications that follow a session through FHIRcast 3.0 (2.2): one topic, some events, for a while.

A token says which events its holder may hear of (read) and ask for (write). Only its SHA-256 is kept.
"""

import hashlib
import re
import secrets
import sqlite3
from dataclasses import dataclass

from server.database.sqlite import Database
from server.errors import Malformed, NotSignedIn

LONGEST_SECONDS = 24 * 3600
_SCOPE = re.compile(r"fhircast/(\*|[A-Za-z]{1,40}(-[A-Za-z]{1,10})?)\.(read|write|\*)")


@dataclass(frozen=True, slots=True)
class Token:
    """What a token allows; `until` is in ms since 1970."""

    topic: str
    scopes: tuple[str, ...]
    until: int

    def allows(self, event: str, what: str) -> bool:
        """Whether its holder may `read` or `write` an event; names are compared without regard to case (2.3.1)."""
        for scope in self.scopes:
            name, _, may = scope.removeprefix("fhircast/").rpartition(".")
            if name.lower() in {"*", event.lower()} and may in {"*", what}:
                return True
        return False


class Tokens:
    """All tokens; their table is one of the journal's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, token: Token, made_by: str, at: int) -> str:
        """A secret that stands for this token."""
        secret = secrets.token_urlsafe(32)
        row = (_digest(secret), token.topic, made_by, " ".join(token.scopes), token.until)

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM fhircast_token WHERE until <= ?", (at,))
            connection.execute("INSERT INTO fhircast_token VALUES (?, ?, ?, ?, ?)", row)

        self._database.write(insert)
        return secret

    def of(self, secret: str, at: int) -> Token:
        """What the secret stands for; `NotSignedIn` for a wrong, an old and a withdrawn one alike."""
        known = "SELECT topic, scopes, until FROM fhircast_token WHERE digest = ? AND until > ?"
        rows = self._database.read(known, (_digest(secret), at))
        if not rows:
            raise NotSignedIn("This token is unknown, or its time is over.")
        return Token(rows[0]["topic"], tuple(rows[0]["scopes"].split()), rows[0]["until"])

    def withdraw(self, topic: str) -> None:
        """Every token for the topic is worth nothing from now on."""

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM fhircast_token WHERE topic = ?", (topic,))

        self._database.write(delete)


def scopes_in(text: object) -> tuple[str, ...]:
    """The scopes that a text names, parted by spaces; `Malformed` for anything else."""
    scopes = tuple(text.split()) if isinstance(text, str) else ()
    if not 1 <= len(scopes) <= 20 or not all(map(_SCOPE.fullmatch, scopes)):
        raise Malformed("scope is a list by spaces of fhircast/{event or *}.{read, write or *}.")
    return scopes


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
