"""The demo's studies: after a rebuilding, a move and a restoration from the replica every answer is the same."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.running import RunningServer, send


def lightbox(*arguments: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def answers(root: Path) -> dict[str, Any]:
    """Every match at three levels with all attributes, and all metadata, of a server on this root."""
    server = RunningServer(root).start()
    try:
        with httpx.Client(base_url=server.dicomweb, timeout=60) as client:
            found = {
                level: client.get(f"/{level}", params={"includefield": "all", "limit": 5000}).json()
                for level in ("studies", "series", "instances")
            }
            for study in found["studies"]:
                uid = study["0020000D"]["Value"][0]
                found[uid] = client.get(f"/studies/{uid}/metadata").json()
    finally:
        assert server.stop() == 0
    # the port is another each time, and part of every address
    return {name: _without(told, server.address) for name, told in found.items()}


def _without(told: Any, address: str) -> Any:
    if isinstance(told, dict):
        return {name: _without(value, address) for name, value in told.items()}
    if isinstance(told, list):
        return [_without(value, address) for value in told]
    return told.replace(address, "") if isinstance(told, str) else told


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A root with the demo's studies in it, sent as modalities send, and all its answers."""
    root = tmp_path_factory.mktemp("kept") / "root"
    server = RunningServer(root).start()
    send(server)
    assert server.stop() == 0
    return root, answers(root)


def test_a_catalogue_made_anew_answers_as_before(kept: tuple[Path, dict[str, Any]]) -> None:
    root, before = kept
    for file in root.glob("catalogue.sqlite*"):
        file.unlink()
    lightbox("reindex", "--root", root)
    assert len(before["instances"]) > 50
    assert answers(root) == before
    lightbox("verify", "--root", root)


def test_an_export_taken_in_elsewhere_answers_as_here(kept: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    root, before = kept
    lightbox("export", "--root", root, "--to", tmp_path / "export")
    lightbox("export", "--verify", tmp_path / "export")
    lightbox("import", "--root", tmp_path / "new", tmp_path / "export")
    assert answers(tmp_path / "new") == before


def test_a_root_restored_from_the_replica_answers_as_the_first(
    kept: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    root, before = kept
    lightbox("replica", "sync", "--root", root, "--replica", tmp_path / "replica")
    lightbox("drill", "--root", root, "--replica", tmp_path / "replica", "--into", tmp_path / "new")
    assert answers(tmp_path / "new") == before
