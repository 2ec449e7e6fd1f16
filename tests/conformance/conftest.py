"""A real server process, started once for the whole folder, with the archive of the table in it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from e2e.running import RunningServer
from tests.conformance.archive import Archived, make
from tests.factories import multipart

_ENVIRONMENTS = {
    "": {},
    "described": {},
    "client": {},
    "limited": {"LIGHTBOX_ARCHIVE__LARGEST_INSTANCE": str(2**20), "LIGHTBOX_SEARCH__MOST_RESULTS": "3"},
    "shared": {
        "LIGHTBOX_WEB__PUBLIC_ADDRESS": "https://pacs.example.org",
        "LIGHTBOX_WEB__CORS_ORIGINS": "https://viewer.example.org",
    },
}
Server = tuple[RunningServer, httpx.Client]


@pytest.fixture(scope="session")
def archive() -> Mapping[str, Archived]:
    return make()


@pytest.fixture(scope="session")
def server(
    archive: Mapping[str, Archived], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Server]]:
    """Starts the server with the named settings when it is first needed, with the whole archive in it."""
    running: dict[str, Server] = {}
    failed: set[str] = set()
    with ExitStack() as stack:

        def start(settings: str) -> Server:
            assert settings not in failed, "it did not start before"
            if settings not in running:
                failed.add(settings)
                root: Path = tmp_path_factory.mktemp("conformance") / "root"
                made = RunningServer(root, environment=_ENVIRONMENTS[settings]).start()
                stack.callback(made.stop)
                client = stack.enter_context(httpx.Client(timeout=30))
                content, headers = multipart(*(archived.file for archived in archive.values()))
                stored = client.post(f"{made.dicomweb}/studies", content=content, headers=headers)
                assert stored.status_code == 200, stored.text
                running[settings] = made, client
                failed.remove(settings)
            return running[settings]

        yield start
