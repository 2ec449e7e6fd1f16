"""Real input: every file that pydicom carries, stored over HTTP, ends as `pydicom_samples.json` says.

The table goes with the pinned pydicom. After a deliberate change, write it anew and read every row that differs:
`python -m tests.http.test_pydicom_samples`.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pydicom
import pytest

from tests.http.conftest import Client, running, settings_for

FOLDER = Path(pydicom.__file__).parent / "data"
TABLE = Path(__file__).with_name("pydicom_samples.json")


def samples() -> dict[str, Path]:
    """Every file of the folder but pydicom's own code, by its name inside the folder."""
    files = sorted(path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(FOLDER).as_posix(): path for path in files if path.suffix != ".py"}


class Archives:
    """As many servers as it takes for every file to be a first: many samples are versions of one instance."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._clients: list[Client] = []

    def outcome(self, file: bytes) -> str:
        """What became of a file: stored and rendered, stored only, or refused; anything else shows its status."""
        for client in self._clients:
            if "Another instance with this SOP Instance UID" not in (found := _outcome(client, file)):
                return found
        settings = settings_for(self._folder / str(len(self._clients)))
        self._clients.append(self._stack.enter_context(running(settings)))
        return _outcome(self._clients[-1], file)


def _outcome(client: Client, file: bytes) -> str:
    answer = client.stow(file)
    if answer.status_code == 409:
        [failure] = (answer.json().get("00081198") or answer.json()["0008119A"])["Value"]
        return f"refused: {failure['00000902']['Value'][0]}"
    if answer.status_code != 200:
        return f"{answer.status_code}: {answer.text}"
    [kept] = answer.json()["00081199"]["Value"]
    address = kept["00081190"]["Value"][0]
    as_it_is = {"Accept": "application/dicom; transfer-syntax=*"}
    assert client.get(address, headers=as_it_is).content == file
    assert client.get(f"{address}/metadata").status_code == 200
    return _rendered(client.get(f"{address}/rendered", headers={"Accept": "image/png"}))


def _rendered(answer: httpx.Response) -> str:
    if answer.status_code == 200:
        return "stored and rendered"
    if answer.status_code == 406:
        return f"stored and {answer.json()['title']}"
    return f"{answer.status_code}: {answer.text}"


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archives]:
    with ExitStack() as stack:
        yield Archives(tmp_path_factory.mktemp("samples"), stack)


def test_the_table_names_the_files_that_there_are() -> None:
    assert set(json.loads(TABLE.read_text())) == set(samples()), "pydicom has other files than when the table was read"


@pytest.mark.parametrize("name", samples())
def test_a_sample_ends_as_the_table_says(archives: Archives, name: str) -> None:
    assert archives.outcome(samples()[name].read_bytes()) == json.loads(TABLE.read_text()).get(name)


def _write_table() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        archives = Archives(Path(folder), stack)
        table = {name: archives.outcome(path.read_bytes()) for name, path in samples().items()}
    TABLE.write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    _write_table()
