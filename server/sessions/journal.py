"""The lasting record of every session: its events in order, on disk before anybody hears of them."""

import secrets
import sqlite3
from collections.abc import Iterator, Sequence, Set
from pathlib import Path

import orjson

from server.database.migrations import migrate
from server.database.sqlite import Database
from server.errors import NotFound
from server.sessions.events import Event
from server.sessions.room import apply
from server.sessions.shape import Room, new_room


class Journal:
    """Sessions and their events."""

    def __init__(self, database: Database) -> None:
        self._database = database
        migrate(database, "sessions", Path(__file__).parent / "schema")

    def begin(self, study_uids: Sequence[str], by: str, at: int) -> str:
        """Starts a session around studies (`at` in ms since 1970); answers its id, which nobody can guess."""
        session_id = secrets.token_urlsafe(16)
        row = (session_id, at, by, orjson.dumps(list(study_uids)).decode())

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO session VALUES (?, ?, ?, ?)", row)

        self._database.write(insert)
        return session_id

    def append(self, session_id: str, first_seq: int, events: Sequence[Event]) -> None:
        """Adds events, numbered from `first_seq`; safe on disk when this returns."""
        rows = [(session_id, first_seq + i, orjson.dumps(event).decode()) for i, event in enumerate(events)]

        def insert(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT INTO session_event VALUES (?, ?, ?)", rows)

        self._database.write(insert)

    def room(self, session_id: str) -> Room:
        """The room as its events have made it; `NotFound` when there is no such session."""
        sessions = self._database.read("SELECT study_uids FROM session WHERE session_id = ?", (session_id,))
        if not sessions:
            raise NotFound("There is no such session.")
        room = new_room(session_id, orjson.loads(sessions[0]["study_uids"]))
        for row in self._database.read(
            "SELECT event FROM session_event WHERE session_id = ? ORDER BY seq", (session_id,)
        ):
            room = apply(room, orjson.loads(row["event"]))
        return room

    def about(self, study_uids: Set[str] | None) -> Iterator[dict[str, object]]:
        """Every session with its events, or those around any of these studies, the oldest first."""
        for row in self._database.read("SELECT * FROM session ORDER BY created_at, session_id"):
            studies = orjson.loads(row["study_uids"])
            if study_uids is not None and study_uids.isdisjoint(studies):
                continue
            events = self._database.read(
                "SELECT seq, event FROM session_event WHERE session_id = ? ORDER BY seq", (row["session_id"],)
            )
            told = [{"seq": event["seq"], "event": orjson.loads(event["event"])} for event in events]
            yield {**dict(row), "study_uids": studies, "events": told}

    def newest_about(self, study_uids: Sequence[str]) -> str | None:
        """The session that was started last around exactly these studies, if any."""
        rows = self._database.read(
            "SELECT session_id FROM session WHERE study_uids = ? ORDER BY created_at DESC LIMIT 1",
            (orjson.dumps(list(study_uids)).decode(),),
        )
        return rows[0]["session_id"] if rows else None
