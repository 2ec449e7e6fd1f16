"""A catalogue that an older release has written: the server answers at once, and makes anew what is old meanwhile."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.http.conftest import running, settings_for


def test_a_server_answers_as_ever_while_it_makes_old_summaries_anew(root: Path) -> None:
    with running(settings_for(root)) as client:
        client.stored(PatientName="Old^Form")
        before = [client.get(f"/dicomweb/{level}").content for level in ("studies", "series", "instances")]
    with closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue, catalogue:
        for part in ("study", "instance"):
            catalogue.execute(f"UPDATE {part} SET summary = '{{}}'")
            catalogue.execute("INSERT INTO old_summary VALUES (?, 0, 1)", (part,))
    with running(settings_for(root)) as client, closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue:
        deadline = time.monotonic() + 60
        while True:
            assert [client.get(f"/dicomweb/{level}").content for level in ("studies", "series", "instances")] == before
            if not catalogue.execute("SELECT * FROM old_summary").fetchall():
                break
            assert time.monotonic() < deadline
        assert catalogue.execute("SELECT count(*) FROM instance WHERE summary = '{}'").fetchone() == (0,)
