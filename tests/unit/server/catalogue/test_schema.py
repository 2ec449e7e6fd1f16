"""The catalogue's tables from the first schema on: whatever an older release has written is still there."""

import sqlite3
import time
import zlib
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from server.catalogue import entries, search, summaries
from server.catalogue.query import Key, Level, Query
from server.database.sqlite import Database
from server.dicom.attributes import attribute
from server.dicom.dicomjson import Attributes
from server.dicom.resources import StudyRef

KEPT = (
    b'{"00080018":{"vr":"UI","Value":["1.4"]},"00080201":{"vr":"SH","Value":["+0100"]},'
    b'"00280010":{"vr":"US","Value":[512]},"00281050":{"vr":"DS","Value":[40]}}'
)
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
            "INSERT INTO study (study_uid, organisation, patient_name, study_date, study_time, attributes) "
            """VALUES ('1.2', 'LOCAL', 'müller^anne', '2026.11.21', '10:15', ?)""",
            (b'{"00100010":{"vr":"PN"}}',),
        )
        old.execute("INSERT INTO series (study_key, series_uid, attributes) VALUES (1, '1.3', ?)", (b"{}",))
        old.execute(
            "INSERT INTO instance (series_key, instance_uid, sop_class_uid, digest, size, transfer_syntax_uid, "
            "attributes) VALUES (1, '1.4', '1.5', 'abc', 7, '1.2.840.10008.1.2.1', ?)",
            (zlib.compress(KEPT),),
        )
    return path


def test_an_instance_of_the_first_schema_is_still_located(first_schema: Path) -> None:
    before = time.time_ns() // 1_000_000 - 1000
    with closing(Database(first_schema)) as catalogue:
        entries.prepare(catalogue)
        [located] = search.locate(catalogue, StudyRef("1.2"))
        assert (located.digest, located.size) == ("abc", 7)
        assert before <= located.stored_at <= time.time_ns() // 1_000_000


def test_an_instance_of_the_first_schema_is_found_as_a_new_one_is(first_schema: Path) -> None:
    def found(level: Level, fuzzy: bool = False, **keys: str) -> list[Attributes]:
        asked = [Key((attribute(keyword),), text) for keyword, text in keys.items()]
        matches = search.search(catalogue, Query(level, asked, fuzzy=fuzzy), ["LOCAL"], "http://archive").matches
        return [orjson.loads(match) for match in matches]

    with closing(Database(first_schema)) as catalogue:
        entries.prepare(catalogue)
        [instance] = found(Level.INSTANCE)
        assert instance["00280010"]["Value"] == [512]
        assert "00281050" not in instance
        [series] = found(Level.SERIES)
        assert series["00080201"]["Value"] == ["+0100"]
        [study] = found(Level.STUDY)
        assert study["00081190"]["Value"] == ["http://archive/studies/1.2"]
        assert study["00201208"]["Value"] == [1]
        assert found(Level.STUDY, fuzzy=True, PatientName="anna muller")
        assert found(Level.STUDY, StudyDate="20261121-", StudyTime="1015-")
        assert not found(Level.STUDY, StudyDate="20261121-", StudyTime="1016-")
        entries.prepare(catalogue)
        assert len(found(Level.INSTANCE)) == 1


def answers(catalogue: Database) -> list[list[bytes]]:
    """Answers that are kept ready, and such as are put together, of an instance from its summary and from all of it."""
    everything, some = None, [(attribute("StudyDate"),), (attribute("Rows"),)]
    asked = [Query(level, include=include) for level in Level for include in ((), some, everything)]
    asked.append(Query(Level.INSTANCE, study_uid="1.2", series_uid="1.3"))
    asked.append(Query(Level.INSTANCE, include=[(attribute("WindowCenter"),)], study_uid="1.2", series_uid="1.3"))
    return [search.search(catalogue, query, ["LOCAL"], "http://archive").matches for query in asked]


def test_old_summaries_are_made_anew_bit_by_bit_and_until_then_for_whoever_asks(
    first_schema: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(first_schema)) as old, old:
        for number in range(2, 5):
            old.execute(
                "INSERT INTO instance (series_key, instance_uid, sop_class_uid, digest, size, transfer_syntax_uid, "
                f"attributes) SELECT 1, '1.4.{number}', sop_class_uid, 'd{number}', 7, transfer_syntax_uid, attributes "
                "FROM instance WHERE instance_key = 1"
            )
    monkeypatch.setattr(summaries, "_TOGETHER", 2)
    kept = "SELECT count(*) AS number FROM instance WHERE instr(summary, '00081190')"
    with closing(Database(first_schema)) as catalogue:
        entries.prepare(catalogue)
        first = answers(catalogue)
        assert catalogue.read(kept)[0]["number"] == 0
        assert summaries.fill(catalogue), "studies first"
        assert summaries.fill(catalogue)
        assert catalogue.read(kept)[0]["number"] == 2
        assert answers(catalogue) == first
    with closing(Database(first_schema)) as catalogue:  # another process goes on where the first one was killed
        entries.prepare(catalogue)
        assert catalogue.read(kept)[0]["number"] == 2
        while summaries.fill(catalogue):
            assert answers(catalogue) == first
        assert catalogue.read(kept)[0]["number"] == 4
        assert catalogue.read("SELECT count(stack) AS number FROM instance")[0]["number"] == 4
        assert answers(catalogue) == first
        assert not catalogue.read("SELECT * FROM old_summary")


def test_a_catalogue_of_today_has_nothing_to_be_made_anew(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "catalogue.sqlite")) as catalogue:
        entries.prepare(catalogue)
        assert not summaries.fill(catalogue)


def test_every_step_is_numbered_once_and_in_order() -> None:
    numbers = [int(path.name[:4]) for path in sorted(SCHEMA.glob("*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))
