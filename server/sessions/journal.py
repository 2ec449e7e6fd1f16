"""The lasting record of every session: its events in order, on disk before anybody hears of them.

The order is the primary key: of two server processes that want to write the same number, one is told to catch up.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import Any

import orjson

from server.database.migrations import migrate
from server.database.sqlite import Database
from server.errors import NotFound
from server.sessions.events import Event
from server.sessions.minutes import minutes, without_other_cases
from server.sessions.room import apply
from server.sessions.shape import SHAPE, Room, new_room

SNAPSHOT_EVERY = 500
"""Events after which the room itself is written down, so that opening it again reads no more than these."""

CODE_MS = 24 * 3600 * 1000
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without 0, 1, I, L and O, which are mistaken for each other when read aloud."""


class Behind(Exception):
    """Somebody else has written events that this writer does not know yet."""


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
        """Adds events, numbered from `first_seq`; safe on disk when this returns. Raises `Behind`."""
        rows = [(session_id, first_seq + i, orjson.dumps(event).decode()) for i, event in enumerate(events)]

        def insert(connection: sqlite3.Connection) -> None:
            newest = "SELECT coalesce(max(seq), 0) AS seq FROM session_event WHERE session_id = ?"
            if connection.execute(newest, (session_id,)).fetchone()["seq"] != first_seq - 1:
                raise Behind
            connection.executemany("INSERT INTO session_event VALUES (?, ?, ?)", rows)

        self._database.write(insert)

    def keep(self, room: Room) -> None:
        """Writes the whole room down; the events stay."""
        row = (room["session_id"], room["seq"], SHAPE, orjson.dumps(room).decode())

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO session_snapshot VALUES (?, ?, ?, ?)", row)

        self._database.write(insert)

    def room(self, session_id: str) -> Room:
        """The room as its events have made it; `NotFound` when there is no such session."""
        room = self._begun(session_id)[1]
        snapshot = "SELECT room FROM session_snapshot WHERE session_id = ? AND shape = ?"
        for row in self._database.read(snapshot, (session_id, SHAPE)):
            room = orjson.loads(row["room"])
        for event in self.events(session_id, room["seq"]):
            room = apply(room, event)
        return room

    def about(self, study_uids: Set[str] | None) -> Iterator[dict[str, object]]:
        """Every session with its cases and events, or those around any of these studies, the oldest first.

        Of cases of other studies nothing is told that somebody wrote.
        """
        for row in self._database.read("SELECT * FROM session ORDER BY created_at, session_id"):
            events = self.events(row["session_id"])
            added = [uid for event in events if "study_uids" in event for uid in event["study_uids"]]
            studies = list(dict.fromkeys([*orjson.loads(row["study_uids"]), *added]))
            if study_uids is not None and study_uids.isdisjoint(studies):
                continue
            if study_uids is not None:
                events = without_other_cases(events, study_uids)
            told = [{"seq": number, "event": event} for number, event in enumerate(events, start=1)]
            begun = new_room(row["session_id"], orjson.loads(row["study_uids"]))
            cases = minutes(begun, events, events[-1]["at"] if events else row["created_at"])
            kept = [case for case in cases if study_uids is None or study_uids & set(case["study_uids"])]
            yield {**dict(row), "study_uids": studies, "cases": kept, "events": told}

    def events(self, session_id: str, after: int = 0) -> list[Event]:
        """The events after a number, in order."""
        rows = self._database.read(
            "SELECT event FROM session_event WHERE session_id = ? AND seq > ? ORDER BY seq", (session_id, after)
        )
        return [orjson.loads(row["event"]) for row in rows]

    def record(self, session_id: str) -> tuple[dict[str, Any], Room, list[Event]]:
        """All of a session: who began it and when, the empty room, and every event since. `NotFound`."""
        begun, room = self._begun(session_id)
        return begun, room, self.events(session_id)

    def code(self, session_id: str, at: int) -> str:
        """A short code that leads to the session for a day from `at`; the same one while it does."""
        known = self._database.read(
            "SELECT code FROM session_code WHERE session_id = ? AND until > ?", (session_id, at + CODE_MS // 2)
        )
        if known:
            return str(known[0]["code"])
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(8))

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM session_code WHERE until <= ?", (at,))
            connection.execute("INSERT INTO session_code VALUES (?, ?, ?)", (code, session_id, at + CODE_MS))

        self._database.write(insert)
        return code

    def coded(self, code: str, at: int) -> str:
        """The session that a code leads to; `NotFound` for an unknown and for an old one alike."""
        rows = self._database.read("SELECT session_id FROM session_code WHERE code = ? AND until > ?", (code, at))
        if not rows:
            raise NotFound("There is no session with that code.")
        return str(rows[0]["session_id"])

    def begun_since(self, at: int, most: int) -> list[tuple[str, int]]:
        """The sessions begun since a time (ms since 1970) and when they were, the newest first."""
        newest = "SELECT session_id, created_at FROM session WHERE created_at >= ? ORDER BY created_at DESC LIMIT ?"
        return [(row["session_id"], row["created_at"]) for row in self._database.read(newest, (at, most))]

    def newest_about(self, study_uids: Sequence[str]) -> str | None:
        """The session that was started last around exactly these studies, if any."""
        rows = self._database.read(
            "SELECT session_id FROM session WHERE study_uids = ? ORDER BY created_at DESC LIMIT 1",
            (orjson.dumps(list(study_uids)).decode(),),
        )
        return rows[0]["session_id"] if rows else None

    def _begun(self, session_id: str) -> tuple[dict[str, Any], Room]:
        sessions = self._database.read("SELECT * FROM session WHERE session_id = ?", (session_id,))
        if not sessions:
            raise NotFound("There is no such session.")
        begun = {"session_id": session_id, "begun_at": sessions[0]["created_at"], "begun_by": sessions[0]["created_by"]}
        return begun, new_room(session_id, orjson.loads(sessions[0]["study_uids"]))
