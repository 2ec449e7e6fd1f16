"""Both databases from their first schemas on: brought up to date, left alone when newer, and whole after a kill."""

import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from server.access import audit
from server.access.audit import Audit
from server.catalogue import entries, ledger
from server.catalogue.changes import Kind
from server.catalogue.ledger import Ledger
from server.database.migrations import DatabaseTooNew
from server.database.sqlite import Database
from server.sessions import journal
from server.sessions.journal import Journal

PARTS: dict[str, tuple[Path, Callable[[Database], Any]]] = {
    "access": (Path(audit.__file__).parent / "schema", Audit),
    "sessions": (Path(journal.__file__).parent / "schema", Journal),
    "ledger": (Path(ledger.__file__).parent / "ledger_schema", Ledger),
    "catalogue": (Path(entries.__file__).parent / "schema", entries.prepare),
}


def first_schema(path: Path, part: str, *rows: tuple[str, tuple[object, ...]]) -> None:
    """A database as the first release of a part made it, with rows in it."""
    [step] = PARTS[part][0].glob("0001-*.sql")
    with closing(sqlite3.connect(path)) as old, old:
        old.executescript(step.read_text())
        old.execute("CREATE TABLE IF NOT EXISTS schema_version (part TEXT PRIMARY KEY, version INTEGER NOT NULL)")
        old.execute("INSERT INTO schema_version VALUES (?, 1)", (part,))
        for sql, parameters in rows:
            old.execute(sql, parameters)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


def test_audit_records_of_the_first_schema_are_still_there(path: Path) -> None:
    row = (7, "anna", "search", "success", b'["1.2"]'.decode(), b'{"found":3}'.decode())
    columns = "at, person_id, action, outcome, study_uids, facts"
    first_schema(path, "access", (f"INSERT INTO audit_record ({columns}) VALUES (?, ?, ?, ?, ?, ?)", row))
    with closing(Database(path)) as records:
        [told] = Audit(records).about({"1.2"})
    assert (told["at"], told["person_id"], told["facts"]) == (7, "anna", {"found": 3})


def test_sessions_of_the_first_schema_can_still_be_joined(path: Path) -> None:
    joined = {"type": "person/join", "by": "a" * 16, "at": 8, "name": "Anna", "discipline": "other", "guest": False}
    first_schema(
        path,
        "sessions",
        ("INSERT INTO session VALUES (?, ?, ?, ?)", ("s", 7, "local", '["1.2"]')),
        ("INSERT INTO session_event VALUES (?, ?, ?)", ("s", 1, orjson.dumps(joined).decode())),
    )
    with closing(Database(path)) as records:
        kept = Journal(records)
        assert kept.room("s")["people"]["a" * 16]["name"] == "Anna"
        kept.append("s", 2, [{"type": "person/leave", "by": "a" * 16, "at": 9}])
        kept.keep(kept.room("s"))
        assert kept.room("s")["seq"] == 2


def test_a_ledger_of_the_first_schema_still_tells_what_came(path: Path) -> None:
    uids = zlib.compress(b'["1.4.1","1.4.2"]')
    row = (1, 7, "stored", "LOCAL", "1.2", "1.3", uids, bytes(32) + b"\1" * 32)
    columns = "number, at, kind, organisation, study_uid, series_uid, instance_uids, digests"
    first_schema(path, "ledger", (f"INSERT INTO ledger ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row))
    with closing(Database(path)) as records:
        [line] = Ledger(records).lines()
    assert (line.kind, line.at, line.organisation) == (Kind.STORED, 7, "LOCAL")
    assert [digest for _, digest in line.files] == ["00" * 32, "01" * 32]


@pytest.mark.parametrize("part", PARTS)
def test_steps_are_numbered_from_one_and_a_later_release_s_tables_are_left_alone(path: Path, part: str) -> None:
    folder, opening = PARTS[part]
    numbers = [int(step.name[:4]) for step in sorted(folder.glob("*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))
    with closing(Database(path)) as database:
        opening(database)
        assert database.read("SELECT version FROM schema_version WHERE part = ?", (part,))[0][0] == numbers[-1]
        newer = ("UPDATE schema_version SET version = ? WHERE part = ?", (numbers[-1] + 1, part))
        database.write(lambda connection: connection.execute(*newer))
        before = database.read("SELECT * FROM sqlite_schema")
        with pytest.raises(DatabaseTooNew, match=str(numbers[-1] + 1)):
            opening(database)
        assert database.read("SELECT * FROM sqlite_schema") == before


KILLED_IN_THE_MIDDLE = """
import os, sys
from pathlib import Path
from server.catalogue import entries
from server.database.sqlite import Database
from server.catalogue.upgrade import FUNCTIONS
entries.FUNCTIONS = {name: lambda value: os.kill(os.getpid(), 9) for name in FUNCTIONS}
entries.prepare(Database(Path(sys.argv[1])))
"""


def test_a_kill_in_the_middle_of_a_migration_leaves_all_of_the_old(path: Path) -> None:
    study = "INSERT INTO study (study_uid, organisation, patient_name, attributes) VALUES ('1.2', 'LOCAL', 'Doe^Jo', ?)"
    first_schema(path, "catalogue", (study, (b"{}",)))
    killed = subprocess.run([sys.executable, "-c", KILLED_IN_THE_MIDDLE, str(path)], check=False)
    assert killed.returncode == -9, "it was in the middle"
    with closing(Database(path)) as catalogue:
        assert catalogue.read("SELECT version FROM schema_version")[0][0] == 1
        entries.prepare(catalogue)
        [row] = catalogue.read("SELECT study_uid, patient_name FROM study")
    assert (row["study_uid"], row["patient_name"].lower()) == ("1.2", "doe^jo")
