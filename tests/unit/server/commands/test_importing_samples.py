"""Real input through `lightbox import`: pydicom's sample files end as they do over STOW-RS."""

import json
from pathlib import Path

from server.app import open_parts
from server.commands.importing import Summary, take_in
from tests.http.conftest import settings_for
from tests.http.test_pydicom_samples import FOLDER, TABLE, samples

ANOTHER_VERSION = "Another instance with this SOP Instance UID"


def test_the_samples_are_imported_or_refused_for_the_reason_that_stow_gives(tmp_path: Path) -> None:
    parts, summary = open_parts(settings_for(tmp_path / "root")), Summary()
    try:
        take_in(parts, [FOLDER], summary)
    finally:
        parts.close()
    table: dict[str, str] = json.loads(TABLE.read_text())
    refused = {path.relative_to(FOLDER).as_posix(): reason for path, reason in summary.refused}
    # many samples are versions of one instance: only the first of them can be kept in one archive
    versions = {name for name, reason in refused.items() if reason.startswith(ANOTHER_VERSION)}
    for name in refused.keys() - versions:
        assert table[name].startswith("refused: "), name
        assert refused[name].startswith(table[name].removeprefix("refused: ").rstrip("…")), name
    kept = {name for name, outcome in table.items() if outcome.startswith("stored")}
    assert kept <= samples().keys()
    assert summary.stored + summary.already_there == len(kept - versions)
    assert versions <= kept
