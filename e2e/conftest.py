"""What every journey stands on: a server over an empty folder, and Debian's Chromium."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from e2e.running import RunningServer, send

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000
"""Milliseconds that a state may take to come: it ends a hang, and is never what a journey is about."""
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[[], RunningServer]]:
    """Makes servers over empty folders, and stops them at the end."""
    made: list[RunningServer] = []

    def make() -> RunningServer:
        made.append(RunningServer(tmp_path / f"root-{len(made)}").start())
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server with all the simulator's studies in it, for journeys that only look."""
    server = RunningServer(tmp_path_factory.mktemp("hospital") / "root").start()
    send(server)
    yield server
    server.stop()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a browser context of its own; any error on a page fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(width: int = 1280, height: int = 800, *, touch: bool = False, density: float = 1) -> Page:
        size: ViewportSize = {"width": width, "height": height}
        context = browser.new_context(viewport=size, has_touch=touch, is_mobile=touch, device_scale_factor=density)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if _is_fault(said.type, said.text) else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def _is_fault(kind: str, text: str) -> bool:
    """A message on the console that should not be; the browser reports every refused or lost request as one."""
    reports = ("WebSocket connection", "Failed to load resource")
    return kind == "error" and not text.startswith(reports)
