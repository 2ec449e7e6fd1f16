"""Who did what to which study, and when (PS3.15 A.5): on disk before the answer goes out."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import orjson

from server.access.people import Caller
from server.access.policy import Action
from server.database.migrations import migrate
from server.database.sqlite import Database

LOOK_SECONDS = 300
"""Reading on in the same study within this time is the same look, and needs no second record."""

_MOST_LOOKS = 50_000


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody did to studies, and what came of it; `facts` say more."""

    caller: Caller
    action: Action
    study_uids: Sequence[str]
    outcome: str
    facts: Mapping[str, object]

    def row(self) -> tuple[object, ...]:
        """The act as it is written, as of now."""
        return (
            time.time_ns() // 1_000_000,
            self.caller.person_id,
            str(self.action),
            self.outcome,
            orjson.dumps(sorted(set(self.study_uids))).decode(),
            orjson.dumps(self.facts).decode(),
        )


class Audit:
    """The audit records; every method returns once its record is safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looks: dict[tuple[str, Action, str | None], float] = {}
        self._lock = threading.Lock()
        migrate(database, "access", Path(__file__).parent / "schema")

    def record(
        self,
        caller: Caller,
        action: Action,
        study_uids: Sequence[str],
        outcome: str,
        *,
        together: Callable[[sqlite3.Connection], None] | None = None,
        **facts: object,
    ) -> None:
        """Records one act upon studies; `facts` say more (a search's keys, how many instances).

        What else the records must hold of the act, `together` writes in the same transaction.
        """
        self.record_all([Act(caller, action, study_uids, outcome, facts)], together)

    def record_all(self, acts: Sequence["Act"], together: Callable[[sqlite3.Connection], None] | None = None) -> None:
        """Records several acts in one transaction."""
        rows = [act.row() for act in acts]

        def insert(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT INTO audit_record (at, person_id, action, outcome, study_uids, facts) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )
            if together is not None:
                together(connection)

        self._database.write(insert)

    def look(self, caller: Caller, action: Action, study_uid: str | None = None) -> None:
        """Records that somebody looks at a study, or at none in particular: once for all the pictures of one look.

        PS3.15 A.5.3.6 has one "DICOM Instances Accessed" message summarise the use of a study's instances.
        """
        if self.is_looking(caller, action, study_uid):
            return
        now = time.monotonic()
        self.record(caller, action, [study_uid] if study_uid else [], "success")
        with self._lock:
            if len(self._looks) >= _MOST_LOOKS:
                self._looks.clear()
            self._looks[caller.person_id, action, study_uid] = now

    def is_looking(self, caller: Caller, action: Action, study_uid: str | None) -> bool:
        """Whether this look is on record already, so that `look` has nothing to wait for."""
        with self._lock:
            since = self._looks.get((caller.person_id, action, study_uid), -LOOK_SECONDS)
        return time.monotonic() - since < LOOK_SECONDS

    def about(self, study_uids: Set[str] | None) -> Iterator[dict[str, object]]:
        """Every record, or those about any of these studies, the oldest first."""
        for row in self._database.stream("SELECT * FROM audit_record ORDER BY number"):
            studies = orjson.loads(row["study_uids"])
            if study_uids is None or not study_uids.isdisjoint(studies):
                yield {**dict(row), "study_uids": studies, "facts": orjson.loads(row["facts"])}

    def records(self, limit: int = 100) -> list[dict[str, object]]:
        """The newest records first."""
        rows = self._database.read("SELECT * FROM audit_record ORDER BY number DESC LIMIT ?", (limit,))
        return [
            {**row, "study_uids": orjson.loads(row["study_uids"]), "facts": orjson.loads(row["facts"])}
            for row in map(dict, rows)
        ]
