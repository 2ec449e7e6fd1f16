"""The catalogue's tables from the first schema on: whatever an older release has written is still there."""

import sqlite3
import time
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from server.catalogue import entries, search
from server.database.sqlite import Database
from server.dicom.resources import StudyRef

SCHEMA = Path(entries.__file__).parent / "schema"


@pytest.fixture
def first_schema(tmp_path: Path) -> Path:
    """A catalogue of the first release, with one instance in it."""
    path = tmp_path / "catalogue.sqlite"
    with closing(sqlite3.connect(path)) as old, old:
        old.executescript((SCHEMA / "0001-studies-series-instances.sql").read_text())
        old.execute("CREATE TABLE schema_version (part TEXT PRIMARY KEY, version INTEGER NOT NULL)")
        old.execute("INSERT INTO schema_version VALUES ('catalogue', 1)")
        old.execute(
            "INSERT INTO study (study_uid, organisation, patient_name, attributes) "
            """VALUES ('1.2', 'LOCAL', 'müller^anne', '{"00100010":{"vr":"PN"}}')"""
        )
        old.execute("INSERT INTO series (study_key, series_uid, attributes) VALUES (1, '1.3', '{}')")
        old.execute(
            "INSERT INTO instance (series_key, instance_uid, sop_class_uid, digest, size, transfer_syntax_uid, "
            "attributes) VALUES (1, '1.4', '1.5', 'abc', 7, '1.2.840.10008.1.2.1', ?)",
            (zlib.compress(b'{"00080018":{"vr":"UI","Value":["1.4"]}}'),),
        )
    return path


def test_an_instance_of_the_first_schema_is_still_located(first_schema: Path) -> None:
    before = time.time_ns() // 1_000_000 - 1000
    with closing(Database(first_schema)) as catalogue:
        entries.prepare(catalogue)
        [located] = search.locate(catalogue, StudyRef("1.2"))
        assert (located.digest, located.size) == ("abc", 7)
        assert before <= located.stored_at <= time.time_ns() // 1_000_000


def test_every_step_is_numbered_once_and_in_order() -> None:
    numbers = [int(path.name[:4]) for path in sorted(SCHEMA.glob("*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))
