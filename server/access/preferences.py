"""A person's habits (keys, mouse buttons, hanging rules), so that they are the same at every desk.

What they mean is the browser's business; here they are bounded JSON without anything long enough to be a report.
"""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from server.database.sqlite import Database
from server.errors import ChangedMeanwhile, Malformed, TooLarge

LARGEST = 32_768
DEEPEST = 6
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Habits:
    """What a person has chosen, and how often they have changed it; revision 0: never."""

    revision: int
    chosen: Mapping[str, Any]


class Preferences:
    """Everybody's habits; the records' access tables must be there."""

    def __init__(self, records: Database) -> None:
        self._records = records

    def read(self, person_id: str) -> Habits:
        """The habits of a person."""
        for row in self._records.read("SELECT revision, habits FROM preference WHERE person_id = ?", (person_id,)):
            return Habits(row["revision"], orjson.loads(row["habits"]))
        return Habits(0, {})

    def replace(self, person_id: str, revision: int, body: bytes) -> int:
        """Puts the habits in a JSON body in the place of those of `revision`; answers the new revision.

        Raises `Malformed` and `TooLarge` for what no habits look like, and `ChangedMeanwhile`.
        """
        if len(body) > LARGEST:
            raise TooLarge("Preferences have a bound.", limit=LARGEST)
        row = (person_id, revision + 1, time.time_ns() // 1_000_000, orjson.dumps(_habits(body)).decode())

        def write(connection: sqlite3.Connection) -> None:
            known = connection.execute("SELECT revision FROM preference WHERE person_id = ?", (person_id,)).fetchone()
            if (known["revision"] if known else 0) != revision:
                raise ChangedMeanwhile("These preferences were changed elsewhere; read them again.")
            connection.execute("INSERT OR REPLACE INTO preference VALUES (?, ?, ?, ?)", row)

        self._records.write(write)
        return revision + 1

    def all(self) -> Iterator[dict[str, object]]:
        """Everybody's, for an export."""
        for row in self._records.stream("SELECT * FROM preference ORDER BY person_id"):
            yield {**dict(row), "habits": orjson.loads(row["habits"])}


def _habits(body: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed("Preferences are a JSON object.") from error
    if not isinstance(told, dict):
        raise Malformed("Preferences are a JSON object.")
    _check(told, 0)
    return told


def _check(value: object, depth: int) -> None:
    """Refuses what is deeper or longer than a name, a key or a rule."""
    if depth > DEEPEST:
        raise Malformed(f"Preferences are {DEEPEST} levels deep at most.")
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise Malformed(f"A text in preferences has {LONGEST_TEXT} characters at most.")
    if isinstance(value, dict):
        for name, one in value.items():
            _check(name, depth)
            _check(one, depth + 1)
    if isinstance(value, list):
        for one in value:
            _check(one, depth + 1)
