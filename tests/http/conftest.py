"""The server as an ASGI app over a temporary root, spoken to as over HTTP."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.app import build
from server.settings import Settings, read_settings
from tests.factories import multipart, part10

BASE = "http://127.0.0.1:8080"


class Client:
    """A synchronous face on an app inside its own event loop, its lifespan entered."""

    def __init__(self, app: Starlette, runner: asyncio.Runner) -> None:
        self.app = app
        self._runner = runner
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url=BASE)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._http.request(method, path, **options))

    def scope(self, path: str, **headers: str) -> dict[str, Any]:
        """What the app is told of a GET of a path."""
        asked = self._http.build_request("GET", path, headers=headers)
        return {
            "type": "http",
            "method": "GET",
            "scheme": asked.url.scheme,
            "path": asked.url.path,
            "query_string": asked.url.query,
            "headers": [(name.lower(), value) for name, value in asked.headers.raw],
            "app": self.app,
        }

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def stow(self, *files: bytes, to: str = "/dicomweb/studies") -> httpx.Response:
        """Stores files as one multipart request."""
        content, headers = multipart(*files)
        return self.post(to, content=content, headers=headers)

    def stored(self, **keywords: Any) -> httpx.Response:
        """Stores one made image and checks that it was kept."""
        answer = self.stow(part10(**keywords))
        assert answer.status_code == 200, answer.text
        return answer


def settings_for(root: Path, **sections: dict[str, Any]) -> Settings:
    """Settings over a root of one's own; decoders run in this process, but where a test says otherwise."""
    own = {"archive": {"root": root}, "rendering": {"decoders": 0}}
    return read_settings(None, sections | {name: {**given, **sections.get(name, {})} for name, given in own.items()})


@contextmanager
def running(settings: Settings) -> Iterator[Client]:
    """A client of a server that has started with these settings, and stops at the end."""
    with asyncio.Runner() as runner:
        app = build(settings)
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        try:
            yield Client(app, runner)
        finally:
            runner.run(lifespan.__aexit__(None, None, None))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def client(root: Path) -> Iterator[Client]:
    with running(settings_for(root)) as client:
        yield client


@pytest.fixture
def client_with(root: Path) -> Iterator[Callable[..., Client]]:
    """Starts a server with other settings than the defaults: sections as keyword arguments."""
    with ExitStack() as stack:
        yield lambda **sections: stack.enter_context(running(settings_for(root, **sections)))


def audit_records(root: Path) -> list[dict[str, Any]]:
    """What the audit holds, oldest first."""
    with closing(sqlite3.connect(root / "records.sqlite")) as records:
        records.row_factory = sqlite3.Row
        rows = records.execute("SELECT * FROM audit_record ORDER BY number").fetchall()
    return [dict(row) for row in rows]
