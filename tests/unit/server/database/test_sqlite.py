"""One writer for everybody: changes share a commit, and a failure is told to whom it belongs."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from server.database.migrations import DatabaseTooNew, migrate
from server.database.sqlite import Database
from server.errors import ArchiveFull, Overloaded


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "test.sqlite")
    database.write(lambda connection: connection.execute("CREATE TABLE number (value INTEGER PRIMARY KEY)"))
    yield database
    database.close()


def insert(database: Database, value: int) -> int:
    def change(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO number VALUES (?)", (value,))
        return value

    return database.write(change)


def values(database: Database) -> list[int]:
    return [row["value"] for row in database.read("SELECT value FROM number ORDER BY value")]


def test_many_threads_write_at_once_and_each_gets_its_own_answer(database: Database) -> None:
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(lambda n: insert(database, n), range(300))) == list(range(300))
    assert values(database) == list(range(300))


def test_changes_that_wait_together_share_one_commit(database: Database, tmp_path: Path) -> None:
    commits: list[str] = []
    database._writer.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    begun, go = threading.Event(), threading.Event()

    def hold(_connection: sqlite3.Connection) -> bool:
        begun.set()
        return go.wait(10)

    with ThreadPoolExecutor(30) as threads:
        first = threads.submit(database.write, hold)
        assert begun.wait(10)
        rest = [threads.submit(insert, database, n) for n in range(25)]
        while len(database._waiting) < 25:
            pass
        go.set()
        assert first.result()
        assert [one.result() for one in rest] == list(range(25))
    assert len(commits) == 2


def test_a_change_that_fails_is_undone_alone(database: Database) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO number VALUES (99)")
        raise KeyError("mine")

    with ThreadPoolExecutor(8) as threads:
        good = [threads.submit(insert, database, n) for n in range(20)]
        bad = [threads.submit(database.write, fail) for _ in range(5)]
        assert [one.result() for one in good] == list(range(20))
        for one in bad:
            with pytest.raises(KeyError, match="mine"):
                one.result()
    assert values(database) == list(range(20))


def test_a_change_that_breaks_a_rule_is_told_so(database: Database) -> None:
    insert(database, 1)
    with pytest.raises(sqlite3.IntegrityError):
        insert(database, 1)


def test_a_full_database_is_told_as_a_full_archive_and_recovers(database: Database) -> None:
    database._writer.execute("PRAGMA max_page_count = 3")
    with pytest.raises(ArchiveFull):
        insert_many(database, 50_000)
    database._writer.execute("PRAGMA max_page_count = 100000")
    assert insert(database, -7) == -7


def insert_many(database: Database, count: int) -> None:
    rows = [(value,) for value in range(count)]
    database.write(lambda connection: connection.executemany("INSERT INTO number VALUES (?)", rows))


def test_a_commit_that_fails_fails_for_everybody_in_it(database: Database) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("ROLLBACK")

    with pytest.raises(ArchiveFull):
        database.write(spoil)
    assert insert(database, 1) == 1
    assert values(database) == [1]


def test_what_was_written_is_there_after_closing(tmp_path: Path) -> None:
    first = Database(tmp_path / "kept.sqlite")
    first.write(lambda connection: connection.execute("CREATE TABLE number (value INTEGER)"))
    insert(first, 5)
    first.close()
    second = Database(tmp_path / "kept.sqlite")
    assert values(second) == [5]
    assert second.read("PRAGMA synchronous")[0][0] == 2
    assert second.read("PRAGMA journal_mode")[0][0] == "wal"
    second.close()


def steps(folder: Path, *texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for number, text in enumerate(texts, 1):
        (folder / f"{number:04}-step.sql").write_text(text)
    return folder


def test_only_missing_steps_are_taken(database: Database, tmp_path: Path) -> None:
    folder = steps(tmp_path / "schema", "CREATE TABLE a (x);\nCREATE TABLE b (x);\n")
    assert migrate(database, "part", folder) == 1
    assert migrate(database, "part", folder) == 0
    steps(folder, "CREATE TABLE a (x);\nCREATE TABLE b (x);\n", "ALTER TABLE a ADD COLUMN y;\n")
    assert migrate(database, "part", folder) == 1
    assert database.read("SELECT x, y FROM a") == []


def test_tables_of_a_later_release_are_left_alone(database: Database, tmp_path: Path) -> None:
    migrate(database, "part", steps(tmp_path / "new", "CREATE TABLE a (x);\n", "CREATE TABLE b (x);\n"))
    with pytest.raises(DatabaseTooNew, match="version 2"):
        migrate(database, "part", steps(tmp_path / "old", "CREATE TABLE a (x);\n"))


def test_a_step_that_fails_takes_the_others_back(database: Database, tmp_path: Path) -> None:
    with pytest.raises(ArchiveFull):
        migrate(database, "part", steps(tmp_path / "bad", "CREATE TABLE a (x);\n", "CREATE TABL b (x);\n"))
    assert not database.read("SELECT name FROM sqlite_master WHERE name = 'a'")


def test_rows_can_be_read_one_after_the_other_and_no_further(database: Database) -> None:
    for value in range(5):
        insert(database, value)
    rows = database.stream("SELECT value FROM number ORDER BY value")
    assert next(rows)["value"] == 0
    insert(database, 9)
    assert [row["value"] for row in rows] == [1, 2, 3, 4]
    assert values(database)[-1] == 9
    unread = database.stream("SELECT value FROM number")
    next(unread)
    unread.close()


def test_a_step_may_call_functions(database: Database, tmp_path: Path) -> None:
    insert(database, 20)
    (tmp_path / "0001-doubled.sql").write_text(
        "CREATE TABLE twice (value);\nINSERT INTO twice SELECT doubled(value) FROM number;\n"
    )
    assert migrate(database, "test", tmp_path, {"doubled": lambda value: 2 * value}) == 1
    assert database.read("SELECT value FROM twice")[0]["value"] == 40


def test_a_reader_without_descriptors_is_told_to_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Database(tmp_path / "a.sqlite")) as database:

        def fail(*_arguments: object, **_options: object) -> sqlite3.Connection:
            raise sqlite3.OperationalError("unable to open database file")

        monkeypatch.setattr(sqlite3, "connect", fail)
        with pytest.raises(Overloaded):
            database.read("SELECT 1")
        monkeypatch.undo()
        assert [tuple(row) for row in database.read("SELECT 1")] == [(1,)]


def test_a_copy_is_whole_while_others_write(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "a.sqlite")) as database:
        database.write(lambda connection: connection.execute("CREATE TABLE number (n INTEGER)"))
        stopping = threading.Event()

        def write() -> None:
            while not stopping.is_set():
                database.write(lambda connection: connection.execute("INSERT INTO number VALUES (1), (2)"))

        writer = threading.Thread(target=write)
        writer.start()
        for number in range(5):
            database.back_up(tmp_path / f"copy {number}.sqlite")
        stopping.set()
        writer.join()
    for copy in tmp_path.glob("copy *"):
        with closing(sqlite3.connect(copy)) as copied:
            assert copied.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert copied.execute("SELECT count(*) % 2 FROM number").fetchone() == (0,), "no half of a transaction"
    assert not list(tmp_path.glob("*.new*"))


_READS = """
import sys, threading
from pathlib import Path
from server.database.sqlite import Database, keep_at_most

keep_at_most(int(sys.argv[2]))
database = Database(Path(sys.argv[1]))
together = threading.Barrier(8)

def read():
    database.read("SELECT sum(length(content)) FROM page")
    together.wait()

threads = [threading.Thread(target=read) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "RssAnon" in line))
"""


def test_all_connections_together_keep_no_more_pages_than_they_may(tmp_path: Path) -> None:
    path = tmp_path / "pages.sqlite"
    with closing(Database(path)) as made:
        made.write(lambda connection: connection.execute("CREATE TABLE page (content BLOB)"))
        some = [(bytes(3000),)] * 2000  # more than the four MiB that a connection keeps
        made.write(lambda connection: connection.executemany("INSERT INTO page VALUES (?)", some))

    def taken(most: int) -> int:
        done = subprocess.run([sys.executable, "-c", _READS, path, str(most)], capture_output=True, check=True)
        return int(done.stdout)

    assert taken(2**30) - taken(2**22) > 16 * 1024
